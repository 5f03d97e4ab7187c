//! What a call returns to Python: its value, or a page of rows, and the response behind it.

pub(crate) mod last_response;
pub(crate) mod outcome_search;
pub(crate) mod page_info;
pub(crate) mod pager;
pub(crate) mod read;
pub(crate) mod reconciliation;
pub(crate) mod steps;
