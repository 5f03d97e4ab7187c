//! One logical call as a state machine without I/O. Each step is a request to send, a pause or the
//! result; the result of each attempt is passed back. Our transport and a Guzzle client of PHP code
//! drive the same machine.

mod about;
mod attempt_failure;
mod handle;
mod host_state;
mod outcome;
mod polling;
mod raw_response;
mod reading;
mod recorded;
mod retry;
mod retry_after;
mod retry_budget;
mod routes;
mod state;
mod steps;
mod transport_error;

pub use handle::CallHandle;
pub use host_state::HostState;
pub(crate) use host_state::Learned;
pub use raw_response::RawResponse;
pub use retry::random_fraction;
pub use retry_budget::RetryBudget;
pub use state::Call;
pub use steps::Step;
pub use transport_error::TransportError;
