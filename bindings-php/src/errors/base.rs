//! `LomiSDK\ApiException`: what every exception of this SDK extends.

use ext_php_rs::ffi::zend_ce_exception;
use ext_php_rs::types::Zval;
use ext_php_rs::zend::ClassEntry;

use crate::zend::{
    Call, Class, ClassRef, Done, Object, Thrown, call_function, get_property, handler,
    interned_zval, long, php_string, set_property, string_zval,
};

pub(crate) static API_EXCEPTION: ClassRef = ClassRef::new();

pub(super) fn register() -> Result<(), String> {
    let empty = crate::zend::empty_array;
    let mut class = Class::new("LomiSDK\\ApiException")
        // SAFETY: the engine's own class, set before any module starts.
        .extends(unsafe { zend_ce_exception })
        .protected("responseBody", Zval::null())
        .protected("responseHeaders", empty())
        .protected("responseObject", Zval::null())
        .protected("history", empty())
        .method(
            "__construct($message = '', $code = 0, $responseHeaders = [], $responseBody = null)",
            handler(construct),
        )
        .method("setResponseObject($obj)", handler(set_response_object))
        .method("getResponseHeader(string $name): ?string", handler(response_header))
        .method("getParsedBody(): mixed", handler(parsed_body));
    for (getter, property) in [
        ("getResponseHeaders()", "responseHeaders"),
        ("getResponseBody()", "responseBody"),
        ("getResponseObject()", "responseObject"),
        ("getKind(): string", "kind"),
        ("getStatus(): ?int", "status"),
        ("getServerMessage(): ?string", "serverMessage"),
        ("getApiCode(): ?string", "apiCode"),
        ("getDetails(): mixed", "details"),
        ("getRequestId(): ?string", "requestId"),
        ("getIdempotencyKey(): ?string", "idempotencyKey"),
        ("getAttempts(): int", "attempts"),
        ("getHistory(): array", "history"),
        ("getOutcome(): ?string", "outcome"),
        ("getOperation(): ?string", "operation"),
        ("getRetryAfter(): ?float", "retryAfter"),
        ("getUnknownCall(): ?string", "unknownCall"),
        ("getLast(): ?LomiSDK\\Model\\ModelInterface", "last"),
    ] {
        class = class.method_with(getter, handler(read), Property(property));
    }
    for property in [
        "status",
        "serverMessage",
        "apiCode",
        "details",
        "requestId",
        "idempotencyKey",
        "operation",
        "retryAfter",
        "last",
        "unknownCall",
    ] {
        class = class.protected(property, Zval::null());
    }
    class
        .protected("kind", interned_zval("ApiException"))
        .protected("attempts", long(0))
        .protected("outcome", Zval::null())
        .register(&API_EXCEPTION)
}

/// The property that a getter reads.
struct Property(&'static str);

pub(super) fn scope() -> Result<&'static ClassEntry, Thrown> {
    API_EXCEPTION.get().ok_or_else(|| Thrown::defect("there is no ApiException"))
}

/// Whether an object is an exception of this SDK.
pub(crate) fn is_api_exception(object: Object<'_>) -> bool {
    API_EXCEPTION.get().is_some_and(|class| object.instance_of(class))
}

/// What an exception knows of a call whose outcome is unknown.
pub(crate) fn unknown_call(exception: Object<'_>) -> Result<Option<String>, Thrown> {
    php_string("unknownCall", &get_property(exception, scope()?, "unknownCall"))
}

fn construct(call: &mut Call<'_>) -> Done {
    let message = call.optional_string(0)?.unwrap_or_default();
    let code = match call.argument(1) {
        Some(_) => call.integer(1)?,
        None => 0,
    };
    let headers = call.argument(2).map(Zval::shallow_clone);
    let body = call.argument(3).map(Zval::shallow_clone);
    let this = call.this()?;
    let scope = scope()?;
    set_property(this, scope, "message", string_zval(&message));
    set_property(this, scope, "code", long(code));
    if (100..600).contains(&code) {
        set_property(this, scope, "status", long(code));
    }
    if let Some(headers) = headers {
        set_property(this, scope, "responseHeaders", headers);
    }
    if let Some(body) = body {
        set_property(this, scope, "responseBody", body);
    }
    Ok(())
}

fn read(call: &mut Call<'_>) -> Done {
    let property = call.attached::<Property>()?;
    let scope = scope()?;
    let this = call.handle()?;
    let value = get_property(this, scope, property.0);
    call.give(value)
}

/// The values of one header, in any case of its name; null where there is none.
fn response_header(call: &mut Call<'_>) -> Done {
    let wanted = call.string(0)?;
    let headers = get_property(call.handle()?, scope()?, "responseHeaders");
    for (name, values) in crate::zend::pairs_of(&headers) {
        if name.to_string().eq_ignore_ascii_case(&wanted) {
            let parts: Vec<String> = match values.array() {
                Some(table) => crate::zend::values(table).filter_map(Zval::string).collect(),
                None => values.string().into_iter().collect(),
            };
            return call.give_string(&parts.join(", "));
        }
    }
    Ok(())
}

/// `JSON_BIGINT_AS_STRING | JSON_INVALID_UTF8_SUBSTITUTE`.
const JSON_FLAGS: i64 = 2 | 1 << 21;

/// The body as arrays; null where there is none, or where it is not JSON.
fn parsed_body(call: &mut Call<'_>) -> Done {
    let body = get_property(call.handle()?, scope()?, "responseBody");
    let parsed = match body.is_string() {
        true => {
            let mut as_arrays = Zval::new();
            as_arrays.set_bool(true);
            let arguments = &mut [body, as_arrays, long(512), long(JSON_FLAGS)];
            call_function("json_decode", arguments)?
        }
        false => Zval::null(),
    };
    call.give(parsed)
}

fn set_response_object(call: &mut Call<'_>) -> Done {
    let object = call.required(0)?.shallow_clone();
    set_property(call.this()?, scope()?, "responseObject", object);
    Ok(())
}
