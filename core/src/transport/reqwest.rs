//! Sends one request through the caller's `reqwest::Client`, with the same limits, timeouts and
//! outcomes as our own transport.

use crate::message::Message;
use crate::messages::bindings as shared;
use crate::messages::transport as messages;
use std::net::IpAddr;
use std::pin::pin;
use std::time::Duration;

use reqwest::{Client, Error, Response, Url};
use tokio::time::Instant;
use url::Position;

use super::alarm::Reactor;
use super::dial::NotLoopback;
use super::errors::{check_headers, innermost, is_certificate, tls_message, too_large};
use super::file::{FileWriter, Incoming};
use super::lookup::lookup;
use super::timer::AttemptTimer;
use crate::call::{RawResponse, TransportError};
use crate::config::{Config, Endpoint};
use crate::error::{ErrorKind, Outcome};
use crate::request::Request;

/// Sends one request and reads the whole response. `within` is for both, `idle` is the maximum
/// time between two chunks of the response.
pub(crate) async fn send_through(
    client: &Client,
    request: Request,
    within: Duration,
    idle: Duration,
    config: &Config,
    file: Option<FileWriter<'_>>,
) -> Result<RawResponse, TransportError> {
    let end = Instant::now() + within;
    let sleep = pin!(Reactor::Tokio.sleep_until(end));
    let mut timer = AttemptTimer::new(sleep, end, within, idle);
    let request = to_reqwest(request)?;
    let url = request.url().clone();
    timer.wait_for(check_plain_http(&config.endpoint, &url)).await??;
    let sent = timer.wait_for(client.execute(request)).await?;
    let mut response = sent.map_err(send_error)?;
    check_redirect(&response, &url)?;
    let status = response.status().as_u16();
    let headers = std::mem::take(response.headers_mut());
    check_headers(&headers, config.limits)?;
    let mut body = Incoming::new(status, &headers, config.limits, file)?;
    while !body.is_stopped() {
        timer.chunk_received();
        timer.check_deadline()?;
        match timer.wait_for(response.chunk()).await?.map_err(body_error)? {
            Some(chunk) => body.take_chunk(chunk).await?,
            None => break,
        }
    }
    Ok(RawResponse { status, headers, body: body.end().await? })
}

fn to_reqwest(request: Request) -> Result<reqwest::Request, TransportError> {
    let unusable = |why: Message| {
        let message = messages::reqwest_cannot_send(why);
        TransportError::new(ErrorKind::Internal, Outcome::Final, message)
    };
    let url = Url::parse(&request.url)
        .map_err(|error| unusable(Message::untranslated(error.to_string())))?;
    // The URL must not change: another parser may read a path differently.
    if !request.url.ends_with(&url[Position::BeforePath..]) {
        return Err(unusable(messages::url_would_change()));
    }
    let mut prepared = reqwest::Request::new(request.method, url);
    *prepared.headers_mut() = request.headers;
    // Set even if it is empty, so that a POST has `Content-Length: 0`.
    *prepared.body_mut() = Some(request.body.unwrap_or_default().into());
    Ok(prepared)
}

/// Refuses plain HTTP to a loopback name that resolves to another machine. A name that is not found
/// is left to the reqwest client, which may resolve it differently.
async fn check_plain_http(endpoint: &Endpoint, url: &Url) -> Result<(), TransportError> {
    let (Some(host), "http", false) = (url.domain(), url.scheme(), endpoint.allow_http) else {
        return Ok(());
    };
    let addresses = lookup(host).await.unwrap_or_default();
    let is_elsewhere = |address: &IpAddr| !address.to_canonical().is_loopback();
    match addresses.into_iter().find(is_elsewhere) {
        None => Ok(()),
        Some(found) => {
            let error = NotLoopback { host: host.to_owned(), found };
            let message = error.message();
            Err(TransportError::new(ErrorKind::Configuration, Outcome::Final, message))
        }
    }
}

/// Refuses a response from another address than that of the request: the client followed a redirect
/// and sent the API key there.
fn check_redirect(response: &Response, url: &Url) -> Result<(), TransportError> {
    if response.url()[..Position::AfterQuery] == url[..Position::AfterQuery] {
        return Ok(());
    }
    let to = response.url().origin().ascii_serialization();
    let message = messages::reqwest_was_redirected(to);
    Err(TransportError::new(ErrorKind::UnexpectedRedirect, Outcome::Final, message))
}

/// The error of a request without a response. Unless it certainly occurred before the request was
/// sent, its outcome is unknown.
fn send_error(error: Error) -> TransportError {
    let error = error.without_url();
    let reason = innermost(&error);
    let (kind, outcome, message) = if error.is_builder() {
        let message = messages::reqwest_does_not_send(reason);
        (ErrorKind::Configuration, Outcome::Final, message)
    } else if error.is_redirect() {
        let message = messages::reqwest_followed_redirects(reason);
        (ErrorKind::UnexpectedRedirect, Outcome::Final, message)
    } else if error.is_connect() && (is_certificate(&error) || names_certificate(&reason)) {
        let message = tls_message(&error, reason);
        (ErrorKind::Tls, Outcome::Final, message)
    } else if error.is_connect() {
        let kind = if error.is_timeout() { ErrorKind::Timeout } else { ErrorKind::Connection };
        (kind, Outcome::NotSent, shared::not_reached(reason))
    } else {
        return body_error(error);
    };
    TransportError::new(kind, outcome, message).caused_by(error)
}

/// The error of a response that did not arrive completely.
fn body_error(error: Error) -> TransportError {
    let error = error.without_url();
    let reason = innermost(&error);
    // hyper has no method for this error, so the message is compared.
    if reason == "message head is too large" {
        return too_large(shared::too_many_headers());
    }
    let (kind, message) = match error.is_timeout() {
        true => (ErrorKind::Timeout, messages::reqwest_timeout(reason)),
        false => (ErrorKind::Connection, messages::connection_broke(messages::broke(), reason)),
    };
    TransportError::new(kind, Outcome::Unknown, message).caused_by(error)
}

/// Whether a TLS library other than rustls refused a certificate. Its error type is unknown here,
/// so the message is searched.
fn names_certificate(reason: &str) -> bool {
    reason.to_ascii_lowercase().contains("certificate")
}
