//! The one place that does HTTP. It sends exactly one request, follows nothing,
//! repeats nothing, and bounds what it reads; every rule about repeating stands in
//! `exchange` and `retry`.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::HeaderMap;

use crate::body::Body;
use crate::config::{Config, Limits};
use crate::error::{Error, ErrorKind, Outcome};
use crate::exchange::{Heard, Silence};
use crate::request::Request;

/// The HTTP clients of a process: one per set of certificates and time-outs, shared by
/// every lomi client that wants the same.
#[derive(Default)]
pub(crate) struct Clients {
    made: Mutex<HashMap<Wants, reqwest::Client>>,
}

/// hyper's own bound, for whom else reads.
const MOST_HEADERS: usize = 100;

/// What tells one HTTP client from another.
#[derive(PartialEq, Eq, Hash, Clone)]
struct Wants {
    encrypted: bool,
    ca_files: Vec<PathBuf>,
    connect_timeout: Duration,
    idle_timeout: Duration,
}

impl Clients {
    /// The HTTP client for a configuration, made on first use.
    pub(crate) fn get(
        &self,
        config: &Config,
        connect_timeout: Duration,
    ) -> Result<reqwest::Client, Error> {
        let encrypted = config.base_url.starts_with("https:");
        let wants = Wants {
            encrypted,
            // Reading a system's certificates costs milliseconds; loopback needs none.
            ca_files: if encrypted { config.ca_files.clone() } else { Vec::new() },
            connect_timeout,
            idle_timeout: config.idle_timeout,
        };
        let mut made =
            self.made.lock().map_err(|_| Error::internal("the HTTP clients are locked"))?;
        if let Some(client) = made.get(&wants) {
            return Ok(client.clone());
        }
        let client = build(&wants)?;
        made.insert(wants, client.clone());
        Ok(client)
    }
}

fn build(wants: &Wants) -> Result<reqwest::Client, Error> {
    let tls = if wants.encrypted {
        crate::tls::config(&wants.ca_files)?
    } else {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|e| Error::internal(format!("TLS cannot be set up: {e}")))?
            .with_root_certificates(rustls::RootCertStore::empty())
            .with_no_client_auth()
    };
    let builder = reqwest::Client::builder();
    // A proxy is for the way out. Loopback is here, and its calls are not encrypted.
    let builder = if wants.encrypted { builder } else { builder.no_proxy() };
    builder
        .tls_backend_preconfigured(tls)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .http1_only()
        .tcp_nodelay(true)
        .connect_timeout(wants.connect_timeout)
        .read_timeout(wants.idle_timeout)
        // Shorter than servers keep idle connections, so that one is rarely closed
        // under a request.
        .pool_idle_timeout(Duration::from_secs(20))
        .build()
        .map_err(|e| Error::internal(format!("no HTTP client can be made: {}", sentence(&e))))
}

/// Sends one request and reads the whole answer.
pub(crate) async fn send(
    client: &reqwest::Client,
    request: Request,
    within: Duration,
    limits: Limits,
) -> Result<Heard, Silence> {
    let whole = async {
        let mut prepared = client.request(request.method, &request.url).headers(request.headers);
        if let Some(body) = request.body {
            prepared = prepared.body(body);
        }
        let mut answer = prepared.send().await.map_err(|e| silence(&e))?;
        let status = answer.status().as_u16();
        let headers = std::mem::take(answer.headers_mut());
        check_headers(&headers, limits)?;
        let mut body = Body::new(&headers, limits)?;
        while let Some(chunk) = answer.chunk().await.map_err(|e| silence(&e))? {
            body.take(&chunk)?;
        }
        Ok(Heard { status, headers, body: body.end()? })
    };
    match tokio::time::timeout(within, whole).await {
        Ok(heard) => heard,
        Err(_) => Err(Silence {
            kind: ErrorKind::Timeout,
            outcome: Outcome::Unknown,
            message: format!("no answer within {:.1} s", within.as_secs_f64()),
        }),
    }
}

pub(crate) fn check_headers(headers: &HeaderMap, limits: Limits) -> Result<(), Silence> {
    let size: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if headers.len() > MOST_HEADERS {
        return Err(too_large("has more or longer headers than any answer needs".into()));
    }
    if size > limits.headers {
        return Err(too_large(format!("has more than {} bytes of headers", limits.headers)));
    }
    Ok(())
}

pub(crate) fn too_large(what: String) -> Silence {
    Silence {
        kind: ErrorKind::ResponseTooLarge,
        outcome: Outcome::Final,
        message: format!("the answer {what}"),
    }
}

/// What a transport error says about the request: whether it can have arrived.
fn silence(error: &reqwest::Error) -> Silence {
    let said = sentence(error);
    // hyper has no other way to say so to a client; a scenario holds the words.
    if said == "message head is too large" {
        return too_large("has more or longer headers than any answer needs".into());
    }
    let certificate = causes(error).any(is_tls);
    let (kind, outcome) = if certificate && error.is_connect() {
        (ErrorKind::Tls, Outcome::Final)
    } else if error.is_connect() {
        let kind = if error.is_timeout() { ErrorKind::Timeout } else { ErrorKind::Connection };
        (kind, Outcome::NotSent)
    } else if error.is_timeout() {
        (ErrorKind::Timeout, Outcome::Unknown)
    } else if error.is_builder() {
        (ErrorKind::Internal, Outcome::NotSent)
    } else {
        (ErrorKind::Connection, Outcome::Unknown)
    };
    let message = match kind {
        ErrorKind::Tls => format!("the server's certificate or TLS was refused: {said}"),
        ErrorKind::Timeout => format!("the server did not answer in time: {said}"),
        _ if outcome == Outcome::NotSent => format!("the server was not reached: {said}"),
        _ => format!("the connection broke: {said}"),
    };
    Silence { kind, outcome, message }
}

/// A refusal of TLS itself, which I/O errors carry inside and not as their source, at
/// times one within the other.
fn is_tls(cause: &(dyn std::error::Error + 'static)) -> bool {
    let inside = cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    cause.is::<rustls::Error>() || inside.is_some_and(|inner| is_tls(inner))
}

fn causes<'a>(
    error: &'a (dyn std::error::Error + 'static),
) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    std::iter::successors(Some(error), |cause| cause.source())
}

/// The innermost cause that says something: the outer ones repeat the address.
fn sentence(error: &(dyn std::error::Error + 'static)) -> String {
    causes(error)
        .map(ToString::to_string)
        .filter(|text| !text.is_empty())
        .last()
        .unwrap_or_else(|| "unknown".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_of_tls_is_found_however_it_is_wrapped() {
        let refused = rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer);
        let wrapped = std::io::Error::other(std::io::Error::other(refused));
        assert!(is_tls(&wrapped));
        assert!(!is_tls(&std::io::Error::other(std::io::Error::other("cut"))));
    }
}
