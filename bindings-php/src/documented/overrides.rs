//! What a script's subclass of a documented class overrides. The headers that its methods give are
//! sent, such as an idempotency key. Anything else that they return is refused before the call is
//! sent.

use ext_php_rs::types::Zval;
use lomi::CallOptions;
use lomi::binding::messages;

use crate::convert::option;
use crate::documented::JSON;
use crate::documented::header_selector::HEADER_SELECTOR;
use crate::send::psr18;
use crate::zend::{
    Array, AsObject, Call, Object, Thrown, call_method, call_protected, is_overridden, pairs,
    php_string, string_zval,
};

/// The method that gives options for Guzzle, in lower case.
pub(super) const HTTP_OPTIONS: &str = "createhttpclientoption";

/// Headers that the core sets.
const MANAGED: [&str; 6] =
    ["accept", "content-length", "content-type", "host", "user-agent", "x-api-key"];
/// What the class's own `createHttpClientOption` returns, which is passed on from `Configuration`.
const OF_CONFIGURATION: [&str; 3] = ["cert", "debug", "ssl_key"];

/// Adds the headers of a `HeaderSelector` of the script's.
pub(super) fn of_selector(selector: &Zval, options: &mut CallOptions) -> Result<(), Thrown> {
    let (Some(selector), Some(class)) = (selector.handle(), HEADER_SELECTOR.get()) else {
        return Ok(());
    };
    if !is_overridden(selector, class, "selectheaders") {
        return Ok(());
    }
    let mut accept = Array::new();
    accept.push(string_zval(JSON));
    let mut no = Zval::new();
    no.set_bool(false);
    let arguments = &mut [accept.finish(), string_zval(JSON), no];
    let headers = call_method(selector, "selectHeaders", arguments)?;
    add("selectHeaders()", &headers, options)
}

/// Adds what `createHttpClientOption` of a subclass returns: headers and times.
pub(super) fn of_http_options(this: Object<'_>, options: &mut CallOptions) -> Result<(), Thrown> {
    let given = call_protected(this, HTTP_OPTIONS)?;
    let Some(table) = given.array() else { return Ok(()) };
    for (name, value) in pairs(table) {
        let (name, value) = (name.to_string(), value.dereference());
        // For Guzzle, 0 means no limit; then the limit of the client applies.
        let is_zero = value.long() == Some(0) || value.double() == Some(0.0);
        match name.as_str() {
            "headers" => add("headers", value, options)?,
            "timeout" | "connect_timeout" if is_zero || value.is_null() => {}
            "timeout" => options.timeout = Some(option::seconds(&name, value)?),
            "connect_timeout" => options.connect_timeout = Some(option::seconds(&name, value)?),
            name if OF_CONFIGURATION.contains(&name) => {}
            _ => return Err(Thrown::configuration(messages::option_not_passed_on(&name))),
        }
    }
    Ok(())
}

/// Adds the headers of the request that a method such as `createCheckoutSessionRequest` of a
/// subclass returns. `documented` is the request that the class's own method makes.
pub(super) fn of_request(
    call: &mut Call<'_>,
    name: &str,
    documented: &lomi::binding::Request,
    options: &mut CallOptions,
) -> Result<(), Thrown> {
    let mut arguments: Vec<Zval> =
        (0..).map_while(|at| call.argument(at).map(Zval::shallow_clone)).collect();
    let request = call_method(call.handle()?, name, &mut arguments)?;
    let changed = || Thrown::configuration(messages::request_changed(name));
    let own = psr18::psr_request(documented)?;
    let (Some(request), Some(own)) = (request.handle(), own.handle()) else {
        return Err(changed());
    };
    let text = |request: Object<'_>, method: &str| {
        let value = call_method(request, method, &mut [])?;
        Ok::<_, Thrown>(php_string(method, &value)?.unwrap_or_default())
    };
    for part in ["getMethod", "getUri", "getBody"] {
        if text(request, part)? != text(own, part)? {
            return Err(changed());
        }
    }
    let headers = call_method(request, "getHeaders", &mut [])?;
    add("getHeaders()", &headers, options)
}

/// Adds headers; one that is there already is replaced.
fn add(what: &str, headers: &Zval, options: &mut CallOptions) -> Result<(), Thrown> {
    let is_managed = |name: &str| MANAGED.iter().any(|managed| managed.eq_ignore_ascii_case(name));
    let given: Vec<(String, String)> =
        option::headers(what, headers)?.into_iter().filter(|(name, _)| !is_managed(name)).collect();
    let is_given = |name: &str| given.iter().any(|(new, _)| new.eq_ignore_ascii_case(name));
    options.headers.retain(|(name, _)| !is_given(name));
    options.headers.extend(given);
    Ok(())
}
