//! `LomiSDK\RequestEvent` and `LomiSDK\ResponseEvent`: what a hook is called with. The core's
//! events borrow from the call; these are copies, which can wait for PHP's thread.

use ext_php_rs::types::Zval;
use ext_php_rs::zend::ClassEntry;
use lomi::{ErrorKind, RequestEvent, ResponseEvent};

use crate::zend::{Class, ClassRef, Thrown, long, new_object, set_property, string_zval};

static REQUEST_EVENT: ClassRef = ClassRef::new();
static RESPONSE_EVENT: ClassRef = ClassRef::new();

pub(crate) fn register() -> Result<(), String> {
    Class::new("LomiSDK\\RequestEvent")
        .sealed()
        .read_only("string $operation")
        .read_only("string $method")
        .read_only("string $route")
        .read_only("int $attempt")
        .read_only("?string $idempotencyKey")
        .read_only("string $requestId")
        .register(&REQUEST_EVENT)?;
    Class::new("LomiSDK\\ResponseEvent")
        .sealed()
        .read_only("string $operation")
        .read_only("string $method")
        .read_only("string $route")
        .read_only("int $attempt")
        .read_only("?string $idempotencyKey")
        .read_only("?int $status")
        .read_only("?string $error")
        .read_only("int $elapsedMs")
        .read_only("string $requestId")
        .read_only("?int $retryInMs")
        .register(&RESPONSE_EVENT)
}

/// An event of an attempt.
pub(super) enum Event {
    /// A request is about to be sent.
    Request(Attempt),
    /// The attempt ended.
    Response(Attempt, End),
}

/// The attempt that an event is about.
pub(super) struct Attempt {
    operation: String,
    pub(super) method: String,
    pub(super) route: String,
    pub(super) number: u32,
    idempotency_key: Option<String>,
    pub(super) request_id: String,
}

/// The end of an attempt.
pub(super) struct End {
    pub(super) status: Option<u16>,
    /// The name of the error's class.
    pub(super) error: Option<&'static str>,
    pub(super) elapsed_ms: u128,
    retry_in_ms: Option<u128>,
    /// The line for a log.
    pub(super) line: String,
}

impl From<&RequestEvent<'_>> for Event {
    fn from(event: &RequestEvent<'_>) -> Self {
        Self::Request(Attempt {
            operation: event.operation.to_owned(),
            method: event.method.as_str().to_owned(),
            route: event.route.to_owned(),
            number: event.attempt,
            idempotency_key: event.idempotency_key.map(str::to_owned),
            request_id: event.request_id.to_owned(),
        })
    }
}

impl From<&ResponseEvent<'_>> for Event {
    fn from(event: &ResponseEvent<'_>) -> Self {
        let attempt = Attempt {
            operation: event.operation.to_owned(),
            method: event.method.as_str().to_owned(),
            route: event.route.to_owned(),
            number: event.attempt,
            idempotency_key: event.idempotency_key.map(str::to_owned),
            request_id: event.request_id.to_owned(),
        };
        let end = End {
            status: event.status,
            error: event.failure.map(ErrorKind::class_name),
            elapsed_ms: event.elapsed.as_millis(),
            retry_in_ms: event.retry_in.map(|pause| pause.as_millis()),
            line: event.to_string(),
        };
        Self::Response(attempt, end)
    }
}

impl Attempt {
    /// The `RequestEvent` of the attempt.
    pub(super) fn request_event(&self) -> Result<Zval, Thrown> {
        let (class, mut event) = new_event(&REQUEST_EVENT)?;
        self.set_properties(class, &mut event);
        Ok(event)
    }

    /// The `ResponseEvent` of the attempt and its end.
    pub(super) fn response_event(&self, end: &End) -> Result<Zval, Thrown> {
        let (class, mut event) = new_event(&RESPONSE_EVENT)?;
        self.set_properties(class, &mut event);
        if let Some(object) = event.object_mut() {
            set_property(object, class, "status", optional(end.status, |s| long(s.into())));
            set_property(object, class, "error", optional(end.error, string_zval));
            set_property(object, class, "elapsedMs", milliseconds(end.elapsed_ms));
            set_property(object, class, "retryInMs", optional(end.retry_in_ms, milliseconds));
        }
        Ok(event)
    }

    /// Sets the properties that both events have.
    fn set_properties(&self, class: &ClassEntry, event: &mut Zval) {
        let Some(object) = event.object_mut() else { return };
        let key = self.idempotency_key.as_deref();
        set_property(object, class, "operation", string_zval(&self.operation));
        set_property(object, class, "method", string_zval(&self.method));
        set_property(object, class, "route", string_zval(&self.route));
        set_property(object, class, "attempt", long(self.number.into()));
        set_property(object, class, "idempotencyKey", optional(key, string_zval));
        set_property(object, class, "requestId", string_zval(&self.request_id));
    }
}

fn new_event(class: &ClassRef) -> Result<(&'static ClassEntry, Zval), Thrown> {
    let class = class.get().ok_or_else(|| Thrown::defect("the class of an event is missing"))?;
    Ok((class, new_object(class)?))
}

/// A value, or null where there is none.
pub(super) fn optional<T>(value: Option<T>, convert: impl FnOnce(T) -> Zval) -> Zval {
    value.map_or_else(Zval::null, convert)
}

/// Milliseconds as an int.
pub(super) fn milliseconds(count: u128) -> Zval {
    long(i64::try_from(count).unwrap_or(i64::MAX))
}
