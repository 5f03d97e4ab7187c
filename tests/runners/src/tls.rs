//! Certificates for the scenarios about TLS: good ones and bad ones, made anew each time.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use time::{Duration, OffsetDateTime};
use tokio_rustls::TlsAcceptor;

use crate::scenario::Listen;

/// A certificate authority that the clients of the scenarios are told to trust.
pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    /// Its certificate as a file of PEM text.
    pub(crate) file: PathBuf,
}

impl Authority {
    pub(crate) fn new() -> Result<Self> {
        let mut params = CertificateParams::new(Vec::new())?;
        // OpenSSL takes a certificate that is issued in its own name for self-signed.
        params.distinguished_name.push(DnType::CommonName, "an authority of the scenarios");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
        let file =
            std::env::temp_dir().join(format!("lomi-conformance-{}.pem", std::process::id()));
        std::fs::write(&file, issuer.pem())?;
        Ok(Self { issuer, file })
    }

    /// What answers the handshake, where there is to be one.
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

impl Drop for Authority {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.file);
    }
}
