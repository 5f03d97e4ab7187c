//! Whom to trust: the system's store first (companies and providers add their own
//! authorities to it), bundled roots where there is none, and the caller's in addition.

use std::path::PathBuf;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use crate::error::Error;

/// One TLS configuration, to be shared by every connection that trusts the same.
pub(crate) fn config(ca_files: &[PathBuf]) -> Result<ClientConfig, Error> {
    let mut roots = RootCertStore::empty();
    // Single bad certificates in a system's store are common and harmless.
    let (known, _) =
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if known == 0 {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    for file in ca_files {
        let refuse = |why: String| {
            Error::configuration(format!("the certificates in {}: {why}", file.display()))
        };
        let certificates: Vec<_> = CertificateDer::pem_file_iter(file)
            .and_then(Iterator::collect)
            .map_err(|e| refuse(e.to_string()))?;
        if certificates.is_empty() {
            return Err(refuse("there are none".into()));
        }
        for certificate in certificates {
            roots.add(certificate).map_err(|e| refuse(e.to_string()))?;
        }
    }
    trusting(roots)
}

/// For connections that are not encrypted, where a type wants one.
pub(crate) fn of_nobody() -> Result<ClientConfig, Error> {
    trusting(RootCertStore::empty())
}

fn trusting(roots: RootCertStore) -> Result<ClientConfig, Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| Error::internal(format!("TLS cannot be set up: {e}")))?
        .with_root_certificates(roots)
        .with_no_client_auth())
}
