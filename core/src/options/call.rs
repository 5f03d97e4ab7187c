//! The options of one call.

use super::named::NamedOptions;
use crate::error::Error;
use crate::request::{CallOptions, Download};
use crate::secret::Secret;

/// The options of one call.
pub fn call_options(given: &NamedOptions) -> Result<CallOptions, Error> {
    Ok(CallOptions {
        timeout: given.time("timeout")?,
        attempt_timeout: given.time("attempt_timeout")?,
        connect_timeout: given.time("connect_timeout")?,
        idle_timeout: given.time("idle_timeout")?,
        max_retries: given.count("max_retries")?,
        idempotency_key: given.string("idempotency_key")?,
        until: given.string("until")?,
        request_id: given.string("request_id")?,
        headers: given.headers("headers")?,
        api_key: given.string("api_key")?.map(Secret::new),
        account: given.string("account")?,
        any_status: given.flag("any_status")?,
        extra_body: given.fields("extra_body")?,
        ..CallOptions::default()
    })
}

/// The download of a URL, with `to` and `max_bytes` from its options.
pub fn download(url: String, given: &NamedOptions) -> Result<Download, Error> {
    let to = given.string("to")?.map(Into::into);
    Ok(Download { url: Secret::new(url), to, max_bytes: given.bytes("max_bytes")? })
}
