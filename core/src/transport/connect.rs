//! Getting to a server: looking up its name, TCP, a proxy of the environment's, TLS.

use std::path::PathBuf;
use std::time::Duration;

use http::{HeaderValue, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::proxy::matcher::Matcher;
use tower_service::Service;
use url::{Position, Url};

use super::connection::{Connection, Stream};
use super::{innermost, is_certificate};
use crate::error::{Error, ErrorKind, Outcome};
use crate::exchange::Silence;
use crate::process;

/// A server, and whom to believe that it is the right one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Destination {
    /// `https://api.lomi.africa`, without a path.
    origin: String,
    ca_files: Vec<PathBuf>,
}

impl Destination {
    pub(crate) fn new(base: &Url, ca_files: &[PathBuf]) -> Self {
        let origin = base[..Position::BeforePath].to_owned();
        let encrypted = base.scheme() == "https";
        // Certificates are read for nothing where nobody shows one.
        Self { origin, ca_files: if encrypted { ca_files.to_vec() } else { Vec::new() } }
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
        let encrypted = uri.scheme_str() == Some("https");
        let tls = match encrypted {
            true => process::tls(&destination.ca_files)?,
            // Nothing is encrypted, so that nobody has to be believed.
            false => crate::tls::of_nobody()?,
        };
        let secured = || HttpsConnectorBuilder::new().with_tls_config(tls.clone()).https_or_http();
        let mut plain = HttpConnector::new();
        plain.enforce_http(false);
        plain.set_nodelay(true);
        let direct = secured().enable_http1().wrap_connector(plain);
        // A proxy is for the way out. Loopback is here, and its calls are not encrypted.
        let proxy = encrypted.then(Matcher::from_env).and_then(|matcher| matcher.intercept(&uri));
        let way = match proxy {
            None => Way::Direct(direct),
            Some(proxy) => {
                let mut tunnel = Tunnel::new(proxy.uri().clone(), direct);
                if let Some(auth) = proxy.basic_auth() {
                    tunnel = tunnel.with_auth(auth.clone());
                }
                Way::Tunnel(Box::new(secured().enable_http1().wrap_connector(tunnel)))
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
