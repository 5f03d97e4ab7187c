//! One port: its connections and what is sent on them.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls::{HandshakeKind, ServerConfig};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::counters::Counted;
use crate::done::Done;
use crate::responses::{Responses, SLOW};

/// How many connections may wait to be accepted: 1,000 are opened at once.
const BACKLOG: u32 = 4096;

pub(crate) struct Port {
    pub(crate) responses: Responses,
    pub(crate) counted: Arc<Counted>,
    pub(crate) tls: Option<Arc<ServerConfig>>,
    /// Whether every connection ends after one response.
    pub(crate) close: bool,
}

impl Port {
    /// Starts to accept connections; gives the address.
    pub(crate) async fn open(self) -> Done<SocketAddr> {
        let socket = TcpSocket::new_v4()?;
        socket.bind((Ipv4Addr::LOCALHOST, 0).into())?;
        let listener = socket.listen(BACKLOG)?;
        let address = listener.local_addr()?;
        tokio::spawn(Arc::new(self).accept(listener));
        Ok(address)
    }

    async fn accept(self: Arc<Self>, listener: TcpListener) {
        loop {
            match listener.accept().await {
                // A client that ends in the middle of a connection is none of the server's errors.
                Ok((stream, _)) => drop(tokio::spawn(Arc::clone(&self).serve(stream))),
                Err(error) => eprintln!("accept: {error}"),
            }
        }
    }

    async fn serve(self: Arc<Self>, stream: TcpStream) -> Done<()> {
        Counted::add(&self.counted.connections);
        stream.set_nodelay(true)?;
        let Some(config) = self.tls.clone() else {
            return self.http1(TokioIo::new(stream)).await;
        };
        let stream = TlsAcceptor::from(config).accept(stream).await?;
        let session = stream.get_ref().1;
        if session.handshake_kind() == Some(HandshakeKind::Resumed) {
            Counted::add(&self.counted.resumed);
        }
        if session.alpn_protocol() != Some(b"h2") {
            return self.http1(TokioIo::new(stream)).await;
        }
        Counted::add(&self.counted.http2);
        let service = service_fn(move |request| {
            let port = Arc::clone(&self);
            async move { port.respond(request).await }
        });
        let stream = TokioIo::new(stream);
        Ok(http2::Builder::new(TokioExecutor::new())
            .max_concurrent_streams(256)
            .timer(TokioTimer::new())
            .serve_connection(stream, service)
            .await?)
    }

    async fn http1<S>(&self, stream: S) -> Done<()>
    where
        S: hyper::rt::Read + hyper::rt::Write + Unpin,
    {
        let service = service_fn(|request| self.respond(request));
        let mut http = http1::Builder::new();
        http.keep_alive(!self.close);
        Ok(http.serve_connection(stream, service).await?)
    }

    async fn respond(
        &self,
        request: Request<Incoming>,
    ) -> Result<Response<Full<Bytes>>, hyper::Error> {
        Counted::add(&self.counted.requests);
        let (head, body) = request.into_parts();
        body.collect().await?;
        let (status, bytes) = self.responses.find(&head.method, &head.uri);
        if head.uri.path().contains("/slow") {
            tokio::time::sleep(SLOW).await;
        }
        let mut response = Response::new(Full::new(bytes));
        *response.status_mut() = status;
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Ok(response)
    }
}
