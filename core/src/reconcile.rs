//! Reconciling: every object that has reached a final state, as the event that a webhook would have
//! brought, oldest first. A state machine without I/O: it returns the next call or the next event,
//! and takes the results of calls.
//!
//! A run reads the lists back to the oldest object that may have changed since the last run, and
//! hands over what has. Its cursor says how far the shop's program has come: after a crash, the run
//! continues from the cursor that was stored last.

mod cursor;
mod merge;
mod pass;
mod walk;

pub use merge::{ReconcileStep, Reconciled, Reconciliation};

#[cfg(test)]
mod tests;
