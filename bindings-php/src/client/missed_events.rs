//! `LomiClient::reconcile()` and `LomiSDK\MissedEvents`: the events that a program has missed. Which
//! calls to make, and which events they bring, is the core's.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::SystemTime;

use ext_php_rs::ffi::zend_ce_iterator;
use ext_php_rs::types::Zval;
use lomi::Value;
use lomi::binding::messages;
use lomi::binding::{ReconcileStep, Reconciliation};

use crate::client::state::{ClientState, in_its_language, state_of};
use crate::convert::{decode, to_json};
use crate::zend::{
    Call, Class, ClassRef, Done, Thrown, handler, new_object, payload_mut, payload_type,
    string_zval, type_name,
};

static MISSED_EVENTS: ClassRef = ClassRef::new();

pub(crate) fn register() -> Result<(), String> {
    // SAFETY: the engine's own interface, set before any module starts.
    let iterator = unsafe { zend_ce_iterator };
    Class::new("LomiSDK\\MissedEvents")
        .sealed()
        .with_payload::<Missed>()
        .implements(iterator)
        .method("current(): mixed", handler(current))
        .method("key(): mixed", handler(key))
        .method("next(): void", handler(next))
        .method("rewind(): void", handler(rewind))
        .method("valid(): bool", handler(valid))
        .method("getCursor(): string", handler(cursor))
        .register(&MISSED_EVENTS)
}

/// `LomiClient::reconcile()`.
pub(super) fn reconcile(call: &mut Call<'_>) -> Done {
    in_its_language(call, start)
}

fn start(call: &mut Call<'_>) -> Done {
    let given = call.required(0)?;
    let Value::String(since) = to_json::for_core("since", given)? else {
        let message = messages::not_since("DateTimeInterface", type_name(given));
        return Err(Thrown::validation(message));
    };
    let run = Run {
        run: RefCell::new(Reconciliation::new(&since)?),
        cursor: RefCell::new(since),
        is_busy: Cell::new(false),
    };
    let client = state_of(call.handle()?)?;
    let class = MISSED_EVENTS.get().ok_or_else(|| Thrown::defect("there is no MissedEvents"))?;
    let mut value = new_object(class)?;
    if let Some(missed) = value.object_mut().and_then(payload_mut::<Missed>) {
        missed.source = Some((client, Rc::new(run)));
    }
    call.give(value)
}

#[derive(Default)]
struct Missed {
    source: Option<(ClientState, Rc<Run>)>,
    /// The event of now, and the cursor after it.
    current: Option<(Zval, String)>,
}

impl Clone for Missed {
    fn clone(&self) -> Self {
        let copy = |(event, cursor): &(Zval, String)| (event.shallow_clone(), cursor.clone());
        Self { source: self.source.clone(), current: self.current.as_ref().map(copy) }
    }
}

payload_type!(Missed, |missed, visit| {
    if let Some((client, _)) = &missed.source {
        client.sender.references(visit);
    }
    if let Some((event, _)) = &missed.current {
        visit(event);
    }
});

/// A run, which the copies of an object share.
struct Run {
    run: RefCell<Reconciliation>,
    /// The cursor after the last event; after the end, that of the next run.
    cursor: RefCell<String>,
    is_busy: Cell<bool>,
}

impl Run {
    /// The next event, and the cursor after it. After an error, the same request is made again.
    fn next(&self, client: &ClientState) -> Result<Option<(Zval, String)>, Thrown> {
        // A hook or a fiber would make the same request, and take its result twice.
        if self.is_busy.replace(true) {
            return Err(Thrown::validation(messages::read_already()));
        }
        let found = self.read(client);
        self.is_busy.set(false);
        found
    }

    fn read(&self, client: &ClientState) -> Result<Option<(Zval, String)>, Thrown> {
        loop {
            let step = self.run.borrow_mut().step()?;
            match step {
                ReconcileStep::Done(cursor) => {
                    self.cursor.replace(cursor);
                    return Ok(None);
                }
                ReconcileStep::Event(found) => {
                    let event = decode::one(&found.event)?;
                    self.cursor.replace(found.cursor.clone());
                    return Ok(Some((event, found.cursor)));
                }
                ReconcileStep::Call(next) => {
                    let (target, input, options) = *next;
                    let prepared = client.sender.prepare(target, input, options)?;
                    let result = match client.sender.run(prepared) {
                        Ok(response) => {
                            drop(client.keep_response(response.clone()));
                            Ok(*response)
                        }
                        Err(Thrown::Failure(error)) => Err(error),
                        Err(thrown) => return Err(thrown),
                    };
                    self.run.borrow_mut().take(result, SystemTime::now())?;
                }
            }
        }
    }
}

fn missed<'c>(call: &'c mut Call<'_>) -> Result<&'c mut Missed, Thrown> {
    payload_mut(call.this()?).ok_or_else(|| Thrown::defect("this is no MissedEvents"))
}

/// Reads the next event unless there is a current one; false at the end.
fn advance(call: &mut Call<'_>) -> Result<bool, Thrown> {
    let missed_events = missed(call)?;
    if missed_events.current.is_some() {
        return Ok(true);
    }
    let Some((client, run)) = missed_events.source.clone() else { return Ok(false) };
    let found = run.next(&client)?;
    let is_found = found.is_some();
    missed(call)?.current = found;
    Ok(is_found)
}

fn current(call: &mut Call<'_>) -> Done {
    advance(call)?;
    let event = missed(call)?.current.as_ref().map(|(event, _)| event.shallow_clone());
    call.give(event.unwrap_or_else(Zval::null))
}

fn key(call: &mut Call<'_>) -> Done {
    advance(call)?;
    let cursor = missed(call)?.current.as_ref().map(|(_, cursor)| string_zval(cursor));
    call.give(cursor.unwrap_or_else(Zval::null))
}

fn next(call: &mut Call<'_>) -> Done {
    advance(call)?;
    missed(call)?.current = None;
    Ok(())
}

/// A second `foreach` continues with the event at which the first one has ended.
fn rewind(_: &mut Call<'_>) -> Done {
    Ok(())
}

fn valid(call: &mut Call<'_>) -> Done {
    let valid = advance(call)?;
    call.give_bool(valid)
}

fn cursor(call: &mut Call<'_>) -> Done {
    let run = missed(call)?.source.as_ref().map(|(_, run)| run.cursor.borrow().clone());
    call.give(string_zval(&run.unwrap_or_default()))
}
