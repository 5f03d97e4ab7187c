//! What each port counts: connections, handshakes and requests.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http_body_util::Full;
use hyper::Response;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::done::Done;

/// The counters of one port.
#[derive(Default)]
pub(crate) struct Counted {
    pub(crate) connections: AtomicU64,
    pub(crate) resumed: AtomicU64,
    pub(crate) http2: AtomicU64,
    pub(crate) requests: AtomicU64,
}

impl Counted {
    pub(crate) fn add(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }

    fn value(&self) -> Value {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        json!({
            "connections": read(&self.connections),
            "resumed": read(&self.resumed),
            "http2": read(&self.http2),
            "requests": read(&self.requests),
        })
    }
}

/// The counters of all ports, by the names of the ports.
#[derive(Clone, Default)]
pub(crate) struct Counters(Arc<Mutex<BTreeMap<String, Arc<Counted>>>>);

impl Counters {
    pub(crate) fn of(&self, name: &str) -> Arc<Counted> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry(name.to_owned()).or_default().clone()
    }

    /// Opens the port that tells them.
    pub(crate) async fn open(self) -> Done<SocketAddr> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let text = self.text();
                let service = service_fn(move |_| {
                    let body = Full::new(Bytes::from(text.clone()));
                    async { Ok::<_, Infallible>(Response::new(body)) }
                });
                let mut http = http1::Builder::new();
                http.keep_alive(false);
                tokio::spawn(http.serve_connection(TokioIo::new(stream), service));
            }
        });
        Ok(address)
    }

    fn text(&self) -> String {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let values = all.iter().map(|(name, counted)| (name.clone(), counted.value()));
        Value::Object(values.collect()).to_string()
    }
}
