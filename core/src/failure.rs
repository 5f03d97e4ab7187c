//! Reading what a failed answer says: seven shapes of error bodies, or none at all.

mod details;

use http::HeaderMap;

use crate::config::Limits;
use crate::document::Document;
use crate::error::{Error, ErrorKind};
use crate::json::{Value, Values};
use crate::secret::{redact, redact_value};
use crate::transport::UNANSWERED;

/// What a body says about a failure. Any part may be missing.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Said {
    pub(crate) message: Option<String>,
    pub(crate) code: Option<String>,
    pub(crate) details: Option<Value>,
    pub(crate) request_id: Option<String>,
}

/// The most of a body that a failure is read from and carries. What is longer is no
/// message, and every language would make copies of it.
pub(crate) const MOST_SAID: usize = 1 << 20;

/// Reads a body of any shape. Never fails: what is not understood is not said.
pub(crate) fn read(text: &str, limits: Limits) -> Said {
    if text.len() > MOST_SAID {
        return Said::default();
    }
    let value =
        Document::read(text.into(), limits).and_then(|document| document.whole(&mut Values));
    match value {
        Ok(Value::Object(body)) => {
            let request_id =
                text_of(body.get("request_id")).or_else(|| text_of(body.get("correlation_id")));
            let mut said = match body.get("error") {
                // {error: {code, message, details}}, with or without its parts
                Some(Value::Object(error)) => Said {
                    message: message_of(error.get("message")).0,
                    code: error.get("code").and_then(word_of),
                    details: error.get("details").filter(|d| !d.is_null()).cloned(),
                    request_id: None,
                },
                // {statusCode, message, error: "Bad Request"}, {code, message, details},
                // {error: "text"}, {message: "text"}
                error => {
                    let (message, list) = message_of(body.get("message"));
                    Said {
                        message: message.or_else(|| text_of(error)),
                        code: body.get("code").and_then(word_of),
                        details: body.get("details").filter(|d| !d.is_null()).cloned().or(list),
                        request_id: None,
                    }
                }
            };
            said.request_id = request_id;
            said
        }
        Ok(Value::String(message)) if !message.trim().is_empty() => {
            Said { message: Some(message), ..Said::default() }
        }
        _ => Said::default(),
    }
}

/// A message may be a text, or a list of complaints, which is kept as details too.
fn message_of(value: Option<&Value>) -> (Option<String>, Option<Value>) {
    match value {
        Some(Value::String(text)) if !text.trim().is_empty() => (Some(text.clone()), None),
        Some(Value::Array(items)) => {
            let texts: Vec<&str> =
                items.iter().filter_map(Value::as_str).filter(|t| !t.trim().is_empty()).collect();
            let joined = (!texts.is_empty()).then(|| texts.join("; "));
            (joined, Some(Value::Array(items.clone())))
        }
        _ => (None, None),
    }
}

fn text_of(value: Option<&Value>) -> Option<String> {
    value.and_then(Value::as_str).filter(|text| !text.trim().is_empty()).map(str::to_owned)
}

fn word_of(value: &Value) -> Option<String> {
    match value {
        Value::String(word) if !word.is_empty() => Some(word.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The error for an answer whose status is not a success.
pub(crate) fn of_status(status: u16, said: Said) -> Error {
    let kind = match (status, said.code.as_deref(), said.message.as_deref()) {
        (409, Some("idempotency_key_reused"), _) => ErrorKind::IdempotencyConflict,
        (409, _, Some(message)) if message.contains("Idempotency-Key was reused") => {
            ErrorKind::IdempotencyConflict
        }
        _ => ErrorKind::of_status(status),
    };
    let fallback = || {
        let reason = http::StatusCode::from_u16(status).ok().and_then(|s| s.canonical_reason());
        format!("the server answered {}", reason.unwrap_or("with an unknown status"))
    };
    let said_so = said.message.map(|message| redact(&message));
    let mut message = said_so.clone().unwrap_or_else(fallback);
    if matches!(status, 400 | 422)
        && let Some(details) = &said.details
        && let Some(complaints) = details::complaints(details, &message)
    {
        message = format!("{}: {complaints}", message.trim_end_matches(['.', ':', ' ']));
    }
    if kind == ErrorKind::IdempotencyConflict {
        message.push_str(
            "; the idempotency key belongs to another body: use a new key for a changed order",
        );
    } else if status == 409 && said.code.as_deref() != Some("idempotency_in_progress") {
        message.push_str("; fetch what it would change, and decide what is left to do");
    }
    let mut error = Error::new(kind, shorten(&redact(&message)));
    error.server_message = said_so;
    error.status = Some(status);
    error.code = said.code;
    error.details = said.details.map(redact_value);
    error.request_id = said.request_id;
    error
}

/// A rate limit with the time to try again at.
pub(crate) fn with_time(message: &str, wait: Option<std::time::Duration>) -> String {
    match wait {
        Some(wait) => format!("{message}; try again in {} s", wait.as_secs_f64().ceil()),
        None => format!("{message}; the server does not say when to try again"),
    }
}

/// The origin of a redirect's target: its path and query may hold a secret.
pub(crate) fn redirected_to(headers: &HeaderMap, url: &str) -> Option<String> {
    let location = headers.get("location")?.to_str().ok()?;
    let target = url::Url::parse(url).ok()?.join(location).ok()?;
    target.host_str()?;
    Some(target.origin().ascii_serialization())
}

/// How a port that speaks something else answers the start of TLS, in the words of rustls,
/// hyper, the system, and curl.
const HTTPS_REFUSED: &[&str] = &[
    "InvalidContentType",
    "tls handshake eof",
    "wrong version number",
    "not reached: Connection reset",
    "not reached: Broken pipe",
    "SSL_connect: Connection reset",
    "cURL error 35: Recv failure",
    "SSL_ERROR_SYSCALL in connection",
];

/// The same for a request of plain HTTP.
const HTTP_REFUSED: &[&str] =
    &["invalid HTTP version", "HTTP/0.9", "InvalidMessage", "Empty reply from server", UNANSWERED];

/// A failure to reach a server, or to read from it, with its scheme, host and port, and a
/// question where the other protocol is likely to be spoken there.
pub(crate) fn with_address(message: &str, url: &str) -> String {
    let Ok(url) = url::Url::parse(url) else { return message.to_owned() };
    let (scheme, host) = (url.scheme(), url.host_str().unwrap_or_default());
    let port = url.port_or_known_default().unwrap_or_default();
    let other = match scheme {
        "https" => HTTPS_REFUSED,
        _ => HTTP_REFUSED,
    };
    let question = match (other.iter().any(|words| message.contains(words)), scheme) {
        (false, _) => "",
        (true, "https") => "; does this port speak https?",
        (true, _) => "; does this port speak http, or https?",
    };
    format!("{message} (at {scheme}://{host}:{port}){question}")
}

/// A server's text in a sentence of ours: bounded, on one line.
fn shorten(text: &str) -> String {
    const LONGEST: usize = 500;
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

/// Whether a 404 says that the server has no such *route*: then no handler ran, and
/// even a POST may be sent to another spelling. A 404 about a resource never is one.
pub(crate) fn is_missing_route(status: u16, said: &Said, method: &str, url: &str) -> bool {
    if status != 404 {
        return false;
    }
    let Some(message) = said.message.as_deref() else { return false };
    let Some((_, after_scheme)) = url.split_once("://") else { return false };
    let path_and_query =
        after_scheme.find('/').and_then(|at| after_scheme.get(at..)).unwrap_or("/");
    let path = path_and_query.split('?').next().unwrap_or_default();
    let route = message.strip_prefix("Cannot ").and_then(|m| m.strip_prefix(method));
    match route.and_then(|rest| rest.strip_prefix(' ')) {
        Some(named) => named == path || named == path_and_query,
        None => false,
    }
}

/// The request id of an answer: the header, else what the body says.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<String> {
    let value = headers.get("x-request-id")?.to_str().ok()?;
    Some(value.to_owned()).filter(|id| !id.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    fn said(text: &str) -> (Option<String>, Option<String>, Option<Value>, Option<String>) {
        let said = read(text, Limits::default());
        (said.message, said.code, said.details, said.request_id)
    }

    #[test]
    fn all_seven_shapes_are_read() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            said(
                r#"{"error":{"code":"not_found","message":"no","details":["a"]},"request_id":"r"}"#
            ),
            (some("no"), some("not_found"), Some(json!(["a"])), some("r"))
        );
        assert_eq!(
            said(r#"{"error":{"message":"no","details":null}}"#),
            (some("no"), None, None, None)
        );
        assert_eq!(
            said(r#"{"statusCode":400,"message":["a","b"],"error":"Bad Request"}"#),
            (some("a; b"), None, Some(json!(["a", "b"])), None)
        );
        assert_eq!(
            said(r#"{"code":"x","message":"no","details":{"field":"amount"}}"#),
            (some("no"), some("x"), Some(json!({"field": "amount"})), None)
        );
        assert_eq!(
            said(r#"{"error":{"message":"no","code":422,"details":[{"path":"a"}]}}"#),
            (some("no"), some("422"), Some(json!([{"path": "a"}])), None)
        );
        assert_eq!(said(r#"{"error":"no"}"#), (some("no"), None, None, None));
        assert_eq!(said(r#"{"message":"no"}"#), (some("no"), None, None, None));
        for nothing in
            ["", "<html>", "null", "5", "[]", r#"{"error":null}"#, r#""""#, r#"{"message":" "}"#]
        {
            assert_eq!(said(nothing), (None, None, None, None), "{nothing}");
        }
        assert_eq!(said(r#""nope""#), (some("nope"), None, None, None));
    }

    #[test]
    fn a_port_that_may_speak_another_protocol_is_asked_for_it() {
        let asks = |message: &str, scheme: &str| {
            with_address(message, &format!("{scheme}://h:1/v1")).ends_with("https?")
        };
        assert!(asks("the server was not reached: Connection reset by peer", "https"));
        assert!(asks("the connection broke: cURL error 52: Empty reply from server", "http"));
        assert!(asks("the connection broke before any response: Connection reset", "http"));
        // In the middle of a response the protocol is not the reason.
        assert!(!asks("the connection broke: Connection reset by peer", "http"));
        assert!(!asks("the connection broke: Connection reset by peer", "https"));
        assert!(!asks("the server was not reached: Connection refused", "https"));
    }

    #[test]
    fn only_a_missing_route_is_one() {
        let check = |status, message: &str| {
            let said = Said { message: Some(message.into()), ..Said::default() };
            is_missing_route(status, &said, "POST", "http://h:1/v1/checkout_sessions?a=1")
        };
        assert!(check(404, "Cannot POST /v1/checkout_sessions"));
        assert!(check(404, "Cannot POST /v1/checkout_sessions?a=1"));
        assert!(!check(405, "Cannot POST /v1/checkout_sessions"));
        assert!(!check(404, "Cannot GET /v1/checkout_sessions"));
        assert!(!check(404, "Cannot POST /v1/checkout_sessions/x"));
        assert!(!check(404, "Checkout session with ID x not found or access denied"));
    }
}
