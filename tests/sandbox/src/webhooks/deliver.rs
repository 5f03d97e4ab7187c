//! Signing and sending.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::http::{Request, Uri, header};
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use sha2::Sha256;
use uuid::Uuid;

use super::{Delivery, Try};
use crate::state::app::App;
use crate::state::clock::{Millis, iso, system_now};

/// What deliveries call themselves.
pub(crate) const USER_AGENT: &str = "Lomi-Webhook/1.0";
/// The real server's NODE_ENV, neither `test` nor `live`: `data.environment` has that.
const LOMI_ENVIRONMENT: &str = "production";

const TIMEOUT: Duration = Duration::from_secs(4);
/// Most bytes that are kept of what the shop answered.
const MAX_ANSWER: usize = 2 * 1024;

/// What came of sending once.
#[derive(Debug)]
pub(crate) struct Sent {
    /// Status of the answer.
    pub(crate) status: Option<u16>,
    /// Its body, or what went wrong.
    pub(crate) body: String,
    /// How long it took.
    pub(crate) milliseconds: u64,
}

impl Sent {
    /// One line for the terminal.
    fn line(&self, event: &str, url: &str) -> String {
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

/// HMAC-SHA256 of the body with the whole secret, in lower-case hex.
pub(crate) fn sign(secret: &str, body: &[u8]) -> String {
    // An HMAC takes a key of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return String::new();
    };
    mac.update(body);
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn envelope(event: &str, id: Uuid, data: &Value, at: Millis) -> String {
    json!({
        "id": id,
        "event": event,
        "timestamp": iso(at),
        "data": data,
        "lomi_environment": LOMI_ENVIRONMENT,
    })
    .to_string()
}

/// Starts every delivery that is due, each on a task of its own.
pub(crate) fn run_due(app: &Arc<App>) {
    let due = app.webhooks().log.take_due(app.clock.now());
    for delivery in due {
        let app = Arc::clone(app);
        tokio::spawn(async move { deliver_now(&app, &delivery, None).await });
    }
}

/// Sends a delivery once and writes the try down. With `stored`, those bytes are sent again.
pub(crate) async fn deliver_now(app: &App, delivery: &Delivery, stored: Option<String>) -> Sent {
    let now = app.clock.now();
    let manual = stored.is_some();
    // An automatic try carries the time at which it is made; a redelivery is the old text. It is
    // the machine's time: the shop checks it against its own clock, which nobody has moved.
    let payload = stored.unwrap_or_else(|| {
        envelope(&delivery.event, delivery.event_id, &delivery.data, system_now())
    });
    let signature = sign(&delivery.secret, payload.as_bytes());
    let anywhere = app.options.allow_remote;
    let sent = send(&delivery.url, &delivery.event, &signature, payload.clone(), anywhere).await;
    app.log(|| sent.line(&delivery.event, &delivery.url));
    let made = Try {
        log_id: Uuid::new_v4(),
        number: delivery.tries.len() + 1,
        at: now,
        payload,
        signature,
        status: sent.status,
        body: sent.body.clone(),
        milliseconds: sent.milliseconds,
        manual,
    };
    app.webhooks().log.record(delivery.seq, made, app.clock.now());
    app.wake.notify_one();
    app.changed();
    sent
}

/// One POST of a signed event.
pub(crate) async fn send(
    url: &str,
    event: &str,
    signature: &str,
    payload: String,
    anywhere: bool,
) -> Sent {
    let started = Instant::now();
    let post = post(url, event, signature, payload, anywhere);
    let result = tokio::time::timeout(TIMEOUT, post).await;
    let milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    match result {
        Ok(Ok((status, body))) => Sent { status: Some(status), body, milliseconds },
        Ok(Err(problem)) => Sent { status: None, body: problem, milliseconds },
        Err(_) => Sent { status: None, body: "no answer within 4 s".to_owned(), milliseconds },
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
        return Err("not sent: the sandbox delivers only to http on a loopback address".to_owned());
    }
    let request = Request::post(uri)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::USER_AGENT, USER_AGENT)
        .header("X-Lomi-Signature", signature)
        .header("X-Lomi-Event", event)
        .body(Full::new(Bytes::from(payload)))
        .map_err(|e| e.to_string())?;
    // A client per delivery: nothing is kept open to a shop that is being restarted all the time.
    let client = Client::builder(TokioExecutor::new()).build_http();
    let response = client.request(request).await.map_err(|e| {
        let source = std::error::Error::source(&e).map(|s| format!(": {s}"));
        format!("{e}{}", source.unwrap_or_default())
    })?;
    let status = response.status().as_u16();
    Ok((status, beginning(response.into_body()).await))
}

/// The first bytes of a body: enough of a shop's error page to see what went wrong.
async fn beginning(mut body: Incoming) -> String {
    let mut bytes = Vec::new();
    let mut problem = None;
    while bytes.len() <= MAX_ANSWER {
        match body.frame().await {
            Some(Ok(frame)) => bytes.extend(frame.into_data().unwrap_or_default()),
            Some(Err(error)) => {
                problem = Some(error.to_string());
                break;
            }
            None => break,
        }
    }
    let is_longer = bytes.len() > MAX_ANSWER;
    bytes.truncate(MAX_ANSWER);
    let mut text = String::from_utf8_lossy(&bytes).into_owned();
    if is_longer {
        text.push_str("… (cut)");
    }
    if let Some(problem) = problem {
        text.push_str(&format!(" ({problem})"));
    }
    text
}

fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    // The resolver is not asked: a name that leads here today may lead elsewhere tomorrow.
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// An event made up for a test, ready to be sent: body and signature.
pub(crate) fn sample(event: &str, data: &Value, secret: &str, now: Millis) -> (String, String) {
    let body = envelope(event, Uuid::new_v4(), data, now);
    let signature = sign(secret, body.as_bytes());
    (body, signature)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_match_a_published_vector() {
        // RFC 4231, test case 2.
        assert_eq!(
            sign("Jefe", b"what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

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
