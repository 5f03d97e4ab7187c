//! What the object of a call's path shows about the call.

use super::clock::Window;
use super::rows::{is_equal, sent};
use crate::error::UnknownCall;
use crate::json::{Map, Value};
use crate::response::Response;
use crate::response::typed::read_values;
use crate::table::{FindByReading, ReadSign};

/// What an object shows about a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    Done,
    NotDone,
    Nothing,
}

/// What an object shows, or its absence; `None` if nothing can be read.
pub(super) fn shown(
    rule: &FindByReading,
    call: &UnknownCall,
    window: &Window,
    response: Option<&Response>,
) -> Option<Shown> {
    let Some(response) = response else {
        return matches!(rule.by, ReadSign::Gone).then_some(Shown::Done);
    };
    let Ok(Value::Object(object)) = read_values(response) else { return None };
    Some(match &rule.by {
        ReadSign::Field(name, done, not_done) => match object.get(*name).and_then(Value::as_str) {
            Some(state) if done.contains(&state) => Shown::Done,
            Some(state) if not_done.contains(&state) => Shown::NotDone,
            _ => Shown::Nothing,
        },
        ReadSign::Sent if has_all(call, &object) => Shown::Done,
        // A server may write a value in another way, so only its time shows that nothing changed.
        ReadSign::Sent | ReadSign::Gone if is_unchanged(window, &object) => Shown::NotDone,
        ReadSign::Sent | ReadSign::Gone | ReadSign::Nothing => Shown::Nothing,
    })
}

fn has_all(call: &UnknownCall, object: &Map<String, Value>) -> bool {
    let mut fields = sent(call).peekable();
    fields.peek().is_some()
        && fields.all(|(name, value)| object.get(name).is_some_and(|shown| is_equal(value, shown)))
}

/// Whether the object was last changed before the call.
fn is_unchanged(window: &Window, object: &Map<String, Value>) -> bool {
    let text = object.get("updated_at").and_then(Value::as_str);
    text.and_then(super::clock::read).is_some_and(|at| window.is_before(at))
}
