//! Calls that block: the thread that makes one drives it.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::task::yield_now;
use tokio::time::timeout;

use super::no_runtime;
use crate::client::drive;
use crate::error::Error;
use crate::exchange::Exchange;
use crate::reply::Reply;
use crate::transport::Pool;

/// How long a blocking call waits between looks at its interpreter (signals, limits).
pub const SLICE: Duration = Duration::from_millis(50);

/// What one thread carries its own calls out with. Driving a call on the thread that
/// waits for it costs about half of handing it to another one and back. Connections
/// that are idle between calls are looked at when the next call starts.
struct Own {
    pid: u32,
    /// Nothing only after `drop`.
    parts: Option<(Runtime, Pool)>,
}

impl Own {
    fn new(pid: u32) -> Result<Self, Error> {
        let runtime =
            Builder::new_current_thread().enable_io().enable_time().build().map_err(no_runtime)?;
        Ok(Self { pid, parts: Some((runtime, Pool::default())) })
    }
}

impl Own {
    fn carry_out<E: From<Error>>(
        &self,
        exchange: &mut Exchange,
        mut look: impl FnMut() -> Result<(), E>,
    ) -> Result<Reply, E> {
        let Some((runtime, pool)) = &self.parts else {
            return Err(Error::internal("this thread has ended").into());
        };
        let stopped = {
            let mut call = pin!(async {
                // Connections that the server closed since the last call are noticed
                // here, and not by writing a request to them.
                settle().await;
                drive(exchange, pool).await
            });
            loop {
                let slice = async { timeout(SLICE, &mut call).await };
                match runtime.block_on(slice) {
                    Ok(result) => return result.map_err(E::from),
                    // Outside the runtime: what looks may run code that calls again.
                    Err(_) => {
                        if let Err(stop) = look() {
                            break stop;
                        }
                    }
                }
            }
        };
        Err(stopped)
    }
}

/// Lets the runtime see what happened to its sockets.
async fn settle() {
    yield_now().await;
}

impl Drop for Own {
    fn drop(&mut self) {
        // In a forked child these are the parent's: closing them would take its sockets
        // out of an epoll that both share.
        if self.pid != std::process::id() {
            std::mem::forget(self.parts.take());
        }
    }
}

thread_local! {
    static OWN: RefCell<Option<Own>> = const { RefCell::new(None) };
}

/// Takes what this thread has, or makes it; a second call within a call makes another.
fn own() -> Result<Own, Error> {
    let pid = std::process::id();
    let kept = OWN.try_with(|own| own.try_borrow_mut().ok()?.take()).ok().flatten();
    match kept {
        Some(own) if own.pid == pid => Ok(own),
        _ => Own::new(pid),
    }
}

/// Carries a call out while the calling thread waits. Between slices `look` is asked
/// whether to go on; its error ends the call and frees its connection.
pub fn run<E: From<Error>>(
    mut exchange: Exchange,
    look: impl FnMut() -> Result<(), E>,
) -> Result<Reply, E> {
    let own = own()?;
    let result = catch_unwind(AssertUnwindSafe(|| own.carry_out(&mut exchange, look)))
        .unwrap_or_else(|_| Err(exchange.broken_off(Error::panicked()).into()));
    // Gone only while the thread itself ends; then there is no next call.
    let _ = OWN.try_with(|kept| kept.try_borrow_mut().map(|mut kept| kept.replace(own)));
    result
}
