//! Blocking calls, driven by the thread that makes them.

#[cfg(any(not(unix), feature = "reqwest"))]
mod runtimes;
mod sweeper;
#[cfg(unix)]
mod thread;

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;

use super::drive::{Sender, finish};
use super::worker::wait_for_worker;
use crate::call::{Call, Step, random_fraction};
use crate::error::Error;
use crate::response::Response;
use crate::transport::Pool;

/// How often a blocking call lets its interpreter check for signals and limits.
pub const CHECK_INTERVAL: Duration = Duration::from_millis(50);

/// Waits for the futures of a call, on the calling thread.
trait Wait {
    /// Waits for a future. Every [`CHECK_INTERVAL`], `check` runs outside of it, since it may run
    /// code that makes calls of its own; its error ends the wait.
    fn wait<T, E>(
        &self,
        future: impl Future<Output = T>,
        check: &mut impl FnMut() -> Result<(), E>,
    ) -> Result<T, E>;

    /// Lets connections notice, before a request is written to one, that the server has closed them
    /// since the last call.
    async fn notice_closed(&self);
}

/// Drives a call to its end. Its steps run outside of any wait, so that an observer may make calls
/// of its own.
fn drive<E: From<Error>>(
    call: &mut Call,
    pool: &Pool,
    waiter: &impl Wait,
    mut check: impl FnMut() -> Result<(), E>,
) -> Result<Response, E> {
    let mut sender = Sender::new(call, pool, true)?;
    let mut noticed = false;
    loop {
        match call.step(Instant::now()) {
            Step::Done(result) => return finish(call, result).map_err(E::from),
            Step::Wait(pause) => waiter.wait(pool.reactor().sleep(pause), &mut check)?,
            Step::Send(request, within) => {
                let sent = async {
                    if !std::mem::replace(&mut noticed, true) {
                        waiter.notice_closed().await;
                    }
                    call.span().around(sender.send(call, request, within)).await
                };
                let result = waiter.wait(sent, &mut check)?;
                call.complete_attempt(result, Instant::now(), random_fraction);
            }
        }
    }
}

/// Drives a call while the calling thread waits. `check` runs every [`CHECK_INTERVAL`]; its error
/// ends the call and closes its connection.
pub fn run_blocking<E: From<Error>>(
    mut call: Call,
    check: impl FnMut() -> Result<(), E>,
) -> Result<Response, E> {
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
    run: impl FnOnce(&mut Call) -> Result<Response, E>,
) -> Result<Response, E> {
    catch_unwind(AssertUnwindSafe(|| run(call)))
        .unwrap_or_else(|_| Err(call.interrupted(Error::panicked()).into()))
}
