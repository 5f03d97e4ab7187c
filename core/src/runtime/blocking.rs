//! Blocking calls, driven by the thread that makes them.

#[cfg(any(not(unix), feature = "reqwest"))]
mod runtimes;
mod steps;
mod sweeper;
#[cfg(unix)]
mod thread;

use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::runtime::Handle;

use super::worker::wait_for_worker;
use crate::call::Call;
use crate::error::Error;
use crate::response::Response;

pub use steps::CHECK_INTERVAL;

/// Drives a call while the calling thread waits. `check` runs every [`CHECK_INTERVAL`]; its error
/// ends the call and closes its connection.
pub fn run_blocking<E: From<Error>>(
    mut call: Box<Call>,
    check: impl FnMut() -> Result<(), E>,
) -> Result<Box<Response>, E> {
    // A thread that runs a tokio runtime must not wait for a lock or a socket.
    if Handle::try_current().is_ok() {
        return wait_for_worker(call, CHECK_INTERVAL, check);
    }
    // `reqwest` needs a runtime.
    #[cfg(all(unix, feature = "reqwest"))]
    if call.config().http_client.is_some() {
        return guarded(&mut call, |call| runtimes::run(call, check));
    }
    #[cfg(unix)]
    return guarded(&mut call, |call| thread::run(call, check));
    #[cfg(not(unix))]
    return guarded(&mut call, |call| runtimes::run(call, check));
}

/// Makes an error of a panic.
fn guarded<E: From<Error>>(
    call: &mut Call,
    run: impl FnOnce(&mut Call) -> Result<Box<Response>, E>,
) -> Result<Box<Response>, E> {
    catch_unwind(AssertUnwindSafe(|| run(call)))
        .unwrap_or_else(|_| Err(call.interrupted(Error::panicked()).into()))
}
