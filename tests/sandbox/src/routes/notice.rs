//! `X-Sandbox-Notice`: names the fields of a request that were ignored.

use axum::http::HeaderValue;
use axum::response::Response;
use serde_json::Value;

use crate::generation::Generation;
use crate::schema::validate::ignored_names;
use crate::state::request_log::NOTICE_HEADER;

/// The notice about the fields of a body that are ignored, if there are any.
pub(super) fn notice(generation: Generation, body: &Value) -> Option<HeaderValue> {
    notice_of(generation, &ignored_names(generation, body))
}

/// The notice about these fields, if there are any.
pub(super) fn notice_of(generation: Generation, names: &[String]) -> Option<HeaderValue> {
    let names: Vec<String> =
        names.iter().take(20).map(|name| name.escape_default().take(64).collect()).collect();
    let text = format!(
        "ignored, as generation {} does not read it: {}",
        generation.letter(),
        names.join(", ")
    );
    HeaderValue::from_str(&text).ok().filter(|_| !names.is_empty())
}

/// Adds a notice to a response.
pub(super) fn with_notice(mut response: Response, notice: Option<HeaderValue>) -> Response {
    if let Some(notice) = notice {
        response.headers_mut().insert(NOTICE_HEADER, notice);
    }
    response
}
