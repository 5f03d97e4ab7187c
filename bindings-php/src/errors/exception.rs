//! The exception object of a failed call.

use ext_php_rs::types::Zval;
use ext_php_rs::zend::ClassEntry;
use lomi::{Attempt, Error, ErrorKind, Language, Value, json};

use crate::config::environment::variable;
use crate::convert::decode;
use crate::errors::base::scope;
use crate::errors::classes::{self, PAYMENT_REQUIRED, class_of};
use crate::response::{self, ResponseInfo, header_array};
use crate::zend::{
    Array, Thrown, bytes_zval, hide_keys_of, long, new_object, set_property, string_zval,
};

/// The exception for a create that returned an unpaid invoice, which is its response object.
pub(crate) fn payment_required(error: &Error, invoice: Zval) -> Result<Zval, Thrown> {
    let class = classes::payment_required();
    let class = class.ok_or_else(|| Thrown::defect("there is no PaymentRequiredError"))?;
    let mut value = exception_of(class, error)?;
    if let Some(object) = value.object_mut() {
        set_property(object, scope()?, "kind", string_zval(PAYMENT_REQUIRED));
        set_property(object, scope()?, "responseObject", invoice);
    }
    Ok(value)
}

/// The exception for a failed call.
pub(crate) fn exception(error: &Error) -> Result<Zval, Thrown> {
    exception_of(class_of(error).unwrap_or(scope()?), error)
}

fn exception_of(class: &ClassEntry, error: &Error) -> Result<Zval, Thrown> {
    let scope = scope()?;
    let language = variable("LOMI_LANG").ok().flatten();
    let language = language.as_deref().and_then(Language::from_tag);
    let error = &error.clone().or_in_language(language);
    let mut value = new_object(class)?;
    hide_keys_of(&mut value);
    let Some(object) = value.object_mut() else { return Ok(value) };
    let mut set = |name: &str, value: Zval| set_property(object, scope, name, value);
    let text = |text: Option<&str>| text.map_or_else(Zval::null, string_zval);
    let status = error.status().map(i64::from);
    let message = match status {
        Some(status) => format!("[{status}] {}", error.message()),
        None => error.message().to_owned(),
    };
    set("message", string_zval(&message));
    set("code", long(status.unwrap_or(0)));
    set("kind", string_zval(error.kind().class_name()));
    set("status", status.map_or_else(Zval::null, long));
    set("serverMessage", text(error.server_message()));
    set("apiCode", text(error.code()));
    set("details", error.details().map_or_else(Zval::null, crate::convert::from_json::array));
    set("requestId", text(error.request_id()));
    set("idempotencyKey", text(error.idempotency_key()));
    set("attempts", long(error.attempts().into()));
    set("history", error.history().iter().map(attempt).collect::<Array>().finish());
    set("outcome", string_zval(error.outcome().as_str()));
    set("operation", text(error.operation()));
    let retry_after = error.retry_after().map(|wait| {
        let mut seconds = Zval::new();
        seconds.set_double(wait.as_secs_f64());
        seconds
    });
    set("retryAfter", retry_after.unwrap_or_else(Zval::null));
    if let Some(call) = error.unknown_call() {
        set("unknownCall", string_zval(&call.to_json()));
    }
    if let Some(last) = error.last() {
        let mut model = decode::one(last)?;
        response::attach(&mut model, &ResponseInfo::from(last.clone()));
        set("last", model);
    }
    if let Some(body) = error.body() {
        set("responseBody", bytes_zval(body));
    }
    let headers = error.headers().iter().map(|(name, value)| (name.as_str(), value.as_str()));
    set("responseHeaders", header_array(headers));
    if let Some(model) = response_object(error)? {
        set("responseObject", model);
    }
    Ok(value)
}

/// An attempt of a call, with the names that the option `logger` has.
fn attempt(attempt: &Attempt) -> Zval {
    let failure = attempt.failure.map(ErrorKind::class_name);
    let milliseconds = i64::try_from(attempt.elapsed.as_millis()).unwrap_or(i64::MAX);
    let mut entry = Array::new();
    entry.set("method", string_zval(attempt.method.as_str()));
    entry.set("route", string_zval(&attempt.route));
    entry.set("status", attempt.status.map_or_else(Zval::null, |status| long(status.into())));
    entry.set("failure", failure.map_or_else(Zval::null, string_zval));
    entry.set("milliseconds", long(milliseconds));
    entry.set("request_id", string_zval(&attempt.request_id));
    entry.finish()
}

/// The documented `Error` model, for every status and every shape of body that says
/// anything.
fn response_object(error: &Error) -> Result<Option<Zval>, Thrown> {
    let is_error_response = error.status().is_some_and(|status| status >= 400);
    let has_details = error.code().is_some() || error.details().is_some() || error.body().is_some();
    if !is_error_response || !has_details {
        return Ok(None);
    }
    let mut inner = Array::new();
    let mut put = |name: &str, value: &Value| {
        if !value.is_null() {
            inner.set(name, crate::convert::from_json::array(value));
        }
    };
    put("code", &json!(error.code()));
    put("message", &json!(error.server_message().unwrap_or(error.message())));
    put("details", &json!(error.details()));
    let built = |model, values| {
        crate::models::registry::of_model(model)
            .and_then(|class| crate::models::registry::build(class, values, None))
    };
    let Some(detail) = built(&lomi::binding::table::ERROR_ERROR, inner) else { return Ok(None) };
    let mut outer = Array::new();
    outer.set("error", detail);
    Ok(built(&lomi::binding::table::ERROR, outer))
}
