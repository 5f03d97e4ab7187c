//! Calls that block: the thread that makes one drives it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Runtime};
use tokio::task::yield_now;
use tokio::time::timeout;

use super::{Process, generation, no_runtime, process};
use crate::client::drive;
use crate::error::Error;
use crate::exchange::Exchange;
use crate::reply::Reply;
use crate::transport::Pool;

/// How long a blocking call waits between looks at its interpreter (signals, limits).
pub const SLICE: Duration = Duration::from_millis(50);

/// How often connections of threads that make no calls are looked at.
const TICK: Duration = Duration::from_secs(1);

/// What a blocking call is carried out with. Driving a call on the thread that waits for
/// it costs about half of handing it to another one and back. Between calls it waits in
/// [`Idle`] for the next call of any thread, so that threads which do nothing hold nothing.
struct Own {
    generation: u64,
    /// Nothing only after `drop`.
    parts: Option<(Runtime, Pool)>,
}

impl Own {
    fn new(generation: u64) -> Result<Self, Error> {
        let runtime =
            Builder::new_current_thread().enable_io().enable_time().build().map_err(no_runtime)?;
        Ok(Self { generation, parts: Some((runtime, Pool::default())) })
    }

    fn carry_out<E: From<Error>>(
        &self,
        exchange: &mut Exchange,
        mut look: impl FnMut() -> Result<(), E>,
    ) -> Result<Reply, E> {
        let Some((runtime, pool)) = &self.parts else {
            return Err(Error::internal("this runtime has ended").into());
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

    /// Closes connections that were idle for too long. Says whether any is left.
    fn sweep(&self, now: Instant) -> bool {
        self.parts.as_ref().is_some_and(|(_, pool)| pool.sweep(now))
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
        if self.generation != generation() {
            std::mem::forget(self.parts.take());
        }
    }
}

/// The runtimes of a process that no blocking call uses at the moment; the one used last
/// stands last.
#[derive(Default)]
pub(super) struct Idle {
    owns: Mutex<Vec<Own>>,
    /// A thread closes what stays idle.
    sweeping: AtomicBool,
}

impl Idle {
    fn take(&self) -> Option<Own> {
        self.owns.lock().ok()?.pop()
    }

    fn keep(&'static self, own: Own) {
        let Ok(mut owns) = self.owns.lock() else { return };
        owns.push(own);
        let count = owns.len();
        drop(owns);
        // A process of one thread stays one: its next call closes what is old. A fork warns
        // about threads, and has to.
        if !self.sweeping.load(Ordering::Relaxed)
            && (count > 1 || !is_main_thread())
            && !self.sweeping.swap(true, Ordering::AcqRel)
        {
            let sweeper = std::thread::Builder::new().name("lomi-idle".into());
            if sweeper.spawn(|| self.sweep()).is_err() {
                self.sweeping.store(false, Ordering::Release);
            }
        }
    }

    /// Closes what stays idle, until nothing is left.
    fn sweep(&self) {
        loop {
            std::thread::sleep(TICK);
            self.sweeping.store(false, Ordering::Release);
            let Ok(mut owns) = self.owns.lock() else { return };
            let now = Instant::now();
            let (left, ended): (Vec<_>, Vec<_>) =
                std::mem::take(&mut *owns).into_iter().partition(|own| own.sweep(now));
            *owns = left;
            let is_empty = owns.is_empty();
            drop(owns);
            drop(ended);
            // A call that ended meanwhile may have started another sweep.
            if is_empty || self.sweeping.swap(true, Ordering::AcqRel) {
                return;
            }
        }
    }
}

#[cfg(target_os = "linux")]
fn is_main_thread() -> bool {
    // SAFETY: both calls have no arguments and cannot fail.
    unsafe { libc::gettid() == libc::getpid() }
}

#[cfg(not(target_os = "linux"))]
fn is_main_thread() -> bool {
    true
}

/// Carries a call out while the calling thread waits. Between slices `look` is asked
/// whether to go on; its error ends the call and frees its connection.
pub fn run<E: From<Error>>(
    mut exchange: Exchange,
    look: impl FnMut() -> Result<(), E>,
) -> Result<Reply, E> {
    let process: &'static Process = process();
    let own = match process.idle.take() {
        Some(own) => own,
        // A second call at the same time, or within a call, makes another.
        None => Own::new(process.generation)?,
    };
    let result = catch_unwind(AssertUnwindSafe(|| own.carry_out(&mut exchange, look)))
        .unwrap_or_else(|_| Err(exchange.broken_off(Error::panicked()).into()));
    // Not in a child that was forked while the call ran.
    if own.generation == generation() {
        process.idle.keep(own);
    }
    result
}
