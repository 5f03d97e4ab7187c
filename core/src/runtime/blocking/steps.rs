//! The steps of a blocking call, whatever waits for its sockets.

use std::future::Future;
use std::pin::pin;
use std::time::{Duration, Instant};

use super::super::drive::{Sender, finish};
use crate::call::{Call, Step, random_fraction};
use crate::error::Error;
use crate::process::generation;
use crate::response::Response;
use crate::transport::Pool;

/// How often a blocking call lets its interpreter check for signals and limits.
pub const CHECK_INTERVAL: Duration = Duration::from_millis(50);

/// Waits for the futures of a call, on the calling thread.
pub(super) trait Wait {
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
pub(super) fn drive<E: From<Error>>(
    call: &mut Call,
    pool: &Pool,
    waiter: &impl Wait,
    mut check: impl FnMut() -> Result<(), E>,
) -> Result<Box<Response>, E> {
    let process = generation();
    // A signal handler may have forked: the call and its connection are the parent's.
    let mut check = || match check() {
        Ok(()) if generation() != process => Err(Error::cancelled().into()),
        checked => checked,
    };
    let mut sender = Sender::new(call, pool, true)?;
    let mut noticed = false;
    loop {
        match call.step(Instant::now()) {
            Step::Done(result) => return finish(call, result).map_err(E::from),
            Step::Wait(pause) => waiter.wait(pool.reactor().sleep(pause), &mut check)?,
            Step::Send(request, within) => {
                let result = {
                    // Pinned here: a future of this size is not moved into the wait.
                    let sent = pin!(async {
                        if !std::mem::replace(&mut noticed, true) {
                            waiter.notice_closed().await;
                        }
                        call.span().around(sender.send(call, request, within)).await
                    });
                    waiter.wait(sent, &mut check)?
                };
                call.complete_attempt(result, Instant::now(), random_fraction);
            }
        }
    }
}
