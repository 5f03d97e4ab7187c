//! `LomiSDK\ApiException` and one class for each kind of error below it.

use std::sync::OnceLock;

use ext_php_rs::zend::ClassEntry;
use lomi::{Error, ErrorKind};

use crate::errors::base::API_EXCEPTION;
use crate::zend::{Class, ClassRef, register_alias};

/// Every kind of error that has a class, parents before children.
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

/// Kinds that never leave the outcome of a write unknown.
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

/// The interface of every unknown outcome. A PHP class has one parent, so this is an interface,
/// and each error class has a subclass that implements it.
static OUTCOME_UNKNOWN: ClassRef = ClassRef::new();

pub(super) fn class_of(error: &Error) -> Option<&'static ClassEntry> {
    let found = CLASSES.get()?.iter().find(|(kind, ..)| *kind == error.kind());
    let class = found.map_or(&API_EXCEPTION, |(_, class, unknown)| match unknown {
        Some(unknown) if error.is_outcome_unknown() => unknown,
        _ => class,
    });
    class.get()
}

pub(super) static PAYMENT_REQUIRED_ERROR: ClassRef = ClassRef::new();
pub(super) const PAYMENT_REQUIRED: &str = "PaymentRequiredError";

/// The getters of the interface.
const GETTERS_OF_UNKNOWN: &[&str] = &[
    "getKind(): string",
    "getStatus(): ?int",
    "getRequestId(): ?string",
    "getIdempotencyKey(): ?string",
    "getAttempts(): int",
    "getOutcome(): ?string",
    "getOperation(): ?string",
];

pub(crate) fn register() -> Result<(), String> {
    // SAFETY: the engine's own interface, set before any module starts.
    let throwable = unsafe { ext_php_rs::ffi::zend_ce_throwable };
    let mut interface =
        Class::interface("LomiSDK\\Exception\\OutcomeUnknownError").implements(throwable);
    for getter in GETTERS_OF_UNKNOWN {
        interface = interface.abstract_method(getter);
    }
    interface.register(&OUTCOME_UNKNOWN)?;
    alias(&OUTCOME_UNKNOWN, "LomiSDK\\Exception\\OutcomeUnknownError")?;
    let mut classes: Vec<Classes> = Vec::new();
    for kind in KINDS {
        let parent = match kind {
            ErrorKind::Timeout | ErrorKind::OutcomeUnknown => Some(ErrorKind::Connection),
            ErrorKind::IdempotencyConflict => Some(ErrorKind::Conflict),
            _ => None,
        };
        let parent = classes.iter().find(|(kind, ..)| Some(*kind) == parent);
        let parent = parent.map_or_else(|| API_EXCEPTION.raw(), |(_, class, _)| class.raw());
        let class = ClassRef::new();
        if *kind == ErrorKind::OutcomeUnknown {
            // No response came: there is no class for it besides this one.
            register_unknown(*kind, parent, &class)?;
            classes.push((*kind, class, None));
            continue;
        }
        register_class(kind.class_name(), parent, &class)?;
        let unknown = (!NEVER_UNKNOWN.contains(kind)).then(ClassRef::new);
        if let Some(unknown) = &unknown {
            register_unknown(*kind, class.raw(), unknown)?;
        }
        classes.push((*kind, class, unknown));
    }
    register_class(PAYMENT_REQUIRED, API_EXCEPTION.raw(), &PAYMENT_REQUIRED_ERROR)?;
    CLASSES.set(classes).map_err(|_| "the exceptions are registered twice".to_owned())
}

fn register_class(name: &str, parent: *mut ClassEntry, at: &ClassRef) -> Result<(), String> {
    let name = format!("LomiSDK\\Exception\\{name}");
    Class::new(name.as_str()).extends(parent).register(at)?;
    alias(at, &name)
}

/// The class of a kind where the outcome of a write is unknown.
fn register_unknown(kind: ErrorKind, parent: *mut ClassEntry, at: &ClassRef) -> Result<(), String> {
    let name = format!("LomiSDK\\Exception\\OutcomeUnknown\\{}", kind.class_name());
    Class::new(name.as_str()).extends(parent).implements(OUTCOME_UNKNOWN.raw()).register(at)?;
    alias(at, &name)
}

/// The name that PHP users expect: `RateLimitException` for `RateLimitError`.
fn alias(class: &ClassRef, name: &str) -> Result<(), String> {
    match name.strip_suffix("Error") {
        Some(stem) => register_alias(class, &format!("{stem}Exception")),
        None => Ok(()),
    }
}
