//! A call that the worker thread runs while the script continues.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};

use lomi::binding::{self as core, CHECK_INTERVAL, Worker};
use lomi::{Error, Response};

use crate::send::signals::{BlockedSignals, check_interrupts};
use crate::zend::Thrown;

/// A call in flight on the worker thread.
pub(crate) struct InFlight {
    /// Dropping it cancels the call.
    call: Option<core::InFlight>,
    result: Receiver<Result<Response, Error>>,
    progress: lomi::binding::CallHandle,
}

impl InFlight {
    /// Starts a call.
    pub(crate) fn start(mut prepared: core::Call) -> Result<Self, Thrown> {
        start_worker()?;
        let progress = prepared.progress();
        let (sender, result) = sync_channel(1);
        let call = lomi::binding::execute(prepared);
        let started = Worker::current()?.start(false, async move {
            // The receiver is gone when the promise was dropped.
            let _ = sender.send(call.await);
        });
        Ok(Self { call: Some(started), result, progress })
    }

    /// Waits for the result.
    pub(crate) fn wait(&mut self) -> Result<Response, Thrown> {
        loop {
            match self.result.recv_timeout(CHECK_INTERVAL) {
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
    let generation = lomi::binding::generation();
    if STARTED.load(Ordering::Relaxed) != generation {
        let _signals = BlockedSignals::new();
        Worker::current()?;
        STARTED.store(generation, Ordering::Relaxed);
    }
    Ok(())
}
