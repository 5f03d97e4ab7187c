//! What is kept about a base URL from one call to the next.

use std::sync::Arc;

use super::retry_budget::RetryBudget;

/// What a process remembers from one call to the next, per base URL.
#[derive(Debug, Clone, Default)]
pub struct HostState {
    /// The route of the routes that answered.
    pub route: Option<usize>,
    /// What repeating is worth.
    pub budget: Arc<RetryBudget>,
}
