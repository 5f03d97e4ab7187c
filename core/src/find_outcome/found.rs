//! What was found out about a call.

use std::time::Duration;

use crate::error::Error;
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

/// The error of a search for an outcome that is known.
pub(crate) fn nothing_to_find() -> Error {
    Error::validation(
        "the outcome of this error is known: only a call that may have been carried out can be looked for",
    )
}

/// The error of a search for a string that no error had.
pub(super) fn no_unknown_call() -> Error {
    Error::validation("this string is not the unknown_call of an error, or of another version")
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
    pub(super) fn ambiguous(reason: &str) -> Self {
        Self::Ambiguous(Ambiguous { reason: reason.to_owned(), ..Ambiguous::default() })
    }

    /// The outcome of a search that ended too early.
    pub(super) fn too_early(left: Duration) -> Self {
        Self::Ambiguous(Ambiguous {
            candidates: Vec::new(),
            reason: "the work has not been done yet, but the server may still do it".to_owned(),
            ask_again_after: Some(left),
        })
    }
}
