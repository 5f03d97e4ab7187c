//! TLS configurations. They trust the system's certificate store (companies and providers add their
//! added authorities to it), or bundled roots if there is none, and the caller's authorities in
//! addition.

mod files;
mod verifier;

use std::path::Path;
use std::sync::Arc;

use rustls::client::{WantsClientCert, WebPkiServerVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, ConfigBuilder, RootCertStore};

use crate::config::Credentials;
use crate::error::Error;
use crate::process::{Cache, PerProcess};
use files::{certificates, invalid_file, private_key};
use verifier::SelfSignedOrAuthority;

/// TLS configurations, shared by all connections with the same credentials.
#[derive(Clone)]
pub(crate) struct Tls {
    /// For servers: sends the client certificate, if there is one.
    pub(crate) to_server: Arc<ClientConfig>,
    /// For proxies: never sends it.
    pub(crate) to_proxy: Arc<ClientConfig>,
}

/// How many configurations are kept: each has a copy of the system's certificates.
const MAX_KEPT: usize = 50;

/// Reading the system's certificates costs milliseconds, so configurations are shared.
static CONFIGURATIONS: PerProcess<Cache<Credentials, Tls>> =
    PerProcess::new(|| Cache::new(MAX_KEPT));

impl Tls {
    /// The configuration for these credentials, made on first use.
    pub(super) fn of(credentials: &Credentials) -> Result<Self, Error> {
        CONFIGURATIONS.get().get_or_insert(credentials, || Self::new(credentials))
    }

    fn new(credentials: &Credentials) -> Result<Self, Error> {
        let verifier = verifier(credentials)?;
        let to_proxy = Arc::new(client_config(&verifier)?.with_no_client_auth());
        let Some(file) = &credentials.certificate else {
            return Ok(Self { to_server: Arc::clone(&to_proxy), to_proxy });
        };
        let key = private_key(credentials.key.as_ref().unwrap_or(file))?;
        let to_server = client_config(&verifier)?
            .with_client_auth_cert(certificates(file)?, key)
            .map_err(|e| invalid_file(file, e))?;
        Ok(Self { to_server: Arc::new(to_server), to_proxy })
    }
}

fn verifier(credentials: &Credentials) -> Result<Arc<SelfSignedOrAuthority>, Error> {
    let mut roots = RootCertStore::empty();
    // A system's store often has a few invalid certificates, which are harmless.
    let (known, _) =
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if known == 0 {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    let mut added = Vec::new();
    for file in &credentials.ca_files {
        added.extend(add(&mut roots, file)?);
    }
    let authorities = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider()?)
        .build()
        .map_err(tls_error)?;
    Ok(Arc::new(SelfSignedOrAuthority::new(authorities, added)))
}

/// Checks that the certificate authorities in a file can be trusted.
pub fn check_ca_file(file: &Path) -> Result<(), Error> {
    add(&mut RootCertStore::empty(), file).map(drop)
}

/// Adds the certificates of a file. A bundle may have a few invalid ones; a file without a valid
/// one is refused.
fn add(roots: &mut RootCertStore, file: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let (mut added, mut refused) = (Vec::new(), None);
    for certificate in certificates(file)? {
        match roots.add(certificate.clone()) {
            Ok(()) => added.push(certificate),
            Err(error) => refused = Some(error),
        }
    }
    match refused {
        Some(error) if added.is_empty() => Err(invalid_file(file, error)),
        _ => Ok(added),
    }
}

fn client_config(
    verifier: &Arc<SelfSignedOrAuthority>,
) -> Result<ConfigBuilder<ClientConfig, WantsClientCert>, Error> {
    let verifier = Arc::clone(verifier);
    Ok(ClientConfig::builder_with_provider(provider()?)
        .with_safe_default_protocol_versions()
        .map_err(tls_error)?
        .dangerous()
        .with_custom_certificate_verifier(verifier))
}

/// The cryptography provider of TLS.
#[cfg(feature = "rustls-ring")]
fn provider() -> Result<Arc<CryptoProvider>, Error> {
    Ok(Arc::new(rustls::crypto::ring::default_provider()))
}

/// The cryptography provider of TLS: the one that the program installed for rustls.
#[cfg(not(feature = "rustls-ring"))]
fn provider() -> Result<Arc<CryptoProvider>, Error> {
    CryptoProvider::get_default()
        .cloned()
        .ok_or_else(|| Error::configuration(crate::messages::transport::no_cryptography()))
}

fn tls_error(error: impl std::fmt::Display) -> Error {
    Error::internal(crate::messages::transport::no_tls(error))
}
