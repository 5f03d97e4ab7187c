//! The state that calls to one base URL share.

use std::sync::Arc;

use super::retry_budget::RetryBudget;

/// What a process remembers about a base URL.
#[derive(Debug, Clone, Default)]
pub struct HostState {
    /// Index of the route that the server has; `None` before the first response.
    pub route: Option<usize>,
    /// Whether its responses have shown that it is the newest API, which does the work of each money
    /// operation once per idempotency key.
    pub newest: bool,
    /// What to add to the time of this machine for that of the server, in milliseconds.
    pub clock_offset: Option<i64>,
    /// The retry budget.
    pub budget: Arc<RetryBudget>,
}

/// What a call has taught about its host.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Learned {
    /// The route that the server has, if that is another one than was known.
    pub(crate) route: Option<usize>,
    /// Whether it is the newest API.
    pub(crate) newest: bool,
    /// The offset of its clock, if that has changed.
    pub(crate) clock_offset: Option<i64>,
}

impl Learned {
    /// Adds this to the state of the host.
    pub(crate) fn apply(&self, state: &mut HostState) {
        state.route = self.route.or(state.route);
        state.newest |= self.newest;
        state.clock_offset = self.clock_offset.or(state.clock_offset);
    }
}
