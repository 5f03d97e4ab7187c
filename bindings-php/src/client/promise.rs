//! Calls that run while the script continues: `XAsync` returns a Guzzle promise where Guzzle is
//! loaded, else a `LomiSDK\Promise` with `then`, `otherwise` and `wait`.

use std::cell::RefCell;
use std::rc::Rc;

use ext_php_rs::types::Zval;
use lomi::Response;
use lomi::binding::messages;
use lomi::binding::{self as core};

use crate::client::state::ClientState;
use crate::send::in_flight::InFlight;
use crate::send::sender::Sender;
use crate::zend::{
    AsObject, Call, Class, ClassRef, Done, Thrown, call_method, call_value, caught, class_named,
    get_property, handler, new_object, object_zval, payload, payload_mut, payload_type,
    set_property,
};

const GUZZLE_PROMISE: &str = "GuzzleHttp\\Promise\\Promise";

static PROMISE: ClassRef = ClassRef::new();
static WAITER: ClassRef = ClassRef::new();

/// A call without a result.
struct PendingCall {
    sending: Sending,
    /// The client that made the call.
    client: Option<ClientState>,
    /// Owns no PHP values, because the engine's garbage collector could not see them.
    finish: Finish,
}

/// Converts a response to the promise's result.
pub(crate) type Finish =
    Box<dyn FnOnce(Option<ClientState>, Box<Response>) -> Result<Zval, Thrown>>;

enum Sending {
    /// In flight on the worker thread, with the sender that started it.
    Worker(Box<(Sender, InFlight)>),
    /// Through the user's HTTP client, sent when `wait` is called.
    WhenWaited(Box<(Sender, Box<core::Call>)>),
}

impl PendingCall {
    fn wait(self) -> Result<Zval, Thrown> {
        let response = match self.sending {
            Sending::Worker(mut call) => call.0.finish(&mut call.1)?,
            Sending::WhenWaited(call) => call.0.run(call.1)?,
        };
        (self.finish)(self.client, response)
    }
}

/// The state of a promise.
enum State {
    Pending(PendingCall),
    /// Follows another promise, through the callbacks of `then`.
    Following {
        parent: Zval,
        fulfilled: Option<Zval>,
        rejected: Option<Zval>,
    },
    Fulfilled(Zval),
    Rejected(Zval),
}

/// The Rust side of a promise.
#[derive(Clone, Default)]
struct PromisePayload(Option<Rc<RefCell<Option<State>>>>);

payload_type!(PromisePayload, |promised, visit| {
    // A clone in PHP shares the state; then it has two owners, and the collector must not see it.
    let state = promised.0.as_ref().filter(|shared| Rc::strong_count(shared) == 1);
    let state = state.and_then(|shared| shared.try_borrow().ok());
    if let Some(state) = state.as_deref().and_then(Option::as_ref) {
        state.references(visit);
    }
});

impl State {
    fn references(&self, visit: &mut dyn FnMut(&Zval)) {
        match self {
            Self::Pending(call) => {
                match &call.sending {
                    Sending::Worker(flight) => flight.0.references(visit),
                    Sending::WhenWaited(later) => later.0.references(visit),
                }
                if let Some(client) = &call.client {
                    client.sender.references(visit);
                }
            }
            Self::Following { parent, fulfilled, rejected } => {
                visit(parent);
                fulfilled.iter().chain(rejected).for_each(visit);
            }
            Self::Fulfilled(value) | Self::Rejected(value) => visit(value),
        }
    }
}

impl PromisePayload {
    fn new(state: State) -> Self {
        Self(Some(Rc::new(RefCell::new(Some(state)))))
    }
}

pub(crate) fn register() -> Result<(), String> {
    Class::new("LomiSDK\\Promise")
        .sealed()
        .with_payload::<PromisePayload>()
        .method("then(?callable $onFulfilled = null, ?callable $onRejected = null)", handler(then))
        .method("otherwise(callable $onRejected)", handler(otherwise))
        .method("wait(bool $unwrap = true)", handler(wait))
        .method("getState(): string", handler(state))
        .register(&PROMISE)?;
    // The wait function of a Guzzle promise.
    Class::new("LomiSDK\\Internal\\Waiter")
        .sealed()
        .with_payload::<PromisePayload>()
        .private("promise", Zval::null())
        .method("__invoke()", handler(settle_guzzle))
        .register(&WAITER)
}

/// Starts a call and returns a promise of its result.
pub(crate) fn start(
    sender: Sender,
    client: Option<ClientState>,
    prepared: Box<core::Call>,
    finish: Finish,
) -> Result<Zval, Thrown> {
    let sending = match sender.http {
        None => {
            let flight = sender.start(prepared)?;
            Sending::Worker(Box::new((sender, flight)))
        }
        Some(_) => Sending::WhenWaited(Box::new((sender, prepared))),
    };
    let promised = PromisePayload::new(State::Pending(PendingCall { sending, client, finish }));
    match class_named(GUZZLE_PROMISE) {
        Some(guzzle) => {
            let mut waiter = holding(&WAITER, promised)?;
            let promise = new_object(guzzle)?;
            if let Some(object) = promise.handle() {
                call_method(object, "__construct", &mut [waiter.shallow_clone()])?;
            }
            let scope = WAITER.get().ok_or_else(|| Thrown::defect("there is no Waiter"))?;
            if let Some(object) = waiter.object_mut() {
                set_property(object, scope, "promise", promise.shallow_clone());
            }
            Ok(promise)
        }
        None => holding(&PROMISE, promised),
    }
}

fn holding(class: &ClassRef, promised: PromisePayload) -> Result<Zval, Thrown> {
    let class = class.get().ok_or_else(|| Thrown::defect("a class is missing"))?;
    let mut value = new_object(class)?;
    if let Some(payload) = value.object_mut().and_then(payload_mut::<PromisePayload>) {
        *payload = promised;
    }
    Ok(value)
}

fn promised(call: &mut Call<'_>) -> Result<PromisePayload, Thrown> {
    Ok(payload::<PromisePayload>(call.handle()?).cloned().unwrap_or_default())
}

/// Settles a promise, once. The outer error is `exit()`.
fn settle(promised: &PromisePayload) -> Result<Result<Zval, Zval>, Thrown> {
    let Some(shared) = &promised.0 else {
        return Err(Thrown::validation(messages::made_by_call("LomiSDK\\Promise")));
    };
    let state = shared.borrow_mut().take();
    let outcome = match state {
        None => return Err(Thrown::validation(messages::waits_for_itself())),
        Some(State::Fulfilled(value)) => Ok(value),
        Some(State::Rejected(exception)) => Err(exception),
        Some(State::Pending(call)) => caught(call.wait())?,
        Some(State::Following { parent, fulfilled, rejected }) => {
            follow(&parent, fulfilled.as_ref(), rejected.as_ref())?
        }
    };
    *shared.borrow_mut() = Some(match &outcome {
        Ok(value) => State::Fulfilled(value.shallow_clone()),
        Err(exception) => State::Rejected(exception.shallow_clone()),
    });
    Ok(outcome)
}

fn follow(
    parent: &Zval,
    fulfilled: Option<&Zval>,
    rejected: Option<&Zval>,
) -> Result<Result<Zval, Zval>, Thrown> {
    let of_parent =
        parent.handle().and_then(payload::<PromisePayload>).cloned().unwrap_or_default();
    let result = match (settle(&of_parent)?, fulfilled, rejected) {
        (Ok(value), Some(then), _) => caught(call_value(then, &mut [value]))?,
        (Err(exception), _, Some(then)) => caught(call_value(then, &mut [exception]))?,
        (as_it_was, _, _) => return Ok(as_it_was),
    };
    // A callback may return a promise, which is then awaited.
    match &result {
        Ok(value) => match value.handle().and_then(payload::<PromisePayload>) {
            Some(inner) => settle(&inner.clone()),
            None => Ok(result),
        },
        Err(_) => Ok(result),
    }
}

fn callback(call: &Call<'_>, position: usize) -> Result<Option<Zval>, Thrown> {
    match call.argument(position).filter(|value| !value.is_null()) {
        None => Ok(None),
        Some(value) if value.is_callable() => Ok(Some(value.shallow_clone())),
        Some(value) => Err(call.wrong_type(position, "?callable", value)),
    }
}

fn following(call: &mut Call<'_>, fulfilled: Option<Zval>, rejected: Option<Zval>) -> Done {
    let parent = object_zval(call.handle()?);
    let promised = PromisePayload::new(State::Following { parent, fulfilled, rejected });
    let promise = holding(&PROMISE, promised)?;
    call.give(promise)
}

fn then(call: &mut Call<'_>) -> Done {
    let (fulfilled, rejected) = (callback(call, 0)?, callback(call, 1)?);
    following(call, fulfilled, rejected)
}

fn otherwise(call: &mut Call<'_>) -> Done {
    let rejected = callback(call, 0)?;
    following(call, None, rejected)
}

/// The value; an exception is thrown unless `$unwrap` is false.
fn wait(call: &mut Call<'_>) -> Done {
    let unwrap = call.argument(0).is_none_or(Zval::coerce_to_bool);
    match settle(&promised(call)?)? {
        Ok(value) if unwrap => call.give(value),
        Err(exception) if unwrap => Err(Thrown::Object(exception)),
        _ => Ok(()),
    }
}

fn state(call: &mut Call<'_>) -> Done {
    let promised = promised(call)?;
    let state = match promised.0.as_ref().map(|shared| shared.borrow()).as_deref() {
        Some(Some(State::Fulfilled(_))) => "fulfilled",
        Some(Some(State::Rejected(_))) => "rejected",
        _ => "pending",
    };
    call.give_string(state)
}

fn settle_guzzle(call: &mut Call<'_>) -> Done {
    let promised = promised(call)?;
    let scope = WAITER.get().ok_or_else(|| Thrown::defect("there is no Waiter"))?;
    let promise = get_property(call.handle()?, scope, "promise");
    let Some(promise) = promise.handle() else { return Ok(()) };
    match settle(&promised)? {
        Ok(value) => call_method(promise, "resolve", &mut [value])?,
        Err(exception) => call_method(promise, "reject", &mut [exception])?,
    };
    Ok(())
}
