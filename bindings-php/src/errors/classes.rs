//! `LomiSDK\ApiException` and one class for each kind of error below it.

use std::sync::OnceLock;

use ext_php_rs::ffi::zend_ce_exception;
use ext_php_rs::types::Zval;
use ext_php_rs::zend::ClassEntry;
use lomi::{Error, ErrorKind};
use lomi::{Value, json};

use crate::response::header_array;
use crate::zend::{
    Array, Call, Class, ClassRef, Done, Thrown, call_function, get_property, handler,
    interned_zval, long, new_object, set_exception_maker, set_property, string_zval,
};

pub(crate) static API_EXCEPTION: ClassRef = ClassRef::new();

/// Every kind that has a class, parents before children.
const KINDS: &[ErrorKind] = &[
    ErrorKind::Configuration,
    ErrorKind::Validation,
    ErrorKind::Connection,
    ErrorKind::Timeout,
    ErrorKind::OutcomeUnknown,
    ErrorKind::Tls,
    ErrorKind::UnexpectedResponse,
    ErrorKind::UnexpectedRedirect,
    ErrorKind::ResponseTooLarge,
    ErrorKind::BadRequest,
    ErrorKind::Authentication,
    ErrorKind::PermissionDenied,
    ErrorKind::NotFound,
    ErrorKind::Conflict,
    ErrorKind::IdempotencyConflict,
    ErrorKind::UnprocessableEntity,
    ErrorKind::RateLimit,
    ErrorKind::Server,
    ErrorKind::Status,
    ErrorKind::UnsupportedOperation,
    ErrorKind::PaginationLoop,
    ErrorKind::Cancelled,
    ErrorKind::SignatureVerification,
    ErrorKind::WebhookPayload,
    ErrorKind::Internal,
];

/// Kinds that end no call, or only a read.
const NEVER_UNKNOWN: &[ErrorKind] = &[
    ErrorKind::Configuration,
    ErrorKind::Validation,
    ErrorKind::PaginationLoop,
    ErrorKind::SignatureVerification,
    ErrorKind::WebhookPayload,
];

/// A kind, its class, and its class where the outcome of a write is unknown.
type Classes = (ErrorKind, ClassRef, Option<ClassRef>);

static CLASSES: OnceLock<Vec<Classes>> = OnceLock::new();

/// What `catch` takes for every unknown outcome. PHP has one parent for each class, so this
/// is an interface, and each class of an error has a subclass that implements it.
static OUTCOME_UNKNOWN: ClassRef = ClassRef::new();

fn class_of(error: &Error) -> Option<&'static ClassEntry> {
    let known = CLASSES.get()?.iter().find(|(known, ..)| *known == error.kind);
    let class = known.map_or(&API_EXCEPTION, |(_, class, unknown)| match unknown {
        Some(unknown) if error.is_outcome_unknown() => unknown,
        _ => class,
    });
    class.get()
}

static PAYMENT_REQUIRED_ERROR: ClassRef = ClassRef::new();
const PAYMENT_REQUIRED: &str = "PaymentRequiredError";

/// The exception for a create that was answered with an unpaid invoice, which is its
/// response object.
pub(crate) fn payment_required(error: &Error, invoice: Zval) -> Result<Zval, Thrown> {
    let class = PAYMENT_REQUIRED_ERROR.get();
    let class = class.ok_or_else(|| Thrown::defect("there is no PaymentRequiredError"))?;
    let mut value = exception_of(class, error)?;
    if let Some(object) = value.object_mut() {
        set_property(object, scope()?, "kind", string_zval(PAYMENT_REQUIRED));
        set_property(object, scope()?, "responseObject", invoice);
    }
    Ok(value)
}

/// What is of use after an unknown outcome.
const GETTERS_OF_UNKNOWN: &[&str] = &[
    "getKind(): string",
    "getStatus(): ?int",
    "getRequestId(): ?string",
    "getIdempotencyKey(): ?string",
    "getAttempts(): int",
    "getOutcome(): ?string",
    "getOperation(): ?string",
];

/// What a getter reads.
struct Fact(&'static str);

pub(crate) fn register() -> Result<(), String> {
    set_exception_maker(exception)?;
    let empty = crate::zend::empty_array;
    let mut class = Class::new("LomiSDK\\ApiException")
        // SAFETY: the engine's own class, set before any module starts.
        .extends(unsafe { zend_ce_exception })
        .protected("responseBody", Zval::null())
        .protected("responseHeaders", empty())
        .protected("responseObject", Zval::null())
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
        ("getApiCode(): ?string", "apiCode"),
        ("getDetails(): mixed", "details"),
        ("getRequestId(): ?string", "requestId"),
        ("getIdempotencyKey(): ?string", "idempotencyKey"),
        ("getAttempts(): int", "attempts"),
        ("getOutcome(): ?string", "outcome"),
        ("getOperation(): ?string", "operation"),
        ("getRetryAfter(): ?float", "retryAfter"),
    ] {
        class = class.method_about(getter.to_owned(), handler(read), Fact(property));
    }
    for property in
        ["status", "apiCode", "details", "requestId", "idempotencyKey", "operation", "retryAfter"]
    {
        class = class.protected(property, Zval::null());
    }
    class
        .protected("kind", interned_zval("ApiException"))
        .protected("attempts", long(0))
        .protected("outcome", Zval::null())
        .register(&API_EXCEPTION)?;
    // SAFETY: the engine's own interface, set before any module starts.
    let throwable = unsafe { ext_php_rs::ffi::zend_ce_throwable };
    let mut interface =
        Class::interface("LomiSDK\\Exception\\OutcomeUnknownError").implements(throwable);
    for getter in GETTERS_OF_UNKNOWN {
        interface = interface.abstract_method(getter);
    }
    interface.register(&OUTCOME_UNKNOWN)?;
    let mut classes: Vec<Classes> = Vec::new();
    for kind in KINDS {
        let parent = match kind {
            ErrorKind::Timeout | ErrorKind::OutcomeUnknown => Some(ErrorKind::Connection),
            ErrorKind::IdempotencyConflict => Some(ErrorKind::Conflict),
            _ => None,
        };
        let parent = classes.iter().find(|(known, ..)| Some(*known) == parent);
        let parent = parent.map_or_else(|| API_EXCEPTION.raw(), |(_, class, _)| class.raw());
        let class = ClassRef::new();
        if *kind == ErrorKind::OutcomeUnknown {
            // No response came: the plain case, which has no other name.
            let unknown = unknown_class(*kind, parent);
            unknown.register(&class)?;
            classes.push((*kind, class, None));
            continue;
        }
        Class::new(format!("LomiSDK\\Exception\\{}", kind.class_name()))
            .extends(parent)
            .register(&class)?;
        let unknown = (!NEVER_UNKNOWN.contains(kind)).then(ClassRef::new);
        if let Some(unknown) = &unknown {
            unknown_class(*kind, class.raw()).register(unknown)?;
        }
        classes.push((*kind, class, unknown));
    }
    Class::new(format!("LomiSDK\\Exception\\{PAYMENT_REQUIRED}"))
        .extends(API_EXCEPTION.raw())
        .register(&PAYMENT_REQUIRED_ERROR)?;
    CLASSES.set(classes).map_err(|_| "the exceptions are registered twice".to_owned())
}

/// The class of a kind where the outcome of a write is unknown.
fn unknown_class(kind: ErrorKind, parent: *mut ClassEntry) -> Class {
    Class::new(format!("LomiSDK\\Exception\\OutcomeUnknown\\{}", kind.class_name()))
        .extends(parent)
        .implements(OUTCOME_UNKNOWN.raw())
}

/// The exception for a failed call.
pub(crate) fn exception(error: &Error) -> Result<Zval, Thrown> {
    exception_of(class_of(error).unwrap_or(scope()?), error)
}

fn exception_of(class: &ClassEntry, error: &Error) -> Result<Zval, Thrown> {
    let scope = scope()?;
    let mut value = new_object(class)?;
    let Some(object) = value.object_mut() else { return Ok(value) };
    let mut set = |name: &str, value: Zval| set_property(object, scope, name, value);
    let text = |text: &Option<String>| text.as_deref().map_or_else(Zval::null, string_zval);
    let status = error.status.map(i64::from);
    let message = match status {
        Some(status) => format!("[{status}] {}", error.message),
        None => error.message.clone(),
    };
    set("message", string_zval(&message));
    set("code", long(status.unwrap_or(0)));
    set("kind", string_zval(error.kind.class_name()));
    set("status", status.map_or_else(Zval::null, long));
    set("apiCode", text(&error.code));
    set(
        "details",
        error.details.as_ref().map_or_else(Zval::null, crate::convert::from_json::array),
    );
    set("requestId", text(&error.request_id));
    set("idempotencyKey", text(&error.idempotency_key));
    set("attempts", long(error.attempts.into()));
    set("outcome", string_zval(error.outcome.as_str()));
    set("operation", text(&error.operation));
    let retry_after = error.retry_after.map(|wait| {
        let mut seconds = Zval::new();
        seconds.set_double(wait.as_secs_f64());
        seconds
    });
    set("retryAfter", retry_after.unwrap_or_else(Zval::null));
    if let Some(body) = &error.body {
        set("responseBody", string_zval(&String::from_utf8_lossy(body)));
    }
    let headers = error.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    set("responseHeaders", header_array(headers));
    if let Some(model) = response_object(error)? {
        set("responseObject", model);
    }
    Ok(value)
}

/// The documented `Error` model, for every status and every shape of body that says
/// anything.
fn response_object(error: &Error) -> Result<Option<Zval>, Thrown> {
    let is_answer = error.status.is_some_and(|status| status >= 400);
    let said = error.code.is_some() || error.details.is_some() || error.body.is_some();
    if !is_answer || !said {
        return Ok(None);
    }
    let mut inner = Array::new();
    let mut put = |name: &str, value: &Value| {
        if !value.is_null() {
            inner.set(name, crate::convert::from_json::array(value));
        }
    };
    put("code", &json!(error.code));
    put("message", &json!(error.server_message.as_ref().unwrap_or(&error.message)));
    put("details", &json!(error.details));
    let built = |model, values| {
        crate::models::declare::of_model(model)
            .and_then(|known| crate::models::declare::build(known, values, None))
    };
    let Some(detail) = built(&lomi::generated::ERROR_ERROR, inner) else { return Ok(None) };
    let mut outer = Array::new();
    outer.set("error", detail);
    Ok(built(&lomi::generated::ERROR, outer))
}

fn scope() -> Result<&'static ClassEntry, Thrown> {
    API_EXCEPTION.get().ok_or_else(|| Thrown::defect("there is no ApiException"))
}

fn construct(call: &mut Call<'_>) -> Done {
    let message = call.optional_text(0)?.unwrap_or_default();
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
    let fact = call.about::<Fact>()?;
    let scope = scope()?;
    let this = call.handle()?;
    let value = get_property(this, scope, fact.0);
    call.give(value)
}

/// The values of one header, however its name is written; null where there is none.
fn response_header(call: &mut Call<'_>) -> Done {
    let wanted = call.text(0)?;
    let headers = get_property(call.handle()?, scope()?, "responseHeaders");
    for (name, values) in crate::zend::pairs_of(&headers) {
        if name.to_string().eq_ignore_ascii_case(&wanted) {
            let parts: Vec<String> = match values.array() {
                Some(table) => crate::zend::values(table).filter_map(Zval::string).collect(),
                None => values.string().into_iter().collect(),
            };
            return call.give_text(&parts.join(", "));
        }
    }
    Ok(())
}

/// The body as arrays; null where there is none, or where it is not JSON.
fn parsed_body(call: &mut Call<'_>) -> Done {
    let body = get_property(call.handle()?, scope()?, "responseBody");
    let parsed = match body.is_string() {
        true => {
            let mut as_arrays = Zval::new();
            as_arrays.set_bool(true);
            // 2 is JSON_BIGINT_AS_STRING.
            let arguments = &mut [body, as_arrays, long(512), long(2)];
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
