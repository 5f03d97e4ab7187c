//! Reads error bodies, in the seven formats that servers use.

use http::{HeaderMap, HeaderName};

use super::error_details;
use crate::error::{Error, ErrorKind};
use crate::json::{Document, Value, Values};
use crate::limits::Limits;
use crate::message::Message;
use crate::messages::error as words;
use crate::messages::response as messages;
use crate::secret::{redact, redact_value};

/// The parts of an error body. Any of them may be missing.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct ParsedError {
    pub(crate) message: Option<String>,
    pub(crate) code: Option<String>,
    pub(crate) details: Option<Value>,
    pub(crate) request_id: Option<String>,
}

/// The most bytes of a body that an error is read from and keeps: a longer body is no message, and
/// every language would copy it.
pub(crate) const MAX_ERROR_BODY: usize = 1 << 20;

/// Reads a body of any format. It never fails: an unknown format has no parts.
pub(crate) fn read(text: &str, limits: Limits) -> ParsedError {
    if text.len() > MAX_ERROR_BODY {
        return ParsedError::default();
    }
    let value =
        Document::read(text.into(), limits).and_then(|document| document.whole(&mut Values));
    match value {
        Ok(Value::Object(body)) => {
            let request_id =
                text_of(body.get("request_id")).or_else(|| text_of(body.get("correlation_id")));
            let mut parsed = match body.get("error") {
                // {error: {code, message, details}}, with or without its parts
                Some(Value::Object(error)) => ParsedError {
                    message: message_of(error.get("message")).0,
                    code: error.get("code").and_then(word_of),
                    details: error.get("details").filter(|d| !d.is_null()).cloned(),
                    request_id: None,
                },
                // {statusCode, message, error: "Bad Request"}, {code, message, details},
                // {error: "text"}, {message: "text"}
                error => {
                    let (message, list) = message_of(body.get("message"));
                    ParsedError {
                        message: message.or_else(|| text_of(error)),
                        code: body.get("code").and_then(word_of),
                        details: body.get("details").filter(|d| !d.is_null()).cloned().or(list),
                        request_id: None,
                    }
                }
            };
            parsed.request_id = request_id;
            parsed
        }
        Ok(Value::String(message)) if !message.trim().is_empty() => {
            ParsedError { message: Some(message), ..ParsedError::default() }
        }
        _ => ParsedError::default(),
    }
}

/// A message is a string or a list of strings, which is also kept as details.
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

/// The error of a response whose status is not a success.
pub(crate) fn of_status(status: u16, parsed: ParsedError) -> Error {
    let kind = match (status, parsed.code.as_deref(), parsed.message.as_deref()) {
        (409, Some("idempotency_key_reused"), _) => ErrorKind::IdempotencyConflict,
        (409, _, Some(message)) if message.contains("Idempotency-Key was reused") => {
            ErrorKind::IdempotencyConflict
        }
        _ => ErrorKind::of_status(status),
    };
    let server_message = parsed.message.map(|message| redact(&message));
    let mut message = match &server_message {
        Some(message) => Message::untranslated(message.as_str()),
        None => messages::responded_with(reason_of(status)),
    };
    if matches!(status, 400 | 422)
        && let Some(details) = &parsed.details
        && let Some(problems) = error_details::problems(details, server_message.as_deref())
    {
        let start = message.map(|text| text.trim_end_matches(['.', ':', ' ']).to_owned());
        message = messages::with_problems(start, problems);
    }
    if kind == ErrorKind::IdempotencyConflict {
        message = words::with_advice(message, messages::key_reused());
    } else if status == 409 && parsed.code.as_deref() != Some("idempotency_in_progress") {
        message = words::with_advice(message, messages::fetch_then_decide());
    }
    let mut error = Error::new(kind, message.map(line));
    error.inner.server_message = server_message;
    error.inner.status = Some(status);
    error.inner.code = parsed.code.as_deref().map(line);
    error.inner.details = parsed.details.map(redact_value);
    error.inner.request_id = parsed.request_id.as_deref().map(line);
    error
}

/// The name of a status, which is the same in every language.
pub(super) fn reason_of(status: u16) -> Message {
    let reason = http::StatusCode::from_u16(status).ok().and_then(|s| s.canonical_reason());
    reason.map_or_else(messages::unknown_status, Message::untranslated)
}

/// What a server says, without secrets, on one line and limited.
pub(super) fn line(text: &str) -> String {
    shorten(&redact(text))
}

/// Adds to the message of a rate limit when to try again.
pub(crate) fn with_time(message: Message, wait: Option<std::time::Duration>) -> Message {
    let advice = match wait {
        Some(wait) => messages::try_again_in(wait.as_secs_f64().ceil()),
        None => messages::no_time_to_try_again(),
    };
    words::with_advice(message, advice)
}

/// The origin of a redirect's target. Its path and query may contain a secret.
pub(crate) fn redirected_to(headers: &HeaderMap, url: &str) -> Option<String> {
    let location = headers.get("location")?.to_str().ok()?;
    let target = url::Url::parse(url).ok()?.join(location).ok()?;
    target.host_str()?;
    Some(target.origin().ascii_serialization())
}

/// Makes a server's message fit into a sentence: limited, and on one line.
fn shorten(text: &str) -> String {
    const LONGEST: usize = 500;
    // No text of so many bytes has more characters.
    let end = match text.len() > LONGEST {
        true => text.char_indices().nth(LONGEST).map(|(end, _)| end),
        false => None,
    };
    let kept = end.and_then(|end| text.get(..end)).unwrap_or(text);
    let mut line = match kept.contains(char::is_control) {
        true => kept.replace(char::is_control, " "),
        false => kept.to_owned(),
    };
    if end.is_some() {
        line.push('…');
    }
    line
}

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The request id in the headers of a response.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(REQUEST_ID)?.to_str().ok()?;
    Some(value.to_owned()).filter(|id| !id.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    fn parts(text: &str) -> (Option<String>, Option<String>, Option<Value>, Option<String>) {
        let parsed = read(text, Limits::default());
        (parsed.message, parsed.code, parsed.details, parsed.request_id)
    }

    #[test]
    fn all_seven_shapes_are_read() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            parts(
                r#"{"error":{"code":"not_found","message":"no","details":["a"]},"request_id":"r"}"#
            ),
            (some("no"), some("not_found"), Some(json!(["a"])), some("r"))
        );
        assert_eq!(
            parts(r#"{"error":{"message":"no","details":null}}"#),
            (some("no"), None, None, None)
        );
        assert_eq!(
            parts(r#"{"statusCode":400,"message":["a","b"],"error":"Bad Request"}"#),
            (some("a; b"), None, Some(json!(["a", "b"])), None)
        );
        assert_eq!(
            parts(r#"{"code":"x","message":"no","details":{"field":"amount"}}"#),
            (some("no"), some("x"), Some(json!({"field": "amount"})), None)
        );
        assert_eq!(
            parts(r#"{"error":{"message":"no","code":422,"details":[{"path":"a"}]}}"#),
            (some("no"), some("422"), Some(json!([{"path": "a"}])), None)
        );
        assert_eq!(parts(r#"{"error":"no"}"#), (some("no"), None, None, None));
        assert_eq!(parts(r#"{"message":"no"}"#), (some("no"), None, None, None));
        for nothing in
            ["", "<html>", "null", "5", "[]", r#"{"error":null}"#, r#""""#, r#"{"message":" "}"#]
        {
            assert_eq!(parts(nothing), (None, None, None, None), "{nothing}");
        }
        assert_eq!(parts(r#""nope""#), (some("nope"), None, None, None));
    }
}
