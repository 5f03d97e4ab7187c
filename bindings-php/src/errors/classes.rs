//! `LomiSDK\ApiException` and one class for each kind of error below it.

use ext_php_rs::zend::ClassEntry;
use lomi::{Error, ErrorKind};

use crate::errors::base::API_EXCEPTION;
use crate::zend::{Class, ClassRef, Wanted, is_declared, register_alias};

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
    ErrorKind::ConfirmationToken,
    ErrorKind::UnprocessableEntity,
    ErrorKind::RateLimit,
    ErrorKind::Server,
    ErrorKind::Status,
    ErrorKind::UnsupportedOperation,
    ErrorKind::StillPending,
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
    ErrorKind::StillPending,
    ErrorKind::PaginationLoop,
    ErrorKind::SignatureVerification,
    ErrorKind::WebhookPayload,
];

/// The classes of [`KINDS`], in their order, each with its class where the outcome of a write is
/// unknown.
static CLASSES: [[ClassRef; 2]; KINDS.len()] =
    [const { [const { ClassRef::new() }; 2] }; KINDS.len()];

/// The interface of every unknown outcome. A PHP class has one parent, so this is an interface,
/// and each error class has a subclass that implements it.
static OUTCOME_UNKNOWN: ClassRef = ClassRef::new();

/// The class of an error; nothing where the script has another class of that name.
pub(super) fn class_of(error: &Error) -> Option<&'static ClassEntry> {
    let Some(position) = KINDS.iter().position(|kind| *kind == error.kind()) else {
        return API_EXCEPTION.get();
    };
    let [class, unknown] = CLASSES.get(position)?;
    let is_unknown = error.is_outcome_unknown() && has_two(error.kind());
    let (class, namespace) = match is_unknown || error.kind() == ErrorKind::OutcomeUnknown {
        true => (if is_unknown { unknown } else { class }, UNKNOWN),
        false => (class, NAMESPACE),
    };
    late(class, namespace, error.kind().class_name())
}

/// The class of a create that returned an unpaid invoice.
pub(super) fn payment_required() -> Option<&'static ClassEntry> {
    late(&PAYMENT_REQUIRED_ERROR, NAMESPACE, PAYMENT_REQUIRED)
}

/// A class, declared now if it is not yet.
fn late(class: &ClassRef, namespace: &str, name: &str) -> Option<&'static ClassEntry> {
    if class.get().is_none() {
        crate::zend::declare(Wanted::Named(&format!("{namespace}{name}")));
    }
    class.get()
}

/// Whether a kind has a class for an unknown outcome beside its own.
fn has_two(kind: ErrorKind) -> bool {
    // For OutcomeUnknown, no response came: there is no class for it besides this one.
    kind != ErrorKind::OutcomeUnknown && !NEVER_UNKNOWN.contains(&kind)
}

static PAYMENT_REQUIRED_ERROR: ClassRef = ClassRef::new();
pub(super) const PAYMENT_REQUIRED: &str = "PaymentRequiredError";

const NAMESPACE: &str = "LomiSDK\\Exception\\";
const UNKNOWN: &str = "LomiSDK\\Exception\\OutcomeUnknown\\";

/// The getters of the interface.
const GETTERS_OF_UNKNOWN: &[&str] = &[
    "getKind(): string",
    "getStatus(): ?int",
    "getRequestId(): ?string",
    "getIdempotencyKey(): ?string",
    "getAttempts(): int",
    "getOutcome(): ?string",
    "getOperation(): ?string",
    "getUnknownCall(): ?string",
];

/// Registers the interface.
pub(crate) fn register() -> Result<(), String> {
    // SAFETY: the engine's own interface, set before any module starts.
    let throwable = unsafe { ext_php_rs::ffi::zend_ce_throwable };
    let mut interface =
        Class::interface("LomiSDK\\Exception\\OutcomeUnknownError").implements(throwable);
    for getter in GETTERS_OF_UNKNOWN {
        interface = interface.abstract_method(getter);
    }
    interface.register(&OUTCOME_UNKNOWN)?;
    alias(&OUTCOME_UNKNOWN, "LomiSDK\\Exception\\OutcomeUnknownError")
}

/// Declares exceptions, each after its parent.
pub(crate) fn declare(wanted: Wanted<'_>) -> Result<(), String> {
    for (kind, classes) in KINDS.iter().zip(&CLASSES) {
        let [class, unknown] = classes;
        let name = kind.class_name();
        let has_unknown = includes(wanted, UNKNOWN, name);
        if !has_unknown && !includes(wanted, NAMESPACE, name) && !is_parent(*kind, wanted) {
            continue;
        }
        let parent = parent_of(*kind).map_or(&API_EXCEPTION, |[parent, _]| parent);
        if *kind == ErrorKind::OutcomeUnknown {
            if has_unknown {
                extend(UNKNOWN, name, parent, class)?;
            }
            continue;
        }
        extend(NAMESPACE, name, parent, class)?;
        if has_unknown && has_two(*kind) {
            extend(UNKNOWN, name, class, unknown)?;
        }
    }
    match includes(wanted, NAMESPACE, PAYMENT_REQUIRED) {
        true => extend(NAMESPACE, PAYMENT_REQUIRED, &API_EXCEPTION, &PAYMENT_REQUIRED_ERROR),
        false => Ok(()),
    }
}

/// The kind whose class a kind's class extends; nothing for `ApiException`.
fn parent_kind(kind: ErrorKind) -> Option<ErrorKind> {
    match kind {
        ErrorKind::Timeout | ErrorKind::OutcomeUnknown => Some(ErrorKind::Connection),
        ErrorKind::IdempotencyConflict => Some(ErrorKind::Conflict),
        ErrorKind::ConfirmationToken => Some(ErrorKind::BadRequest),
        _ => None,
    }
}

fn parent_of(kind: ErrorKind) -> Option<&'static [ClassRef; 2]> {
    let parent = parent_kind(kind)?;
    CLASSES.get(KINDS.iter().position(|kind| *kind == parent)?)
}

/// Whether a wanted class extends the class of a kind.
fn is_parent(kind: ErrorKind, wanted: Wanted<'_>) -> bool {
    KINDS.iter().filter(|child| parent_kind(**child) == Some(kind)).any(|child| {
        let name = child.class_name();
        includes(wanted, NAMESPACE, name) || includes(wanted, UNKNOWN, name)
    })
}

/// Whether a class is wanted by its name or its alias.
fn includes(wanted: Wanted<'_>, namespace: &str, name: &str) -> bool {
    wanted.includes(namespace, name)
        || alias_of(name).is_some_and(|alias| wanted.includes(namespace, &alias))
}

/// Registers a class, if it is not declared yet.
fn extend(namespace: &str, name: &str, parent: &ClassRef, at: &ClassRef) -> Result<(), String> {
    let name = format!("{namespace}{name}");
    if is_declared(&name) {
        return Ok(());
    }
    let mut class = Class::new(name.as_str()).extends(parent.raw());
    if namespace == UNKNOWN {
        class = class.implements(OUTCOME_UNKNOWN.raw());
    }
    class.register(at)?;
    alias(at, &name)
}

/// The name that PHP users expect: `RateLimitException` for `RateLimitError`.
fn alias_of(name: &str) -> Option<String> {
    name.strip_suffix("Error").map(|stem| format!("{stem}Exception"))
}

fn alias(class: &ClassRef, name: &str) -> Result<(), String> {
    alias_of(name).map_or(Ok(()), |alias| register_alias(class, &alias))
}
