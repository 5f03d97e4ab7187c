//! The native half of the Node package: it sends calls through the core and returns results to
//! JavaScript as JSON. The classes, errors and iterators that a JavaScript developer sees are in
//! `runtime/`, the only caller of this library.
//!
//! - `client`, `pager`, `outcome_search`, `reconciliation`: the configured client, its calls, the pages
//!   of a list, the search for the outcome of a call, a run of `reconcile`
//! - `offline`: recordings and stubs, which answer without a connection
//! - `convert`: from JavaScript to the core: input, options, configuration
//! - `call`: calls in flight, and the queue that delivers their events and results
//! - `response`: from the core to JavaScript: values, pages, metadata, errors, events
//! - `webhook`, `money`, `idempotency_key`, `checks`, `table`: rules and data of the core
//!
//! Nothing here throws for an error of a call: the result describes the error as JSON, and
//! `runtime/errors.js` makes the class.

mod call;
pub mod checks;
mod client;
pub mod confirmation;
mod convert;
pub mod idempotency_key;
pub mod money;
pub mod offline;
mod outcome_search;
mod pager;
mod reconciliation;
mod response;
pub mod table;
pub mod webhook;

/// Calls make many small allocations on two threads; mimalloc saves a tenth of their CPU time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
