//! A call that the worker thread runs while the script continues.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};

use lomi::process::{Bundle, SLICE, Started};
use lomi::{Error, Exchange, Reply};

use crate::send::signals::{BlockedSignals, check_interrupts};
use crate::zend::Thrown;

/// A call under way on the process's own thread.
pub(crate) struct InFlight {
    /// Dropped, it ends the call.
    call: Option<Started>,
    result: Receiver<Result<Reply, Error>>,
    progress: lomi::Progress,
}

impl InFlight {
    /// Starts a call.
    pub(crate) fn start(mut exchange: Exchange) -> Result<Self, Thrown> {
        start_worker()?;
        let progress = exchange.progress();
        let (sender, result) = sync_channel(1);
        let call = lomi::execute(exchange);
        let started = Bundle::current()?.start(false, async move {
            // Nobody listens any more when the promise is gone.
            let _ = sender.send(call.await);
        });
        Ok(Self { call: Some(started), result, progress })
    }

    /// Waits for its end.
    pub(crate) fn wait(&mut self) -> Result<Reply, Thrown> {
        loop {
            match self.result.recv_timeout(SLICE) {
                Ok(result) => return Ok(result?),
                Err(RecvTimeoutError::Timeout) => {
                    if let Err(stop) = check_interrupts() {
                        self.call = None;
                        return Err(crate::send::cancellation::attach_cancelled_error(
                            stop,
                            &self.progress,
                        ));
                    }
                }
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Thrown::defect("the call ended without a result"));
                }
            }
        }
    }
}

/// The process whose worker thread was started by [`start_worker`].
static STARTED: AtomicU64 = AtomicU64::new(0);

/// Starts the process's worker thread, for calls that run while the script goes on.
pub(crate) fn start_worker() -> Result<(), Thrown> {
    let generation = lomi::process::generation();
    if STARTED.load(Ordering::Relaxed) != generation {
        let _signals = BlockedSignals::new();
        Bundle::current()?;
        STARTED.store(generation, Ordering::Relaxed);
    }
    Ok(())
}
