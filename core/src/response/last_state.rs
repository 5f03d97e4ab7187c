//! The last state of an object whose wait ended too early.

use std::any::Any;
use std::sync::Arc;

use super::Response;
use crate::error::Error;

impl Error {
    /// The last response of a wait that ended too early: the object's last state.
    pub fn last(&self) -> Option<&Response> {
        self.inner.last.as_deref().and_then(<dyn Any + Send + Sync>::downcast_ref)
    }

    /// The same error with the last response of its wait.
    pub(crate) fn with_last(mut self, response: Response) -> Self {
        self.inner.last = Some(Arc::new(response));
        self
    }
}
