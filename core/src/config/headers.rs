//! Headers of every call of a client. An `Idempotency-Key` or an `X-Request-Id` among the headers
//! is treated as the option of that name.

use http::header::{ACCEPT, ACCEPT_ENCODING};
use http::{HeaderMap, HeaderName, HeaderValue};

use super::Config;
use crate::error::{Error, ErrorKind};
use crate::messages::config as messages;
use crate::secret::Secret;

pub(crate) const API_KEY: HeaderName = HeaderName::from_static("x-api-key");
pub(crate) const IDEMPOTENCY_KEY: &str = "Idempotency-Key";
pub(crate) const REQUEST_ID: &str = "X-Request-Id";
pub(crate) const ACCOUNT: &str = "Lomi-Account";

/// The most headers that a request has if the caller adds none.
pub(crate) const MOST_HEADERS: usize = 11;

/// The names of headers, for `Debug`: a value may be a key or a password.
pub(crate) fn names(headers: &[(String, String)]) -> Vec<&str> {
    headers.iter().map(|(name, _)| name.as_str()).collect()
}

/// The headers of every call of a client.
pub(crate) fn common_headers(config: &Config) -> Result<HeaderMap, Error> {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
    put(&mut headers, "user-agent", &config.user_agent)?;
    if let Some(version) = &config.api_version {
        put(&mut headers, "lomi-version", version)
            .map_err(|error| error.with_kind(ErrorKind::Configuration))?;
    }
    if let Some(key) = &config.api_key {
        headers.insert(API_KEY, key_value(config.api_key_prefix.as_deref(), key)?);
    }
    for (name, value) in &config.headers {
        put(&mut headers, name, value)?;
    }
    Ok(headers)
}

pub(crate) fn key_value(prefix: Option<&str>, key: &Secret) -> Result<HeaderValue, Error> {
    let text = match prefix {
        Some(prefix) => format!("{prefix} {}", key.expose()),
        None => key.expose().to_owned(),
    };
    let mut value = HeaderValue::from_str(&text)
        .map_err(|_| Error::configuration(messages::key_not_for_a_header()))?;
    value.set_sensitive(true);
    Ok(value)
}

pub(crate) fn put(headers: &mut HeaderMap, name: &str, value: &str) -> Result<(), Error> {
    let (name, value) = check_header(name, value)?;
    headers.insert(name, value);
    Ok(())
}

/// Checks that a header can be sent unchanged and has no invisible characters.
pub(crate) fn check_header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), Error> {
    const OURS: &[&str] = &["content-length", "transfer-encoding", "host", "connection"];
    let header = HeaderName::from_bytes(name.as_bytes())
        .map_err(|_| Error::validation(messages::no_header_name(name)))?;
    if OURS.contains(&header.as_str()) {
        return Err(Error::validation(messages::header_of_transport(header)));
    }
    checked_value(header, value)
}

pub(crate) fn checked_value(
    header: HeaderName,
    value: &str,
) -> Result<(HeaderName, HeaderValue), Error> {
    // Without an early exit, which takes many bytes at once.
    if !value.bytes().fold(true, |plain, byte| plain & (0x20..=0x7e).contains(&byte)) {
        return Err(Error::validation(messages::header_not_plain(header)));
    }
    let mut value = HeaderValue::from_str(value)
        .map_err(|_| Error::validation(messages::header_not_plain(&header)))?;
    if matches!(header.as_str(), "x-api-key" | "x-lomi-api-key" | "authorization") {
        value.set_sensitive(true);
    }
    Ok((header, value))
}

/// Moves a header into its option. Both may be given if they are equal.
pub(crate) fn take_header(
    headers: &mut Vec<(String, String)>,
    name: &str,
    option: &str,
    given: &mut Option<String>,
) -> Result<(), Error> {
    let mut differs = false;
    headers.retain(|(header, value)| {
        let is_same = header.eq_ignore_ascii_case(name);
        if is_same {
            let value = value.trim();
            differs |= given.get_or_insert_with(|| value.to_owned()) != value;
        }
        !is_same
    });
    if differs {
        return Err(Error::validation(messages::two_values(name, option)));
    }
    match given {
        Some(value) if value.is_empty() => Err(blank_option(option, name)),
        _ => Ok(()),
    }
}

pub(crate) fn blank_option(option: &str, name: &str) -> Error {
    Error::validation(messages::option_is_blank(option, name))
}

/// Refuses a fixed idempotency key among the headers of every call of a client.
pub fn check_client_headers<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<(), Error> {
    match names.into_iter().any(|name| name.trim().eq_ignore_ascii_case(IDEMPOTENCY_KEY)) {
        true => Err(Error::configuration(messages::one_key_for_all())),
        false => Ok(()),
    }
}

/// Takes a fixed `X-Request-Id` out of the headers of every call of a client.
pub(crate) fn take_request_id(
    headers: &mut Vec<(String, String)>,
) -> Result<Option<String>, Error> {
    let mut id = None;
    take_header(headers, REQUEST_ID, "request_id", &mut id)
        .map_err(|error| Error::configuration(error.inner.message.clone()))?;
    Ok(id)
}
