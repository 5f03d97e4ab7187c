//! One request over one connection.

use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use http::header::HOST;
use http_body_util::Full;
use tokio::time::Instant;

use super::errors::{check_headers, connection_error};
use super::file::{FileWriter, Incoming};
use super::pool::{DEFAULT_IDLE, Peer, idle_time};
use super::timer::AttemptTimer;
use crate::call::{RawResponse, TransportError};
use crate::config::Config;
use crate::error::{ErrorKind, Outcome};
use crate::messages::transport as messages;
use crate::request::Request;

/// The timeouts of one attempt.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SendTimeouts {
    /// For the whole attempt.
    pub(crate) within: Duration,
    /// For connecting.
    pub(crate) connect: Duration,
    /// Between two chunks of the response, after its head.
    pub(crate) idle: Duration,
    /// Use no idle connection, because the previous attempt failed.
    pub(crate) new_connection: bool,
}

/// Makes sure that the pool has an open connection; sends no request.
pub(crate) async fn prewarm(peer: &Peer, timeouts: SendTimeouts) -> Result<(), TransportError> {
    if !peer.has_open() {
        let connection = peer.connect(timeouts.connect.min(timeouts.within)).await?;
        peer.keep(connection, DEFAULT_IDLE);
    }
    Ok(())
}

/// Sends one request and reads the whole response, of which a success goes to the file, if there is
/// one.
pub(crate) async fn send(
    peer: &Peer,
    request: Request,
    timeouts: SendTimeouts,
    config: &Config,
    file: Option<FileWriter<'_>>,
) -> Result<RawResponse, TransportError> {
    let sent = send_once(peer, request, timeouts, config, file).await;
    if let Err(TransportError { kind: ErrorKind::Connection | ErrorKind::Timeout, .. }) = sent {
        peer.failed();
        peer.connector.failed();
    }
    sent
}

async fn send_once(
    peer: &Peer,
    request: Request,
    timeouts: SendTimeouts,
    config: &Config,
    file: Option<FileWriter<'_>>,
) -> Result<RawResponse, TransportError> {
    let end = Instant::now() + timeouts.within;
    let sleep = pin!(peer.reactor.sleep_until(end));
    let mut timer = AttemptTimer::new(sleep, end, timeouts.within, timeouts.idle);
    let mut prepared = to_http(peer, request)?;
    let mut usable = if timeouts.new_connection { None } else { peer.take() };
    let (mut connection, answer) = loop {
        let (mut connection, is_new) = match usable.take() {
            Some(connection) => (connection, false),
            None => {
                let within = timeouts.connect.min(timer.left());
                (peer.connect(within).await?, true)
            }
        };
        match timer.wait_for(connection.send(prepared)).await? {
            Ok(answer) => break (connection, answer),
            Err(mut error) => match error.take_message() {
                // The server had closed the connection, so nothing was sent. It may have closed the
                // other idle ones too, so the next connection is a new one.
                Some(unsent) if !is_new => {
                    peer.failed();
                    prepared = unsent;
                }
                unsent => {
                    let outcome =
                        if unsent.is_some() { Outcome::NotSent } else { Outcome::Unknown };
                    let error = error.into_error();
                    let is_parse = error.is_parse();
                    let mut failed = connection_error(error, outcome);
                    if is_new && !is_parse {
                        failed.message =
                            failed.message.replace(&messages::broke(), &messages::broke_before());
                    }
                    return Err(failed);
                }
            },
        }
    };
    let (head, mut rest) = answer.into_parts();
    check_headers(&head.headers, config.limits)?;
    let mut body = Incoming::new(head.status.as_u16(), &head.headers, config.limits, file)?;
    let idle_time = idle_time(&head.headers);
    while !body.is_stopped() {
        timer.chunk_received();
        timer.check_deadline()?;
        match timer.wait_for(connection.next_chunk(&mut rest)).await? {
            Some(piece) => {
                let piece = piece.map_err(|e| connection_error(e, Outcome::Unknown))?;
                body.take_chunk(piece).await?;
            }
            None => break,
        }
    }
    drop(rest);
    if connection.is_open() {
        peer.keep(connection, idle_time);
    }
    let body = body.end().await?;
    Ok(RawResponse { status: head.status.as_u16(), headers: head.headers, body })
}

fn to_http(peer: &Peer, request: Request) -> Result<http::Request<Full<Bytes>>, TransportError> {
    let unusable = |error: http::Error| {
        let message = messages::cannot_be_sent(&error);
        TransportError::new(ErrorKind::Internal, Outcome::NotSent, message).caused_by(error)
    };
    let body = Full::new(request.body.unwrap_or_default());
    let builder = http::Request::builder().method(request.method).uri(path_of(&request.url));
    let mut prepared = builder.body(body).map_err(unusable)?;
    *prepared.headers_mut() = request.headers;
    prepared.headers_mut().insert(HOST, peer.connector.host().clone());
    Ok(prepared)
}

/// The path and query of a URL, as the request line has them.
fn path_of(url: &str) -> &str {
    let after_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    after_scheme.find('/').and_then(|at| after_scheme.get(at..)).unwrap_or("/")
}
