//! Calls that run while the script goes on: `XAsync` gives a promise of Guzzle's where
//! Guzzle is loaded, else a `LomiSDK\Promise` with `then`, `otherwise` and `wait`.

use std::cell::RefCell;
use std::rc::Rc;

use ext_php_rs::types::Zval;
use lomi::{Exchange, Reply};

use crate::client::state::Shared;
use crate::send::in_flight::Flight;
use crate::send::sender::Road;
use crate::zend::{
    AsObject, Call, Class, ClassRef, Done, Thrown, call_method, call_value, caught, class_named,
    get_property, handler, new_object, object_zval, payload, payload_mut, payload_type,
    set_property,
};

const GUZZLE_PROMISE: &str = "GuzzleHttp\\Promise\\Promise";

static PROMISE: ClassRef = ClassRef::new();
static WAITER: ClassRef = ClassRef::new();

/// A call whose result is not there yet.
struct Unsettled {
    way: Way,
    /// The client that the call is of.
    owner: Option<Shared>,
    /// Owns no PHP values: those would hide from the engine's collector.
    finish: Finish,
}

/// Makes the result of a reply.
pub(crate) type Finish = Box<dyn FnOnce(Option<Shared>, Reply) -> Result<Zval, Thrown>>;

enum Way {
    /// On the core's road, under way; what is told of it is the road's.
    Flight(Box<(Road, Flight)>),
    /// Through the user's HTTP client, made when it is waited for.
    Later(Box<(Road, Exchange)>),
}

impl Unsettled {
    fn end(self) -> Result<Zval, Thrown> {
        let reply = match self.way {
            Way::Flight(mut call) => {
                let result = call.1.land();
                call.0.report(&result)?;
                result?
            }
            Way::Later(call) => call.0.run(call.1)?,
        };
        (self.finish)(self.owner, reply)
    }
}

/// How far a promise is.
enum Progress {
    Waiting(Unsettled),
    /// It follows another promise, through what was given to `then`.
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
struct Promised(Option<Rc<RefCell<Option<Progress>>>>);

payload_type!(Promised, |promised, visit| {
    // A clone in PHP shares it, and then it has two owners.
    let progress = promised.0.as_ref().filter(|shared| Rc::strong_count(shared) == 1);
    let progress = progress.and_then(|shared| shared.try_borrow().ok());
    if let Some(progress) = progress.as_deref().and_then(Option::as_ref) {
        progress.references(visit);
    }
});

impl Progress {
    fn references(&self, visit: &mut dyn FnMut(&Zval)) {
        match self {
            Self::Waiting(call) => {
                match &call.way {
                    Way::Flight(flight) => flight.0.references(visit),
                    Way::Later(later) => later.0.references(visit),
                }
                if let Some(owner) = &call.owner {
                    owner.road.references(visit);
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

impl Promised {
    fn new(progress: Progress) -> Self {
        Self(Some(Rc::new(RefCell::new(Some(progress)))))
    }
}

pub(crate) fn register() -> Result<(), String> {
    Class::new("LomiSDK\\Promise")
        .sealed()
        .holds::<Promised>()
        .method("then(?callable $onFulfilled = null, ?callable $onRejected = null)", handler(then))
        .method("otherwise(callable $onRejected)", handler(otherwise))
        .method("wait(bool $unwrap = true)", handler(wait))
        .method("getState(): string", handler(state))
        .register(&PROMISE)?;
    // What Guzzle's promise calls to be settled.
    Class::new("LomiSDK\\Internal\\Waiter")
        .sealed()
        .holds::<Promised>()
        .private("promise", Zval::null())
        .method("__invoke()", handler(settle_guzzle))
        .register(&WAITER)
}

/// Starts a call and promises its result.
pub(crate) fn start(
    road: Road,
    owner: Option<Shared>,
    exchange: Exchange,
    finish: Finish,
) -> Result<Zval, Thrown> {
    let way = match road.http {
        None => {
            let flight = Flight::start(exchange)?;
            Way::Flight(Box::new((road, flight)))
        }
        Some(_) => Way::Later(Box::new((road, exchange))),
    };
    let promised = Promised::new(Progress::Waiting(Unsettled { way, owner, finish }));
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

fn holding(class: &ClassRef, promised: Promised) -> Result<Zval, Thrown> {
    let class = class.get().ok_or_else(|| Thrown::defect("a class is missing"))?;
    let mut value = new_object(class)?;
    if let Some(held) = value.object_mut().and_then(payload_mut::<Promised>) {
        *held = promised;
    }
    Ok(value)
}

fn promised(call: &mut Call<'_>) -> Result<Promised, Thrown> {
    Ok(payload::<Promised>(call.handle()?).cloned().unwrap_or_default())
}

/// Brings a promise to its end, once. The outer error is `exit()`.
fn settle(promised: &Promised) -> Result<Result<Zval, Zval>, Thrown> {
    let Some(shared) = &promised.0 else {
        return Err(Thrown::validation("a LomiSDK\\Promise is made by a call, not by new"));
    };
    let progress = shared.borrow_mut().take();
    let outcome = match progress {
        None => return Err(Thrown::validation("a promise waits for itself")),
        Some(Progress::Fulfilled(value)) => Ok(value),
        Some(Progress::Rejected(exception)) => Err(exception),
        Some(Progress::Waiting(call)) => caught(call.end())?,
        Some(Progress::Following { parent, fulfilled, rejected }) => {
            follow(&parent, fulfilled.as_ref(), rejected.as_ref())?
        }
    };
    *shared.borrow_mut() = Some(match &outcome {
        Ok(value) => Progress::Fulfilled(value.shallow_clone()),
        Err(exception) => Progress::Rejected(exception.shallow_clone()),
    });
    Ok(outcome)
}

fn follow(
    parent: &Zval,
    fulfilled: Option<&Zval>,
    rejected: Option<&Zval>,
) -> Result<Result<Zval, Zval>, Thrown> {
    let of_parent = parent.handle().and_then(payload::<Promised>).cloned().unwrap_or_default();
    let answer = match (settle(&of_parent)?, fulfilled, rejected) {
        (Ok(value), Some(then), _) => caught(call_value(then, &mut [value]))?,
        (Err(exception), _, Some(then)) => caught(call_value(then, &mut [exception]))?,
        (as_it_was, _, _) => return Ok(as_it_was),
    };
    // A promise given back is followed in turn.
    match &answer {
        Ok(value) => match value.handle().and_then(payload::<Promised>) {
            Some(inner) => settle(&inner.clone()),
            None => Ok(answer),
        },
        Err(_) => Ok(answer),
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
    let promised = Promised::new(Progress::Following { parent, fulfilled, rejected });
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
        Some(Some(Progress::Fulfilled(_))) => "fulfilled",
        Some(Some(Progress::Rejected(_))) => "rejected",
        _ => "pending",
    };
    call.give_text(state)
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
