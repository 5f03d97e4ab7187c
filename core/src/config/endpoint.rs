//! Origin, proxy and TLS credentials: the key of the connection pool.

use std::hash::{Hash, Hasher};

use url::{Position, Url};

use super::credentials::Credentials;
use super::proxy::Proxy;

/// How many connections an endpoint may have by default.
pub(crate) const MAX_CONNECTIONS: usize = 256;

/// Origin, proxy and TLS credentials of a server, and the most connections to it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// `https://api.lomi.africa`, without a path.
    pub(crate) origin: String,
    pub(crate) credentials: Credentials,
    /// The name that its certificate must have, if that is not its host's.
    pub(crate) server_name: Option<String>,
    pub(crate) proxy: Option<Proxy>,
    pub(crate) max_connections: usize,
    /// Whether plain HTTP to another machine is allowed.
    pub(crate) allow_http: bool,
}

/// Every call hashes its endpoint, and hashing all of it would take longer than comparing it.
impl Hash for Endpoint {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.origin.hash(state);
        self.max_connections.hash(state);
    }
}

impl Endpoint {
    pub(crate) fn new(base: &Url) -> Self {
        Self {
            origin: base[..Position::BeforePath].to_owned(),
            credentials: Credentials::default(),
            server_name: None,
            proxy: None,
            max_connections: MAX_CONNECTIONS,
            allow_http: false,
        }
    }

    /// Adds TLS credentials and a proxy, if the endpoint uses TLS.
    pub(crate) fn secured(
        self,
        base: &Url,
        credentials: Credentials,
        server_name: Option<String>,
        proxy: Option<Proxy>,
    ) -> Self {
        if base.scheme() != "https" {
            return self;
        }
        Self { credentials, server_name, proxy, ..self }
    }

    /// Sets the most connections, and whether plain HTTP to another machine is allowed.
    pub(crate) fn bounded(self, max_connections: usize, allow_http: bool) -> Self {
        Self { max_connections, allow_http, ..self }
    }
}
