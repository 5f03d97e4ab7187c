//! Whom to trust: the system's store first (companies and providers add their own
//! authorities to it), bundled roots where there is none, and the caller's in addition.

mod files;
mod verifier;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::{WantsClientCert, WebPkiServerVerifier};
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, ConfigBuilder, RootCertStore};

use crate::error::Error;
use files::{Version, certificates, private_key};
use verifier::OwnOrAuthority;

/// Whom to trust besides, and who we are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Credentials {
    /// Files of more authorities' certificates.
    ca_files: Vec<PathBuf>,
    /// A file of our own certificate and those above it.
    certificate: Option<PathBuf>,
    /// A file of its key; in the same file, when not given.
    key: Option<PathBuf>,
    /// The versions of these files and of the system's, so that files which were replaced
    /// are read by the next client.
    versions: Vec<Option<Version>>,
}

impl Credentials {
    /// Looks at the files, but reads none.
    pub(crate) fn of(
        ca_files: Vec<PathBuf>,
        certificate: Option<PathBuf>,
        key: Option<PathBuf>,
    ) -> Self {
        let of_system = std::env::var_os("SSL_CERT_FILE").map(PathBuf::from);
        let named = ca_files.iter().chain(&certificate).chain(&key).chain(&of_system);
        let versions = named.map(|file| Version::of(file)).collect();
        Self { ca_files, certificate, key, versions }
    }
}

/// TLS configurations, to be shared by every connection that trusts the same.
#[derive(Clone)]
pub(crate) struct Tls {
    /// Shows our certificate, where we have one.
    pub(crate) to_server: Arc<ClientConfig>,
    /// Never shows it.
    pub(crate) to_proxy: Arc<ClientConfig>,
}

impl Tls {
    pub(crate) fn new(credentials: &Credentials) -> Result<Self, Error> {
        let verifier = verifier(credentials)?;
        let to_proxy = Arc::new(trusting(&verifier)?.with_no_client_auth());
        let Some(file) = &credentials.certificate else {
            return Ok(Self { to_server: Arc::clone(&to_proxy), to_proxy });
        };
        let key = private_key(credentials.key.as_ref().unwrap_or(file))?;
        let to_server = trusting(&verifier)?
            .with_client_auth_cert(certificates(file)?, key)
            .map_err(|e| unusable(file, e))?;
        Ok(Self { to_server: Arc::new(to_server), to_proxy })
    }
}

fn verifier(credentials: &Credentials) -> Result<Arc<OwnOrAuthority>, Error> {
    let mut roots = RootCertStore::empty();
    // Single bad certificates in a system's store are common and harmless.
    let (known, _) =
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if known == 0 {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    let mut own = Vec::new();
    for file in &credentials.ca_files {
        own.extend(add(&mut roots, file)?);
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let authorities = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
        .build()
        .map_err(cannot_be_set_up)?;
    Ok(Arc::new(OwnOrAuthority::new(authorities, own)))
}

/// Checks that the certificate authorities in a file can be trusted.
pub fn check_ca_file(file: &Path) -> Result<(), Error> {
    add(&mut RootCertStore::empty(), file).map(drop)
}

/// Trusts the certificates of a file. A bundle may hold a few that cannot be used; a file
/// of which none can be used is refused.
fn add(roots: &mut RootCertStore, file: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let (mut added, mut refused) = (Vec::new(), None);
    for certificate in certificates(file)? {
        match roots.add(certificate.clone()) {
            Ok(()) => added.push(certificate),
            Err(error) => refused = Some(error),
        }
    }
    match refused {
        Some(error) if added.is_empty() => Err(unusable(file, error)),
        _ => Ok(added),
    }
}

fn trusting(
    verifier: &Arc<OwnOrAuthority>,
) -> Result<ConfigBuilder<ClientConfig, WantsClientCert>, Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = Arc::clone(verifier);
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(cannot_be_set_up)?
        .dangerous()
        .with_custom_certificate_verifier(verifier))
}

fn unusable(file: &Path, why: impl std::fmt::Display) -> Error {
    Error::configuration(format!("the certificates in {}: {why}", file.display()))
}

fn cannot_be_set_up(error: impl std::fmt::Display) -> Error {
    Error::internal(format!("TLS cannot be set up: {error}"))
}
