//! The one place that does HTTP. It sends exactly one request, follows nothing,
//! repeats nothing, and bounds what it reads; every rule about repeating stands in
//! `exchange` and `retry`.

mod connect;
mod connection;
mod dial;
mod host;
mod pool;
mod proxy;
mod yielding;

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use http::header::HOST;
use http_body_util::Full;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::body::Body;
use crate::config::{Config, Limits};
use crate::error::{ErrorKind, Outcome};
use crate::exchange::{Heard, Silence};
use crate::request::Request;

pub(crate) use connect::{Destination, MAX_CONNECTIONS, path_of};
pub(crate) use host::Host;
use pool::idle_time;
pub(crate) use pool::{Peer, Pool};
pub(crate) use proxy::Proxy;

/// hyper's own bound, for whom else reads.
const MOST_HEADERS: usize = 100;

/// How a new connection failed that never gave a response.
pub(crate) const UNANSWERED: &str = "broke before any response:";

/// How long one request may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// In all.
    pub(crate) within: Duration,
    /// For a connection.
    pub(crate) connect: Duration,
    /// Between two pieces of the response, once its head is there.
    pub(crate) idle: Duration,
    /// Only over a new connection: the one before failed.
    pub(crate) anew: bool,
}

/// Sends one request and reads the whole answer.
pub(crate) async fn send(
    peer: &Peer,
    request: Request,
    patience: Patience,
    config: &Config,
) -> Result<Heard, Silence> {
    let sent = exchange(peer, request, patience, config).await;
    if let Err(Silence { kind: ErrorKind::Connection | ErrorKind::Timeout, .. }) = sent {
        peer.failed();
    }
    sent
}

async fn exchange(
    peer: &Peer,
    request: Request,
    patience: Patience,
    config: &Config,
) -> Result<Heard, Silence> {
    let sleep = pin!(sleep_until(Instant::now() + patience.within));
    let mut watch = Watch::new(sleep, patience.within, patience.idle);
    let mut prepared = prepare(peer, request)?;
    let mut usable = if patience.anew { None } else { peer.take() };
    let (mut connection, answer) = loop {
        let (mut connection, is_new) = match usable.take() {
            Some(connection) => (connection, false),
            None => {
                let within = patience.connect.min(watch.left());
                (peer.connector.connect(within).await?, true)
            }
        };
        match watch.over(connection.send(prepared)).await? {
            Ok(answer) => break (connection, answer),
            Err(mut error) => match error.take_message() {
                // The server had closed it, and nothing was sent. The other idle ones may
                // be closed as well: the next is a new one.
                Some(unsent) if !is_new => {
                    peer.failed();
                    prepared = unsent;
                }
                unsent => {
                    let outcome =
                        if unsent.is_some() { Outcome::NotSent } else { Outcome::Unknown };
                    let error = error.into_error();
                    let mut failed = broken(&error, outcome);
                    if is_new && !error.is_parse() {
                        failed.message = failed.message.replacen("broke:", UNANSWERED, 1);
                    }
                    return Err(failed);
                }
            },
        }
    };
    let (head, mut rest) = answer.into_parts();
    check_headers(&head.headers, config.limits)?;
    let mut body = Body::new(head.status.as_u16(), &head.headers, config.limits)?;
    let idle_time = idle_time(&head.headers);
    while !body.is_stopped() {
        watch.heard();
        watch.in_time()?;
        match watch.over(connection.piece(&mut rest)).await? {
            Some(piece) => body.take_piece(piece.map_err(|e| broken(&e, Outcome::Unknown))?)?,
            None => break,
        }
    }
    drop(rest);
    if connection.is_open() {
        peer.keep(connection, idle_time);
    }
    Ok(Heard { status: head.status.as_u16(), headers: head.headers, body: body.end()? })
}

fn prepare(peer: &Peer, request: Request) -> Result<http::Request<Full<Bytes>>, Silence> {
    let unusable = |error: http::Error| Silence {
        kind: ErrorKind::Internal,
        outcome: Outcome::NotSent,
        message: format!("the request cannot be sent: {error}"),
    };
    let body = Full::new(request.body.unwrap_or_default());
    let builder = http::Request::builder().method(request.method).uri(path_of(&request.url));
    let mut prepared = builder.body(body).map_err(unusable)?;
    *prepared.headers_mut() = request.headers;
    prepared.headers_mut().insert(HOST, peer.connector.host().clone());
    Ok(prepared)
}

/// Looks at the clock while something is waited for.
struct Watch<'s> {
    within: Duration,
    end: Instant,
    longest_silence: Duration,
    /// When the last part of the response came. Nothing before its head: a server that
    /// works for long on a request has until `end`.
    heard_at: Option<Instant>,
    /// Set anew only when it runs out, which costs less than at every piece.
    sleep: Pin<&'s mut Sleep>,
}

impl<'s> Watch<'s> {
    fn new(sleep: Pin<&'s mut Sleep>, within: Duration, longest_silence: Duration) -> Self {
        Self { within, end: Instant::now() + within, longest_silence, heard_at: None, sleep }
    }

    fn left(&self) -> Duration {
        self.end.saturating_duration_since(Instant::now())
    }

    /// The server said something, which ends its silence.
    fn heard(&mut self) {
        self.heard_at = Some(Instant::now());
    }

    /// When to stop waiting for the next part of the response.
    fn until(&self) -> Instant {
        let idle = self.heard_at.and_then(|since| since.checked_add(self.longest_silence));
        idle.map_or(self.end, |idle| self.end.min(idle))
    }

    /// Whether there was time left then: data that comes without a pause never waits.
    fn in_time(&self) -> Result<(), Silence> {
        let late = self.heard_at.is_some_and(|at| at >= self.end);
        if late { Err(self.late()) } else { Ok(()) }
    }

    /// Waits for something, for as long as there is time.
    async fn over<T>(&mut self, wanted: impl Future<Output = T>) -> Result<T, Silence> {
        let mut wanted = pin!(wanted);
        poll_fn(|context| {
            if let Poll::Ready(came) = wanted.as_mut().poll(context) {
                return Poll::Ready(Ok(came));
            }
            // By the clock itself: a timer is not asked while a flood of data uses up the
            // task's budget.
            if Instant::now() >= self.end {
                return Poll::Ready(Err(self.late()));
            }
            let until = self.until();
            if until < self.sleep.deadline() {
                self.sleep.as_mut().reset(until);
            }
            while self.sleep.as_mut().poll(context).is_ready() {
                if Instant::now() >= until {
                    return Poll::Ready(Err(self.late()));
                }
                self.sleep.as_mut().reset(until);
            }
            Poll::Pending
        })
        .await
    }

    fn late(&self) -> Silence {
        let message = match self.left().is_zero() {
            true => format!("no answer within {:.1} s", self.within.as_secs_f64()),
            false => format!(
                "the server stopped in the middle of its response for {:.1} s",
                self.longest_silence.as_secs_f64()
            ),
        };
        Silence { kind: ErrorKind::Timeout, outcome: Outcome::Unknown, message }
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

/// A connection that failed under a request.
fn broken(error: &hyper::Error, outcome: Outcome) -> Silence {
    let said = innermost(error);
    // hyper has no other way to say so to a client; a scenario holds the words.
    if said == "message head is too large" {
        return too_large("has more or longer headers than any answer needs".into());
    }
    let message = match outcome {
        Outcome::NotSent => format!("the server was not reached: {said}"),
        _ => format!("the connection broke: {said}"),
    };
    Silence { kind: ErrorKind::Connection, outcome, message }
}

/// A refusal of TLS itself, which I/O errors carry inside and not as their source, at
/// times one within the other.
fn is_tls(cause: &(dyn std::error::Error + 'static)) -> bool {
    let inside = cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    cause.is::<rustls::Error>() || inside.is_some_and(|inner| is_tls(inner))
}

fn is_certificate(error: &(dyn std::error::Error + 'static)) -> bool {
    causes(error).any(is_tls)
}

fn causes<'a>(
    error: &'a (dyn std::error::Error + 'static),
) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    std::iter::successors(Some(error), |cause| cause.source())
}

/// The innermost cause that says something: the outer ones repeat the address.
fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
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
