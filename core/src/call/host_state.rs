//! The state that calls to one base URL share.

use std::sync::Arc;

use super::retry_budget::RetryBudget;

/// What a process remembers about a base URL.
#[derive(Debug, Clone, Default)]
pub struct HostState {
    /// Index of the route that the server has; `None` before the first response.
    pub route: Option<usize>,
    /// The retry budget.
    pub budget: Arc<RetryBudget>,
}
