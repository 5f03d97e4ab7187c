//! What was found out about a call.

use std::time::Duration;

use crate::error::Error;
use crate::message::{Language, Message};
use crate::messages::outcome as messages;
use crate::response::Response;

/// What is known of the outcome of a call.
#[derive(Debug)]
#[non_exhaustive]
pub enum FoundOutcome {
    /// The work was done once: the object. After a call that was repeated with its idempotency key,
    /// it may have been done only now.
    Done(Box<Response>),
    /// The work was not done, and will not be: the call may be made again.
    NotDone,
    /// It is not known.
    Ambiguous(Ambiguous),
}

/// Why an outcome is not known.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Ambiguous {
    /// The objects that may be the one that the call has created or changed.
    pub candidates: Vec<Response>,
    /// One sentence for people.
    pub reason: String,
    /// When it makes sense to ask again, if it does.
    pub ask_again_after: Option<Duration>,
}

impl Ambiguous {
    pub(super) fn because(reason: &Message) -> Self {
        let reason = reason.text(Language::of_environment()).to_owned();
        Self { reason, ..Self::default() }
    }
}

/// The error of a search for an outcome that is known.
pub(crate) fn nothing_to_find() -> Error {
    Error::validation(messages::outcome_known())
}

/// The error of a search for a string that no error had.
pub(super) fn no_unknown_call() -> Error {
    Error::validation(messages::no_unknown_call())
}

/// Options of [`Client::find_outcome_of`](crate::Client::find_outcome_of).
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct FindOptions {
    /// The ids of objects that are known to be of other calls.
    pub known_ids: Vec<String>,
}

impl FindOptions {
    /// No options.
    pub fn new() -> Self {
        Self::default()
    }

    /// The ids of objects that are known to be of other calls, such as those of the shop's other
    /// refunds. Without them, one of two equal calls within the same seconds is taken for the other.
    #[must_use]
    pub fn known_ids(mut self, ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.known_ids.extend(ids.into_iter().map(Into::into));
        self
    }
}

impl FoundOutcome {
    /// An outcome that is not known, and why.
    pub(super) fn ambiguous(reason: &Message) -> Self {
        Self::Ambiguous(Ambiguous::because(reason))
    }

    /// The outcome of a search that ended too early.
    pub(super) fn too_early(left: Duration) -> Self {
        Self::Ambiguous(Ambiguous {
            ask_again_after: Some(left),
            ..Ambiguous::because(&messages::too_early())
        })
    }
}
