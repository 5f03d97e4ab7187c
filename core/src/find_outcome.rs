//! Finding out whether a call whose outcome is unknown has done its work. A server that checks the
//! idempotency key is asked again with the same key; otherwise the object is looked for. The rules
//! are data of the spec (`x-lomi.find`). A state machine without I/O: it returns the next call, and
//! takes its result.

mod clock;
mod found;
mod listing;
mod reading;
mod rows;
mod search;

use found::no_unknown_call;
pub(crate) use found::nothing_to_find;
pub use found::{Ambiguous, FindOptions, FoundOutcome};
pub use search::{FindStep, OutcomeSearch};
