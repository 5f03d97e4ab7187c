//! Checks of what the runners did.

pub(crate) mod between_runners;
pub(crate) mod compare;
pub(crate) mod failures;
pub(crate) mod golden;
pub(crate) mod normalize;
pub(crate) mod recording;
pub(crate) mod report;
mod url;
