//! Getting to a server: a proxy perhaps, TCP, TLS.

use std::future::{Ready, ready};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::{HeaderValue, Uri};
use hyper_rustls::ResolveServerName;
use hyper_rustls::{DefaultServerNameResolver, FixedServerNameResolver, HttpsConnector};
use hyper_util::client::legacy::connect::proxy::{SocksV5, Tunnel};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tower_service::Service;
use url::{Position, Url};

use super::connection::{Connection, Stream};
use super::dial::{NotLoopback, check_loopback, dial};
use super::proxy::{Passage, Proxy};
use super::{causes, innermost, is_certificate};
use crate::error::{Error, ErrorKind, Outcome};
use crate::exchange::Silence;
use crate::process;
use crate::tls::{Credentials, Tls};

/// How many connections a destination may have, where the caller does not say.
pub(crate) const MAX_CONNECTIONS: usize = 256;

/// A server, the way to it, and whom to believe that it is the right one.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Destination {
    /// `https://api.lomi.africa`, without a path.
    origin: String,
    credentials: Credentials,
    /// The name that its certificate has to show, where that is not its host's.
    server_name: Option<String>,
    proxy: Option<Proxy>,
    max_connections: usize,
    /// Plain HTTP may leave this machine.
    allow_http: bool,
}

impl Destination {
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

    /// Looks up a name that plain HTTP goes to, and refuses one of another machine.
    pub(crate) fn check_plain_http(&self) -> Result<(), Error> {
        let plain = self.origin.starts_with("http://") && !self.allow_http;
        let Some(url) = plain.then(|| Url::parse(&self.origin).ok()).flatten() else {
            return Ok(());
        };
        // An address needs no lookup: the base URL was checked.
        url.domain()
            .map_or(Ok(()), check_loopback)
            .map_err(|error| Error::configuration(error.to_string()))
    }

    /// With a bound on connections, and plain HTTP beyond this machine or not.
    pub(crate) fn bounded(self, max_connections: usize, allow_http: bool) -> Self {
        Self { max_connections, allow_http, ..self }
    }

    pub(crate) fn max_connections(&self) -> usize {
        self.max_connections
    }
}

/// The way to one destination.
pub(crate) struct Connector {
    uri: Uri,
    host: HeaderValue,
    way: Way,
}

enum Way {
    /// Without TLS, to this machine only or to any.
    Plain {
        only_loopback: bool,
    },
    Tls(Secured),
    Proxy(Passage, Secured),
}

/// TLS to a server.
struct Secured {
    tls: Tls,
    name: Arc<dyn ResolveServerName + Send + Sync>,
}

impl Secured {
    fn over<T>(&self, way: T) -> HttpsConnector<T> {
        HttpsConnector::new(way, Arc::clone(&self.tls.to_server), true, Arc::clone(&self.name))
    }
}

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A connection that is open, where a connector is wanted. Used once.
struct Opened(Option<TokioIo<TcpStream>>);

impl Service<Uri> for Opened {
    type Response = TokioIo<TcpStream>;
    type Error = std::io::Error;
    type Future = Ready<std::io::Result<TokioIo<TcpStream>>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        ready(self.0.take().ok_or_else(|| std::io::Error::other("the connection was used")))
    }
}

impl Connector {
    pub(crate) fn new(destination: &Destination) -> Result<Self, Error> {
        let uri: Uri = destination
            .origin
            .parse()
            .map_err(|_| Error::configuration("the base URL's host cannot be connected to"))?;
        let host = uri
            .authority()
            .and_then(|authority| HeaderValue::from_str(authority.as_str()).ok())
            .ok_or_else(|| Error::configuration("the base URL's host cannot be sent"))?;
        if uri.scheme_str() != Some("https") {
            let only_loopback = !destination.allow_http;
            return Ok(Self { uri, host, way: Way::Plain { only_loopback } });
        }
        let name: Arc<dyn ResolveServerName + Send + Sync> = match &destination.server_name {
            Some(name) => {
                let name = ServerName::try_from(name.clone())
                    .map_err(|_| Error::configuration("tls_server_name is no name of a server"))?;
                Arc::new(FixedServerNameResolver::new(name))
            }
            None => Arc::new(DefaultServerNameResolver::default()),
        };
        let secured = Secured { tls: process::tls(&destination.credentials)?, name };
        let way = match &destination.proxy {
            None => Way::Tls(secured),
            Some(proxy) => Way::Proxy(Passage::through(proxy)?, secured),
        };
        Ok(Self { uri, host, way })
    }

    /// What the server is called in a request.
    pub(crate) fn host(&self) -> &HeaderValue {
        &self.host
    }

    /// A new connection, ready for its first request.
    pub(crate) async fn connect(&self, within: Duration) -> Result<Connection, Silence> {
        let connected = async {
            let stream = self.stream(within).await?;
            Ok::<_, BoxError>(Connection::open(stream).await?)
        };
        match tokio::time::timeout(within, connected).await {
            Ok(Ok(connection)) => Ok(connection),
            Ok(Err(error)) => Err(self.unreached(&*error)),
            Err(_) => Err(Silence {
                kind: ErrorKind::Timeout,
                outcome: Outcome::NotSent,
                message: format!(
                    "the server did not answer in time: no connection{} within {:.1} s",
                    self.through(),
                    within.as_secs_f64()
                ),
            }),
        }
    }

    async fn stream(&self, within: Duration) -> Result<Stream, BoxError> {
        let to = match &self.way {
            Way::Proxy(passage, _) => passage.uri(),
            _ => &self.uri,
        };
        let only_loopback = matches!(self.way, Way::Plain { only_loopback: true });
        let tcp = TokioIo::new(dial(to, within, only_loopback).await?);
        let uri = self.uri.clone();
        Ok(match &self.way {
            Way::Plain { .. } => Box::new(tcp),
            Way::Tls(secured) => Box::new(secured.over(Opened(Some(tcp))).call(uri).await?),
            Way::Proxy(Passage::Tunnel(proxy, headers), secured) => {
                let opened = Opened(Some(tcp));
                let to_proxy = HttpsConnector::from((opened, Arc::clone(&secured.tls.to_proxy)));
                let tunnel = Tunnel::new(proxy.clone(), to_proxy).with_headers(headers.clone());
                Box::new(secured.over(tunnel).call(uri).await?)
            }
            Way::Proxy(Passage::Socks(proxy, auth), secured) => {
                let mut socks = SocksV5::new(proxy.clone(), Opened(Some(tcp)));
                if let Some((user, password)) = auth.clone() {
                    socks = socks.with_auth(user, password);
                }
                Box::new(secured.over(socks).call(uri).await?)
            }
        })
    }

    fn through(&self) -> &'static str {
        match self.way {
            Way::Proxy(..) => " through the proxy",
            _ => "",
        }
    }

    fn unreached(&self, error: &(dyn std::error::Error + 'static)) -> Silence {
        let said = innermost(error);
        if is_certificate(error) {
            return Silence {
                kind: ErrorKind::Tls,
                outcome: Outcome::Final,
                message: format!("the server's certificate or TLS was refused: {said}"),
            };
        }
        if causes(error).any(|cause| cause.is::<NotLoopback>()) {
            let (kind, outcome) = (ErrorKind::Configuration, Outcome::Final);
            return Silence { kind, outcome, message: said };
        }
        Silence {
            kind: ErrorKind::Connection,
            outcome: Outcome::NotSent,
            message: format!("the server was not reached{}: {said}", self.through()),
        }
    }
}

/// The path and query of an address, as a request names them.
pub(crate) fn path_of(url: &str) -> &str {
    let after_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    after_scheme.find('/').and_then(|at| after_scheme.get(at..)).unwrap_or("/")
}
