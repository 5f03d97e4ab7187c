//! Opens connections to a server: TCP, through a proxy if there is one, and TLS.

use crate::messages::bindings as shared;
use crate::messages::transport as messages;
use std::future::{Ready, ready};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::{HeaderValue, Uri};
use hyper_rustls::ResolveServerName;
use hyper_rustls::{DefaultServerNameResolver, FixedServerNameResolver, HttpsConnector};
use hyper_util::client::legacy::connect::proxy::{SocksV5, Tunnel};
use rustls::pki_types::ServerName;
use tokio::time::Instant;
use tower_service::Service;

use super::alarm::Reactor;
use super::connection::Connection;
use super::dial::{NotLoopback, dial, host_of};
use super::errors::{causes, innermost, is_certificate, tls_message};
use super::lookup;
use super::proxy::ProxyProtocol;
use super::stream::Stream;
use super::tcp::Tcp;
use super::tls::Tls;
use crate::call::TransportError;
use crate::config::Endpoint;
use crate::error::{Error, ErrorKind, Outcome};

/// Opens connections to one endpoint.
pub(crate) struct Connector {
    uri: Uri,
    host: HeaderValue,
    mode: ConnectMode,
}

enum ConnectMode {
    /// Without TLS.
    Plain {
        only_loopback: bool,
    },
    Tls(TlsTarget),
    Proxy(ProxyProtocol, TlsTarget),
}

/// The TLS configuration and the name of a server.
struct TlsTarget {
    tls: Tls,
    name: Arc<dyn ResolveServerName + Send + Sync>,
}

impl TlsTarget {
    fn over<T>(&self, connector: T) -> HttpsConnector<T> {
        HttpsConnector::new(
            connector,
            Arc::clone(&self.tls.to_server),
            true,
            Arc::clone(&self.name),
        )
    }
}

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A connector that returns an open connection, once.
struct OpenTcp(Option<Tcp>);

impl Service<Uri> for OpenTcp {
    type Response = Tcp;
    type Error = std::io::Error;
    type Future = Ready<std::io::Result<Tcp>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        ready(
            self.0.take().ok_or_else(|| std::io::Error::other("the connection was already taken")),
        )
    }
}

impl Connector {
    pub(crate) fn new(endpoint: &Endpoint) -> Result<Self, Error> {
        let uri: Uri = endpoint
            .origin
            .parse()
            .map_err(|_| Error::configuration(messages::host_not_connectable()))?;
        let host = uri
            .authority()
            .and_then(|authority| HeaderValue::from_str(authority.as_str()).ok())
            .ok_or_else(|| Error::configuration(messages::host_not_sendable()))?;
        if uri.scheme_str() != Some("https") {
            let only_loopback = !endpoint.allow_http;
            return Ok(Self { uri, host, mode: ConnectMode::Plain { only_loopback } });
        }
        let name: Arc<dyn ResolveServerName + Send + Sync> = match &endpoint.server_name {
            Some(name) => {
                let name = ServerName::try_from(name.clone())
                    .map_err(|_| Error::configuration(messages::invalid_server_name()))?;
                Arc::new(FixedServerNameResolver::new(name))
            }
            None => Arc::new(DefaultServerNameResolver::default()),
        };
        let secured = TlsTarget { tls: Tls::of(&endpoint.credentials)?, name };
        let mode = match &endpoint.proxy {
            None => ConnectMode::Tls(secured),
            Some(proxy) => ConnectMode::Proxy(ProxyProtocol::through(proxy)?, secured),
        };
        Ok(Self { uri, host, mode })
    }

    /// The value of the header `Host`.
    pub(crate) fn host(&self) -> &HeaderValue {
        &self.host
    }

    /// Opens a new connection, ready for its first request.
    pub(crate) async fn connect(
        &self,
        reactor: Reactor,
        within: Duration,
    ) -> Result<Connection, TransportError> {
        let end = Instant::now() + within;
        let connected = async {
            let stream = self.stream(reactor, end).await?;
            Ok::<_, BoxError>(Connection::open(stream).await?)
        };
        match reactor.until(end, connected).await {
            Some(Ok(connection)) => Ok(connection),
            Some(Err(error)) => {
                self.failed();
                Err(self.connect_error(error))
            }
            None => {
                self.failed();
                let seconds = format!("{:.1}", within.as_secs_f64());
                let message = match self.mode {
                    ConnectMode::Proxy(..) => messages::no_connection_through_proxy(seconds),
                    _ => messages::no_connection(seconds),
                };
                Err(TransportError::new(ErrorKind::Timeout, Outcome::NotSent, message))
            }
        }
    }

    /// Records that connecting, or a request on a connection, failed: another machine may have the
    /// server's name by now, so the next connection looks it up.
    pub(crate) fn failed(&self) {
        lookup::forget(host_of(self.dialled()));
    }

    /// Where the TCP connection goes: to the proxy, if there is one.
    fn dialled(&self) -> &Uri {
        match &self.mode {
            ConnectMode::Proxy(proxy, _) => proxy.uri(),
            _ => &self.uri,
        }
    }

    async fn stream(&self, reactor: Reactor, end: Instant) -> Result<Stream, BoxError> {
        let to = self.dialled();
        let only_loopback = matches!(self.mode, ConnectMode::Plain { only_loopback: true });
        let tcp = dial(to, reactor, end, only_loopback).await?;
        let uri = self.uri.clone();
        Ok(match &self.mode {
            ConnectMode::Plain { .. } => Box::new(tcp),
            ConnectMode::Tls(secured) => {
                Box::new(secured.over(OpenTcp(Some(tcp))).call(uri).await?)
            }
            ConnectMode::Proxy(ProxyProtocol::Tunnel(proxy, headers), secured) => {
                let opened = OpenTcp(Some(tcp));
                let to_proxy = HttpsConnector::from((opened, Arc::clone(&secured.tls.to_proxy)));
                let tunnel = Tunnel::new(proxy.clone(), to_proxy).with_headers(headers.clone());
                Box::new(secured.over(tunnel).call(uri).await?)
            }
            ConnectMode::Proxy(ProxyProtocol::Socks(proxy, auth), secured) => {
                let mut socks = SocksV5::new(proxy.clone(), OpenTcp(Some(tcp)));
                if let Some((user, password)) = auth.clone() {
                    socks = socks.with_auth(user, password);
                }
                Box::new(secured.over(socks).call(uri).await?)
            }
        })
    }

    fn connect_error(&self, error: BoxError) -> TransportError {
        let reason = innermost(&*error);
        let (kind, outcome, message) = if is_certificate(&*error) {
            let message = tls_message(&*error, reason);
            (ErrorKind::Tls, Outcome::Final, message)
        } else if let Some(refused) = causes(&*error).find_map(|c| c.downcast_ref::<NotLoopback>())
        {
            (ErrorKind::Configuration, Outcome::Final, refused.message())
        } else {
            let message = match self.mode {
                ConnectMode::Proxy(..) => messages::not_reached_through_proxy(reason),
                _ => shared::not_reached(reason),
            };
            (ErrorKind::Connection, Outcome::NotSent, message)
        };
        TransportError::new(kind, outcome, message).caused_by(error)
    }
}
