//! Whom to trust: the system's store first (companies and providers add their own
//! authorities to it), bundled roots where there is none, and the caller's in addition.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::WantsClientCert;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, ConfigBuilder, RootCertStore};

use crate::error::Error;

/// Whom to trust besides, and who we are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Credentials {
    /// Files of more authorities' certificates.
    pub(crate) ca_files: Vec<PathBuf>,
    /// A file of our own certificate and those above it.
    pub(crate) certificate: Option<PathBuf>,
    /// A file of its key; in the same file, when not given.
    pub(crate) key: Option<PathBuf>,
}

/// One TLS configuration, to be shared by every connection that trusts the same.
pub(crate) fn config(credentials: &Credentials) -> Result<ClientConfig, Error> {
    let mut roots = RootCertStore::empty();
    // Single bad certificates in a system's store are common and harmless.
    let (known, _) =
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if known == 0 {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    for file in &credentials.ca_files {
        add(&mut roots, file)?;
    }
    let wanting = trusting(roots)?;
    let Some(file) = &credentials.certificate else { return Ok(wanting.with_no_client_auth()) };
    let key_file = credentials.key.as_ref().unwrap_or(file);
    let key = PrivateKeyDer::from_pem_file(key_file).map_err(|e| unusable(key_file, e))?;
    wanting.with_client_auth_cert(certificates(file)?, key).map_err(|e| unusable(file, e))
}

/// Checks that the certificate authorities in a file can be trusted.
pub fn check_ca_file(file: &Path) -> Result<(), Error> {
    add(&mut RootCertStore::empty(), file)
}

fn add(roots: &mut RootCertStore, file: &Path) -> Result<(), Error> {
    for certificate in certificates(file)? {
        roots.add(certificate).map_err(|e| unusable(file, e))?;
    }
    Ok(())
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let certificates: Vec<_> = CertificateDer::pem_file_iter(file)
        .and_then(Iterator::collect)
        .map_err(|e| unusable(file, e))?;
    match certificates.is_empty() {
        true => Err(unusable(file, "there are none")),
        false => Ok(certificates),
    }
}

fn unusable(file: &Path, why: impl std::fmt::Display) -> Error {
    Error::configuration(format!("the certificates in {}: {why}", file.display()))
}

/// For connections that are not encrypted, where a type wants one.
pub(crate) fn of_nobody() -> Result<ClientConfig, Error> {
    Ok(trusting(RootCertStore::empty())?.with_no_client_auth())
}

fn trusting(roots: RootCertStore) -> Result<ConfigBuilder<ClientConfig, WantsClientCert>, Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| Error::internal(format!("TLS cannot be set up: {e}")))?
        .with_root_certificates(roots))
}
