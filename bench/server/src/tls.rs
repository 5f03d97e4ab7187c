//! An authority and a certificate of this run, and TLS 1.3 with them.

use std::path::Path;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::NoServerSessionStorage;
use rustls::version::TLS13;

use crate::done::Done;

/// Whether the server hands out session tickets, with which a client resumes.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Tickets {
    On,
    Off,
}

pub(crate) struct Certificate {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

impl Certificate {
    /// Makes both, and writes the authority's certificate to `ca.pem` in this folder.
    pub(crate) fn make(folder: &Path) -> Done<Self> {
        let mut params = CertificateParams::new(Vec::new())?;
        // With the subject of its leaf, it would be taken for a self-signed certificate.
        params.distinguished_name.push(DnType::CommonName, "Authority of the bench");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate()?;
        let authority = params.self_signed(&key)?;
        let issuer = Issuer::new(params, key);
        let key = KeyPair::generate()?;
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        let leaf = CertificateParams::new(names)?.signed_by(&key, &issuer)?;
        std::fs::write(folder.join("ca.pem"), authority.pem())?;
        let key = PrivateKeyDer::try_from(key.serialize_der())?;
        Ok(Self { chain: vec![leaf.der().clone()], key })
    }

    pub(crate) fn config(&self, tickets: Tickets, alpn: &[&str]) -> Done<Arc<ServerConfig>> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&TLS13])?
            .with_no_client_auth()
            .with_single_cert(self.chain.clone(), self.key.clone_key())?;
        config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
        match tickets {
            Tickets::On => config.ticketer = rustls::crypto::ring::Ticketer::new()?,
            Tickets::Off => {
                config.session_storage = Arc::new(NoServerSessionStorage {});
                config.send_tls13_tickets = 0;
            }
        }
        Ok(Arc::new(config))
    }
}
