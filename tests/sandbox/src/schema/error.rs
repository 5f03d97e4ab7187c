//! Errors of the API, and their body in each generation.

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::responses::json_response;
use crate::generation::Generation;
use crate::options::RouteErrors;

/// A problem with one field of a request.
#[derive(Debug)]
pub(crate) struct Problem {
    /// Name of the field; empty when the message is about the whole body.
    pub(crate) field: &'static str,
    /// A full sentence.
    pub(crate) message: String,
}

impl Problem {
    /// A problem with one field; `text` follows its name.
    pub(crate) fn new(field: &'static str, text: &str) -> Self {
        Self { field, message: format!("{field} {text}") }
    }

    /// A problem with the whole body.
    pub(crate) fn whole(text: &str) -> Self {
        Self { field: "", message: text.to_owned() }
    }
}

/// An error of the API, independent of a generation.
#[derive(Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    /// Code in generations A to D.
    code: &'static str,
    /// Code in E, which has more codes.
    newest_code: &'static str,
    message: String,
    problems: Vec<Problem>,
    /// `details` of the body, where it is not derived from the problems.
    details: Option<Box<Value>>,
}

impl ApiError {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            newest_code: code,
            message: message.into(),
            problems: Vec::new(),
            details: None,
        }
    }

    fn newest(mut self, code: &'static str) -> Self {
        self.newest_code = code;
        self
    }

    /// 400 about the whole request.
    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_request", message)
    }

    /// 400 about single fields.
    pub(crate) fn invalid(problems: Vec<Problem>) -> Self {
        let first = problems.first();
        let message = first.map_or_else(String::new, |p| p.message.clone());
        let code = match first {
            Some(p) if p.field == "amount" => "amount_invalid",
            _ => "validation_failed",
        };
        let mut error = Self::bad_request(message).newest(code);
        error.problems = problems;
        error
    }

    /// 400 for a cursor that no list returned.
    pub(crate) fn invalid_cursor() -> Self {
        Self::bad_request("Invalid cursor").newest("invalid_cursor")
    }

    /// 401.
    pub(crate) fn unauthorized(message: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", message)
    }

    /// 404 about a session.
    pub(crate) fn no_session(id: &str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not_found",
            format!("Checkout session with ID {id} not found or access denied"),
        )
    }

    /// 404 about something else.
    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", message)
    }

    /// 408: the body did not arrive in time.
    pub(crate) fn too_slow() -> Self {
        Self::new(StatusCode::REQUEST_TIMEOUT, "error", "The request body did not arrive in time")
    }

    /// 429, with the server's details about its limit.
    pub(crate) fn rate_limited(limit: u64, seconds: u32) -> Self {
        let message = "Too many requests";
        let mut error = Self::new(StatusCode::TOO_MANY_REQUESTS, "rate_limit_exceeded", message);
        error.details = Some(Box::new(json!({"retry_after_seconds": seconds, "limit": limit})));
        error
    }

    /// Any status, with the server's code and message for it.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        let code = match status.as_u16() {
            400 => "bad_request",
            401 => "unauthorized",
            403 => "forbidden",
            404 => "not_found",
            409 => "conflict",
            429 => "rate_limit_exceeded",
            503 => "service_unavailable",
            500.. => "internal_error",
            _ => "error",
        };
        Self::new(status, code, status.canonical_reason().unwrap_or("Error"))
    }

    /// 400: the newest API moves no money without a key.
    pub(crate) fn key_required() -> Self {
        Self::bad_request("Idempotency-Key is required").newest("idempotency_key_required")
    }

    /// 409: the key was used for another body.
    pub(crate) fn key_reused() -> Self {
        let message = "Idempotency-Key was reused with a different request payload";
        Self::new(StatusCode::CONFLICT, "conflict", message).newest("idempotency_key_reused")
    }

    /// 409: the first request with this key is still in progress.
    pub(crate) fn key_in_progress() -> Self {
        let message = "A request with this Idempotency-Key is still in progress";
        Self::new(StatusCode::CONFLICT, "conflict", message).newest("idempotency_in_progress")
    }

    /// 409 about something else.
    pub(crate) fn conflict(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", message)
    }

    /// 413.
    pub(crate) fn too_large() -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "error", "request entity too large")
    }

    /// The response in a generation's shape.
    pub(crate) fn respond(self, generation: Generation, request_id: &str) -> Response {
        let status = self.status;
        json_response(status, &self.body(generation, request_id))
    }

    fn body(self, generation: Generation, request_id: &str) -> Value {
        let reason = self.status.canonical_reason().unwrap_or("Error");
        match generation {
            Generation::A => json!({
                "error": {"message": self.message, "details": self.by_field()}
            }),
            Generation::B => json!({
                "statusCode": self.status.as_u16(),
                "message": match self.sentences() {
                    Some(sentences) if sentences.len() > 1 => Value::from(sentences),
                    _ => Value::from(self.message),
                },
            }),
            Generation::C => json!({
                "error": {"code": self.code, "message": self.message, "details": self.by_field()}
            }),
            Generation::D | Generation::E => {
                let code = if generation == Generation::E { self.newest_code } else { self.code };
                let (message, details) = match self.sentences() {
                    Some(sentences) => ("Validation failed".to_owned(), Value::from(sentences)),
                    None => (self.message, self.details.map_or_else(|| reason.into(), |d| *d)),
                };
                json!({
                    "error": {"code": code, "message": message, "details": details},
                    "request_id": request_id,
                })
            }
        }
    }

    fn sentences(&self) -> Option<Vec<&str>> {
        (!self.problems.is_empty())
            .then(|| self.problems.iter().map(|p| p.message.as_str()).collect())
    }

    fn by_field(&self) -> Value {
        let named = self.problems.iter().filter(|p| !p.field.is_empty());
        Value::Object(
            named.map(|p| (p.field.to_owned(), p.message.clone().into())).collect::<Map<_, _>>(),
        )
    }
}

/// The 404 for a path or method that is not served: no handler ran.
pub(crate) fn route_not_found(shape: RouteErrors, message: &str, request_id: &str) -> Response {
    let body = match shape {
        RouteErrors::Path | RouteErrors::Query => {
            json!({"statusCode": 404, "message": message, "error": "Not Found"})
        }
        RouteErrors::Envelope => json!({
            "error": {"code": "not_found", "message": message, "details": "Not Found"},
            "request_id": request_id,
        }),
    };
    json_response(StatusCode::NOT_FOUND, &body)
}
