//! The options of one call.

use lomi::binding::Download;
use lomi::{CallOptions, Error, ErrorKind, Secret};

use super::input::value;
use super::options::Options;

/// The options of one call from JSON. `runtime/convert/options.js` has refused unknown names.
pub(crate) fn call_options(json: Option<&str>) -> Result<CallOptions, Error> {
    let Some(json) = json else { return Ok(CallOptions::default()) };
    let given = Options::new(value(json)?, ErrorKind::Validation);
    let mut options = CallOptions::new();
    options.timeout = given.time("timeout")?;
    options.attempt_timeout = given.time("attemptTimeout")?;
    options.connect_timeout = given.time("connectTimeout")?;
    options.idle_timeout = given.time("idleTimeout")?;
    options.max_retries = given.count("maxRetries")?;
    options.idempotency_key = given.string("idempotencyKey")?;
    options.until = given.string("until")?;
    options.request_id = given.string("requestId")?;
    options.headers = given.headers("headers")?;
    options.api_key = given.string("apiKey")?.map(Secret::new);
    options.account = given.string("account")?;
    options.any_status = given.flag("anyStatus")?;
    options.extra_body = given.fields("extraBody")?;
    Ok(options)
}

/// A download, and the options of its call.
pub(crate) fn download(url: String, json: Option<&str>) -> Result<(Download, CallOptions), Error> {
    let url = Secret::new(url);
    let Some(text) = json else {
        return Ok((Download { url, to: None, max_bytes: None }, CallOptions::default()));
    };
    let given = Options::new(value(text)?, ErrorKind::Validation);
    let to = given.string("to")?.map(Into::into);
    Ok((Download { url, to, max_bytes: given.bytes("maxBytes")? }, call_options(json)?))
}
