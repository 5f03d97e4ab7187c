//! Certificates for the scenarios about TLS, generated for each run.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use time::{Duration, OffsetDateTime};
use tokio_rustls::TlsAcceptor;

use crate::scenario::Listen;

/// A certificate authority that the clients of the scenarios are configured to trust.
pub(crate) struct CertificateAuthority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    /// Its certificate as a PEM file.
    pub(crate) file: PathBuf,
}

impl CertificateAuthority {
    pub(crate) fn new() -> Result<Self> {
        let mut params = CertificateParams::new(Vec::new())?;
        // A name, because OpenSSL treats a certificate whose issuer has the same name as self-signed.
        params.distinguished_name.push(DnType::CommonName, "lomi conformance CA");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
        let file =
            std::env::temp_dir().join(format!("lomi-conformance-{}.pem", std::process::id()));
        std::fs::write(&file, issuer.pem())?;
        Ok(Self { issuer, file })
    }

    /// The TLS acceptor of a server, unless it does not complete a handshake.
    pub(crate) fn acceptor(&self, listen: Listen) -> Result<Option<TlsAcceptor>> {
        let host = if listen == Listen::TlsOtherHost { "other.example" } else { "127.0.0.1" };
        let mut params = CertificateParams::new(vec![host.to_owned()])?;
        let now = OffsetDateTime::now_utc();
        (params.not_before, params.not_after) = match listen {
            Listen::TlsExpired => (now - Duration::days(30), now - Duration::days(1)),
            Listen::TlsTooEarly => (now + Duration::days(1), now + Duration::days(30)),
            _ => (now - Duration::days(1), now + Duration::days(30)),
        };
        let key = KeyPair::generate()?;
        let certificate = match listen {
            Listen::TlsSelfSigned => params.self_signed(&key)?,
            Listen::TlsTrusted
            | Listen::TlsExpired
            | Listen::TlsTooEarly
            | Listen::TlsOtherHost => params.signed_by(&key, &self.issuer)?,
            Listen::Plain | Listen::Closed | Listen::TlsCutOff | Listen::TlsNot => {
                return Ok(None);
            }
        };
        let secret = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config =
            ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
                .with_safe_default_protocol_versions()?
                .with_no_client_auth()
                .with_single_cert(vec![certificate.der().clone()], secret)?;
        Ok(Some(TlsAcceptor::from(Arc::new(config))))
    }
}

impl Drop for CertificateAuthority {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.file);
    }
}
