//! A call that the worker thread runs while the script continues.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};

use lomi::process::{Bundle, SLICE, Started};
use lomi::{Error, Exchange, Reply};

use crate::send::signals::{BlockedSignals, check_interrupts};
use crate::zend::Thrown;

/// A call in flight on the worker thread.
pub(crate) struct InFlight {
    /// Dropping it cancels the call.
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
            // The receiver is gone when the promise was dropped.
            let _ = sender.send(call.await);
        });
        Ok(Self { call: Some(started), result, progress })
    }

    /// Waits for the result.
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

/// The process, by its generation, whose worker thread [`start_worker`] has started.
static STARTED: AtomicU64 = AtomicU64::new(0);

/// Starts the worker thread, with signals blocked, for calls that run while the script continues.
pub(crate) fn start_worker() -> Result<(), Thrown> {
    let generation = lomi::process::generation();
    if STARTED.load(Ordering::Relaxed) != generation {
        let _signals = BlockedSignals::new();
        Bundle::current()?;
        STARTED.store(generation, Ordering::Relaxed);
    }
    Ok(())
}
