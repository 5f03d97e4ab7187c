//! Where requests go, and how: origin, proxy and TLS credentials, the key of a connection pool.

use url::{Position, Url};

use super::credentials::Credentials;
use super::proxy::Proxy;

/// How many connections a endpoint may have, where the caller does not say.
pub(crate) const MAX_CONNECTIONS: usize = 256;

/// Origin, proxy and TLS credentials of a server, and how many connections it may have.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Endpoint {
    /// `https://api.lomi.africa`, without a path.
    pub(crate) origin: String,
    pub(crate) credentials: Credentials,
    /// The name that its certificate has to show, where that is not its host's.
    pub(crate) server_name: Option<String>,
    pub(crate) proxy: Option<Proxy>,
    pub(crate) max_connections: usize,
    /// Plain HTTP may leave this machine.
    pub(crate) allow_http: bool,
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

    /// The same by way of TLS, and of a proxy perhaps.
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

    /// With a bound on connections, and plain HTTP beyond this machine or not.
    pub(crate) fn bounded(self, max_connections: usize, allow_http: bool) -> Self {
        Self { max_connections, allow_http, ..self }
    }
}
