//! The options of one call.

use lomi::binding::{messages, names};
use lomi::{CallOptions, Secret};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::convert::strings::{count, headers, text};
use crate::convert::timeouts::{time, times};
use crate::convert::to_core;
use crate::error::{BindingError, wrong};
use crate::model_set::ModelSet;

/// Reads the options of one call. The client's setting applies for each one that is None
/// or left out.
pub(super) fn options(given: Option<&Bound<'_, PyDict>>) -> Result<CallOptions, BindingError> {
    let mut options = CallOptions::default();
    let Some(given) = given else { return Ok(options) };
    for (name, value) in given.iter() {
        if value.is_none() {
            continue;
        }
        let name = text(messages::name_of_option(), &name)?;
        match name.as_str() {
            "timeout" => {
                let times = times(&name, &value)?;
                options.timeout = times.whole.or(options.timeout);
                options.connect_timeout = options.connect_timeout.or(times.connect);
            }
            "connect_timeout" => options.connect_timeout = Some(time(&name, &value)?),
            "attempt_timeout" => options.attempt_timeout = Some(time(&name, &value)?),
            "idle_timeout" => options.idle_timeout = Some(time(&name, &value)?),
            "extra_body" => {
                options.extra_body = to_core::named("extra_body", Some(&value), ModelSet::Modern)?
            }
            "max_retries" => options.max_retries = Some(count(&name, &value)?),
            "idempotency_key" => options.idempotency_key = Some(text(&name, &value)?),
            "until" => options.until = Some(text(&name, &value)?),
            "request_id" => options.request_id = Some(text(&name, &value)?),
            "api_key" => options.api_key = Some(Secret::new(text(&name, &value)?)),
            "account" => options.account = Some(text(&name, &value)?),
            "headers" => options.headers = headers(&name, &value)?,
            "default_headers" => options.default_headers = headers("headers", &value)?,
            "any_status" => options.any_status = value.is_truthy()?,
            other => {
                let hint = names::hint(other, names::OPTIONS.iter().copied());
                return Err(wrong(messages::no_call_option(other, hint)));
            }
        }
    }
    Ok(options)
}
