//! Accepts certificates that webpki accepts, and a self-signed certificate from the caller's
//! `ca_file` that is authority and server at once, as `openssl req -x509` makes it.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, SignatureScheme};

/// Checks a server's certificate.
#[derive(Debug)]
pub(super) struct SelfSignedOrAuthority {
    authorities: Arc<WebPkiServerVerifier>,
    /// The certificates of the caller's files.
    self_signed: Vec<CertificateDer<'static>>,
}

impl SelfSignedOrAuthority {
    pub(super) fn new(
        authorities: Arc<WebPkiServerVerifier>,
        self_signed: Vec<CertificateDer<'static>>,
    ) -> Self {
        Self { authorities, self_signed }
    }
}

impl ServerCertVerifier for SelfSignedOrAuthority {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        above: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let result = self.authorities.verify_server_cert(certificate, above, name, ocsp, now);
        match result {
            // webpki reports this error only after it has checked the dates.
            Err(error) if is_authority(&error) && self.self_signed.contains(certificate) => {
                verify_server_name(&ParsedCertificate::try_from(certificate)?, name)?;
                Ok(ServerCertVerified::assertion())
            }
            result => result,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.authorities.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.authorities.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.authorities.supported_verify_schemes()
    }
}

/// Whether the only error is that the certificate is an authority's.
fn is_authority(error: &Error) -> bool {
    let Error::InvalidCertificate(CertificateError::Other(OtherError(inner))) = error else {
        return false;
    };
    matches!(inner.downcast_ref(), Some(webpki::Error::CaUsedAsEndEntity))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rustls::RootCertStore;
    use rustls::pki_types::pem::PemObject;

    use super::*;

    /// Made with `openssl req -x509 -days 20000 -addext subjectAltName=DNS:localhost`.
    const OWN: &str = "\
-----BEGIN CERTIFICATE-----\n\
MIIBlTCCATugAwIBAgIUG+EtKLIrMnuYqVGmLCXppmnCYm4wCgYIKoZIzj0EAwIw\n\
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNjEyMzQyMVoYDzIwODEwODI5\n\
MTIzNDIxWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO\n\
PQMBBwNCAASxD+qovzd7/p1y+qW1zLsWCfc5zVmgj2hY1itgwmq+5zaTKJ9rnefQ\n\
R9QJcVrbnEi0PA56IRy9lQmJukv73ch1o2kwZzAdBgNVHQ4EFgQU6NSqLGOkhWyC\n\
g3yj7i3ZsL9Hl8MwHwYDVR0jBBgwFoAU6NSqLGOkhWyCg3yj7i3ZsL9Hl8MwDwYD\n\
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID\n\
SAAwRQIgfdmefvOTF4O6xdiee22yaNxPli7b7SbZkWl+tWfi+q8CIQDP2vPc6bsZ\n\
6kFp+ZKn4WTC7sqGcPlZhR82XTA5I9KNPQ==\n\
-----END CERTIFICATE-----";

    #[test]
    fn an_authority_is_a_server_only_where_it_is_named_itself() {
        let own = CertificateDer::from_pem_slice(OWN.as_bytes()).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(own.clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = |named: &[CertificateDer<'static>]| {
            let roots = Arc::new(roots.clone());
            let provider = Arc::clone(&provider);
            let inner = WebPkiServerVerifier::builder_with_provider(roots, provider);
            SelfSignedOrAuthority::new(inner.build().unwrap(), named.to_vec())
        };
        let check = |verifier: &SelfSignedOrAuthority, name: &str, year: u64| {
            let name = ServerName::try_from(name.to_owned()).unwrap();
            let seconds = Duration::from_secs((year - 1970) * 31_557_600);
            let now = UnixTime::since_unix_epoch(seconds);
            verifier.verify_server_cert(&own, &[], &name, &[], now).is_ok()
        };
        let named = verifier(std::slice::from_ref(&own));
        assert!(check(&named, "localhost", 2030));
        assert!(!check(&named, "other.test", 2030), "the name counts");
        assert!(!check(&named, "localhost", 2200), "the dates count");
        assert!(!check(&named, "localhost", 2000), "the dates count");
        assert!(!check(&verifier(&[]), "localhost", 2030), "only the caller's own");
    }
}
