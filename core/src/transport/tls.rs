//! Whom to trust: the system's store first (companies and providers add their own
//! authorities to it), bundled roots where there is none, and the caller's in addition.

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
use files::{certificates, private_key, unusable};
use verifier::OwnOrAuthority;

/// TLS configurations, to be shared by every connection that trusts the same.
#[derive(Clone)]
pub(crate) struct Tls {
    /// Shows our certificate, where we have one.
    pub(crate) to_server: Arc<ClientConfig>,
    /// Never shows it.
    pub(crate) to_proxy: Arc<ClientConfig>,
}

/// How many configurations are kept: each holds the system's certificates.
const MAX_KEPT: usize = 50;

/// Reading the system's certificates costs milliseconds, so configurations are shared.
static MADE: PerProcess<Cache<Credentials, Tls>> = PerProcess::new(|| Cache::new(MAX_KEPT));

impl Tls {
    /// The configuration for these credentials. Its parts are shared by all copies.
    pub(super) fn of(credentials: &Credentials) -> Result<Self, Error> {
        MADE.get().get_or_insert(credentials, || Self::new(credentials))
    }

    fn new(credentials: &Credentials) -> Result<Self, Error> {
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
    let authorities = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider()?)
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
    let verifier = Arc::clone(verifier);
    Ok(ClientConfig::builder_with_provider(provider()?)
        .with_safe_default_protocol_versions()
        .map_err(cannot_be_set_up)?
        .dangerous()
        .with_custom_certificate_verifier(verifier))
}

/// What does the cryptography of TLS.
#[cfg(feature = "rustls-ring")]
fn provider() -> Result<Arc<CryptoProvider>, Error> {
    Ok(Arc::new(rustls::crypto::ring::default_provider()))
}

/// What does the cryptography of TLS: the provider that the program installed for rustls.
#[cfg(not(feature = "rustls-ring"))]
fn provider() -> Result<Arc<CryptoProvider>, Error> {
    CryptoProvider::get_default().cloned().ok_or_else(|| {
        Error::configuration(
            "https needs a provider of cryptography: turn on the feature rustls-ring of the crate \
             lomi, install a provider of rustls for the whole program \
             (CryptoProvider::install_default), or give a client of reqwest to \
             ClientBuilder::http_client (feature reqwest)",
        )
    })
}

fn cannot_be_set_up(error: impl std::fmt::Display) -> Error {
    Error::internal(format!("TLS cannot be set up: {error}"))
}
