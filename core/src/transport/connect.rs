//! Getting to a server: looking up its name, TCP, a proxy of the environment's, TLS.

use std::time::Duration;

use http::header::PROXY_AUTHORIZATION;
use http::{HeaderMap, HeaderValue, Uri};
use hyper_rustls::{FixedServerNameResolver, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::proxy::matcher::Matcher;
use rustls::pki_types::ServerName;
use tower_service::Service;
use url::{Position, Url};

use super::connection::{Connection, Stream};
use super::{innermost, is_certificate};
use crate::error::{Error, ErrorKind, Outcome};
use crate::exchange::Silence;
use crate::process;
use crate::tls::Credentials;

/// A server, the way to it, and whom to believe that it is the right one.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Destination {
    /// `https://api.lomi.africa`, without a path.
    origin: String,
    credentials: Credentials,
    /// The name that its certificate has to show, where that is not its host's.
    server_name: Option<String>,
    proxy: Option<Proxy>,
}

/// A proxy that was named by the caller.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Proxy {
    /// May hold a password, so that this cannot be printed.
    pub(crate) url: String,
    /// For the proxy alone.
    pub(crate) headers: Vec<(String, String)>,
}

impl Destination {
    pub(crate) fn new(base: &Url) -> Self {
        Self {
            origin: base[..Position::BeforePath].to_owned(),
            credentials: Credentials::default(),
            server_name: None,
            proxy: None,
        }
    }

    /// The same by way of TLS, and of a proxy perhaps. Loopback is here: its calls are not
    /// encrypted, and go out nowhere.
    pub(crate) fn secured(
        base: &Url,
        credentials: Credentials,
        server_name: Option<String>,
        proxy: Option<Proxy>,
    ) -> Self {
        match base.scheme() {
            "https" => Self { credentials, server_name, proxy, ..Self::new(base) },
            _ => Self::new(base),
        }
    }

    fn tunnel(&self, uri: &Uri) -> Result<Option<(Uri, HeaderMap)>, Error> {
        if !self.origin.starts_with("https:") {
            return Ok(None);
        }
        let matcher = match &self.proxy {
            Some(proxy) => Matcher::builder().all(proxy.url.as_str()).build(),
            None => Matcher::from_env(),
        };
        let Some(found) = matcher.intercept(uri) else {
            return match &self.proxy {
                Some(_) => Err(Error::configuration("the proxy is no address of a proxy")),
                None => Ok(None),
            };
        };
        if !matches!(found.uri().scheme_str(), Some("http" | "https")) {
            return Err(Error::configuration("only proxies of HTTP can be used, not of SOCKS"));
        }
        let mut headers = HeaderMap::new();
        for (name, value) in self.proxy.iter().flat_map(|proxy| &proxy.headers) {
            let (name, value) = crate::request::check_header(name, value)?;
            headers.insert(name, value);
        }
        if let Some(auth) = found.basic_auth() {
            headers.insert(PROXY_AUTHORIZATION, auth.clone());
        }
        Ok(Some((found.uri().clone(), headers)))
    }
}

/// The way to one destination.
pub(crate) struct Connector {
    uri: Uri,
    host: HeaderValue,
    way: Way,
}

#[derive(Clone)]
enum Way {
    Direct(HttpsConnector<HttpConnector>),
    Tunnel(Box<HttpsConnector<Tunnel<HttpsConnector<HttpConnector>>>>),
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
        let tls = match uri.scheme_str() {
            Some("https") => process::tls(&destination.credentials)?,
            // Nothing is encrypted, so that nobody has to be believed.
            _ => crate::tls::of_nobody()?,
        };
        let mut plain = HttpConnector::new();
        plain.enforce_http(false);
        plain.set_nodelay(true);
        let secured = || HttpsConnectorBuilder::new().with_tls_config(tls.clone()).https_or_http();
        let to_server = match &destination.server_name {
            Some(name) => {
                let name = ServerName::try_from(name.clone())
                    .map_err(|_| Error::configuration("tls_server_name is no name of a server"))?;
                let fixed = FixedServerNameResolver::new(name);
                secured().with_server_name_resolver(fixed).enable_http1()
            }
            None => secured().enable_http1(),
        };
        let way = match destination.tunnel(&uri)? {
            None => Way::Direct(to_server.wrap_connector(plain)),
            Some((proxy, headers)) => {
                let to_proxy = secured().enable_http1().wrap_connector(plain);
                let tunnel = Tunnel::new(proxy, to_proxy).with_headers(headers);
                Way::Tunnel(Box::new(to_server.wrap_connector(tunnel)))
            }
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
            let stream: Stream = match self.way.clone() {
                Way::Direct(mut way) => Box::new(way.call(self.uri.clone()).await?),
                Way::Tunnel(mut way) => Box::new(way.call(self.uri.clone()).await?),
            };
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(Connection::open(stream).await?)
        };
        match tokio::time::timeout(within, connected).await {
            Ok(Ok(connection)) => Ok(connection),
            Ok(Err(error)) => Err(unreached(&*error)),
            Err(_) => Err(Silence {
                kind: ErrorKind::Timeout,
                outcome: Outcome::NotSent,
                message: format!(
                    "the server did not answer in time: no connection within {:.1} s",
                    within.as_secs_f64()
                ),
            }),
        }
    }
}

fn unreached(error: &(dyn std::error::Error + 'static)) -> Silence {
    let said = innermost(error);
    if is_certificate(error) {
        return Silence {
            kind: ErrorKind::Tls,
            outcome: Outcome::Final,
            message: format!("the server's certificate or TLS was refused: {said}"),
        };
    }
    Silence {
        kind: ErrorKind::Connection,
        outcome: Outcome::NotSent,
        message: format!("the server was not reached: {said}"),
    }
}

/// The path and query of an address, as a request names them.
pub(crate) fn path_of(url: &str) -> &str {
    let after_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    after_scheme.find('/').and_then(|at| after_scheme.get(at..)).unwrap_or("/")
}
