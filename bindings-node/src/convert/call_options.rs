//! The options of one call.

use lomi::{CallOptions, Error, ErrorKind, Secret};

use super::input::value;
use super::options::Options;

/// The options of one call from JSON. `runtime/convert/options.js` has refused unknown names.
pub(crate) fn call_options(json: Option<&str>) -> Result<CallOptions, Error> {
    let Some(json) = json else { return Ok(CallOptions::default()) };
    let options = Options::new(value(json)?, ErrorKind::Validation);
    Ok(CallOptions {
        timeout: options.time("timeout")?,
        attempt_timeout: options.time("attemptTimeout")?,
        connect_timeout: options.time("connectTimeout")?,
        idle_timeout: options.time("idleTimeout")?,
        max_retries: options.count("maxRetries")?,
        idempotency_key: options.string("idempotencyKey")?,
        request_id: options.string("requestId")?,
        headers: options.headers("headers")?,
        api_key: options.string("apiKey")?.map(Secret::new),
        account: options.string("account")?,
        default_headers: Vec::new(),
        any_status: options.flag("anyStatus")?,
        extra_body: options.fields("extraBody")?,
    })
}
