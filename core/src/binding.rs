//! The API for the bindings to other languages. It may change in any version; a Rust program must
//! use the rest of this crate.

pub use crate::call::{
    Call, CallHandle, HostState, RawResponse, RetryBudget, Step, TransportError, random_fraction,
};
pub use crate::config::{Config, ConfigBuilder, check_client_headers};
pub use crate::config::{milliseconds, moment, seconds, seconds_from_zero};
pub use crate::find_outcome::{FindStep, OutcomeSearch};
pub use crate::json::{Key, Sink};
pub use crate::message::Argument;
pub use crate::messages::bindings as messages;
pub use crate::options::{NamedOptions, OptionStyle, call_options, config_builder, download};
pub use crate::process::{generation, is_main_thread};
pub use crate::reconcile::{ReconcileStep, Reconciliation};
pub use crate::recording::Offline;
pub use crate::request::{Download, Request, Target};
pub use crate::response::{
    Content, Decoded, Downloaded, FromDocument, LazyRow, LazyRowSink, NewRows, Pager, RawJson,
    RawJsonSink, nothing_to_confirm, payment_required_error, read_values, second_call,
};
pub use crate::runtime::{
    CHECK_INTERVAL, CallCount, InFlight, Worker, execute, run_awaited, run_blocking,
};
pub use crate::secret::redact;
pub use crate::table::{DIGEST, ENUMS, MODELS, OPERATIONS};
pub use crate::transport::check_ca_file;

pub mod log {
    //! Whether the log is enabled.
    pub use crate::log::is_enabled;
}

pub mod names {
    //! Misspelled names.
    pub use crate::names::{OPTIONS, hint, near_miss, suggestion};
}

pub mod table {
    //! The table of the API's models and operations.
    pub use crate::table::*;
}
