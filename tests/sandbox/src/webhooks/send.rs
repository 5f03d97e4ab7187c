//! One POST of a signed event.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use axum::http::{Request, Uri, header};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;

use crate::schema::webhooks::WEBHOOK_USER_AGENT;

const TIMEOUT: Duration = Duration::from_secs(4);
/// Maximum number of stored bytes of a response's body.
const MAX_RESPONSE_BODY: usize = 2 * 1024;

/// Result of one POST.
#[derive(Debug)]
pub(crate) struct SendResult {
    /// Status of the response; None when there was none.
    pub(crate) status: Option<u16>,
    /// Beginning of its body, or the error.
    pub(crate) body: String,
    /// How long it took.
    pub(crate) milliseconds: u64,
}

impl SendResult {
    /// One line for standard error.
    pub(super) fn line(&self, event: &str, url: &str) -> String {
        let ms = self.milliseconds;
        match self.status {
            Some(status @ 200..=299) => format!("webhook {event} -> {url} {status} {ms} ms"),
            Some(status) => {
                let first = self.body.lines().find(|line| !line.trim().is_empty());
                let first: String = first.unwrap_or_default().chars().take(200).collect();
                format!("webhook {event} -> {url} {status} {ms} ms: {first}")
            }
            None => format!("webhook {event} -> {url} failed after {ms} ms: {}", self.body),
        }
    }
}

/// Sends a signed event once. `anywhere` permits hosts that are not loopback.
pub(crate) async fn send(
    url: &str,
    event: &str,
    signature: &str,
    payload: String,
    anywhere: bool,
) -> SendResult {
    let start = Instant::now();
    let post = post(url, event, signature, payload, anywhere);
    let result = tokio::time::timeout(TIMEOUT, post).await;
    let milliseconds = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
    match result {
        Ok(Ok((status, body))) => SendResult { status: Some(status), body, milliseconds },
        Ok(Err(problem)) => SendResult { status: None, body: problem, milliseconds },
        Err(_) => {
            SendResult { status: None, body: "no response within 4 s".to_owned(), milliseconds }
        }
    }
}

async fn post(
    url: &str,
    event: &str,
    signature: &str,
    payload: String,
    anywhere: bool,
) -> Result<(u16, String), String> {
    let uri: Uri = url.parse().map_err(|e| format!("not a URL: {e}"))?;
    let permitted = uri.host().is_some_and(|host| anywhere || is_loopback(host));
    if uri.scheme_str() != Some("http") || !permitted {
        return Err(
            "not sent: the sandbox delivers webhooks only to http:// addresses of this machine"
                .to_owned(),
        );
    }
    let request = Request::post(uri)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::USER_AGENT, WEBHOOK_USER_AGENT)
        .header("X-Lomi-Signature", signature)
        .header("X-Lomi-Event", event)
        .body(Full::new(Bytes::from(payload)))
        .map_err(|e| e.to_string())?;
    // A client per delivery: a shop under development restarts often, so no connection is reused.
    let client = Client::builder(TokioExecutor::new()).build_http();
    let response = client.request(request).await.map_err(|e| {
        let source = std::error::Error::source(&e).map(|s| format!(": {s}"));
        format!("{e}{}", source.unwrap_or_default())
    })?;
    let status = response.status().as_u16();
    Ok((status, beginning(response.into_body()).await))
}

/// Beginning of a body: enough of a shop's error page to find the error.
async fn beginning(mut body: Incoming) -> String {
    let mut bytes = Vec::new();
    let mut problem = None;
    while bytes.len() <= MAX_RESPONSE_BODY {
        match body.frame().await {
            Some(Ok(frame)) => bytes.extend(frame.into_data().unwrap_or_default()),
            Some(Err(error)) => {
                problem = Some(error.to_string());
                break;
            }
            None => break,
        }
    }
    let is_longer = bytes.len() > MAX_RESPONSE_BODY;
    bytes.truncate(MAX_RESPONSE_BODY);
    let mut text = String::from_utf8_lossy(&bytes).into_owned();
    if is_longer {
        text.push_str("… (truncated)");
    }
    if let Some(problem) = problem {
        text.push_str(&format!(" ({problem})"));
    }
    text
}

fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    // Names are not resolved: a name of this machine today may be another machine tomorrow.
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_is_reached() {
        for good in ["localhost", "127.0.0.1", "127.8.8.8", "[::1]"] {
            assert!(is_loopback(good), "{good}");
        }
        for bad in ["example.com", "10.0.0.1", "localhost.example.com", "127.0.0.1.nip.io", "::2"] {
            assert!(!is_loopback(bad), "{bad}");
        }
    }
}
