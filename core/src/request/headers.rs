//! The headers of a request.

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::arguments::CallOptions;
use crate::config::Config;
use crate::config::headers::{API_KEY, MOST_HEADERS, checked_value, key_value, put};
use crate::error::Error;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const ACCOUNT: HeaderName = HeaderName::from_static("lomi-account");

/// The headers of every attempt of a call. The caller's headers override ours, and those of the
/// call override the client's.
pub(crate) fn headers(
    config: &Config,
    options: &CallOptions,
    has_body: bool,
    request_id: &str,
    idempotency_key: Option<&str>,
) -> Result<HeaderMap, Error> {
    // Not cloned: a clone has no room for the others.
    let mut headers = HeaderMap::with_capacity(MOST_HEADERS);
    headers.extend(config.common_headers.iter().map(|(name, value)| (name.clone(), value.clone())));
    let is_free = |name: &HeaderName| {
        !config.headers.iter().any(|(other, _)| other.eq_ignore_ascii_case(name.as_str()))
    };
    let mut set = |name: HeaderName, value: &str| {
        let (name, value) = checked_value(name, value)?;
        headers.insert(name, value);
        Ok::<_, Error>(())
    };
    if options.request_id.is_some() || is_free(&REQUEST_ID) {
        set(REQUEST_ID, request_id)?;
    }
    if let Some(key) = idempotency_key {
        set(IDEMPOTENCY_KEY, key)?;
    }
    if let Some(account) = &options.account {
        set(ACCOUNT, account)?;
    }
    if has_body && is_free(&CONTENT_TYPE) {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    if let Some(key) = &options.api_key {
        headers.insert(API_KEY, key_value(config.api_key_prefix.as_deref(), key)?);
    }
    for (name, value) in &options.headers {
        put(&mut headers, name, value)?;
    }
    Ok(headers)
}
