//! A call that the worker thread runs while the script continues.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};

use lomi::binding::{self as core, CHECK_INTERVAL, Worker};
use lomi::{Error, Response};

use crate::send::cancellation::attach_cancelled_error;
use crate::send::event::Event;
use crate::send::observer::queue;
use crate::send::reporter::Reporter;
use crate::send::signals::{BlockedSignals, check_interrupts};
use crate::zend::{Thrown, is_ending};

/// A call in flight on the worker thread.
pub(crate) struct InFlight {
    /// Dropping it cancels the call.
    call: Option<core::InFlight>,
    result: Receiver<Result<Box<Response>, Error>>,
    /// The events of an observed call.
    events: Option<Receiver<Event>>,
    progress: lomi::binding::CallHandle,
}

impl InFlight {
    /// Starts a call.
    pub(super) fn start(mut prepared: Box<core::Call>, is_observed: bool) -> Result<Self, Thrown> {
        start_worker()?;
        let progress = prepared.progress();
        let events = is_observed.then(|| queue(&mut prepared));
        let (sender, result) = sync_channel(1);
        let call = lomi::binding::execute(prepared);
        let started = Worker::current()?.start(false, async move {
            // The receiver is gone when the promise was dropped.
            let _ = sender.send(call.await);
        });
        Ok(Self { call: Some(started), result, events, progress })
    }

    /// Waits for the result. The events go to the reporter in between, and all of them before the
    /// result is returned.
    pub(super) fn wait(&mut self, reporter: Option<&Reporter>) -> Result<Box<Response>, Thrown> {
        loop {
            let result = self.result.recv_timeout(CHECK_INTERVAL);
            let stopped = self.deliver_events(reporter);
            let stopped = stopped.and_then(|()| match &result {
                Err(RecvTimeoutError::Timeout) => check_interrupts(),
                _ => Ok(()),
            });
            if let Err(stop) = stopped {
                self.call = None;
                return Err(attach_cancelled_error(stop, &self.progress));
            }
            match result {
                Ok(result) => return Ok(result?),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Thrown::defect("the call ended without a result"));
                }
            }
        }
    }

    /// Hands the events so far to the reporter. The error is the end of the script.
    fn deliver_events(&self, reporter: Option<&Reporter>) -> Result<(), Thrown> {
        let (Some(events), Some(reporter)) = (&self.events, reporter) else { return Ok(()) };
        for event in events.try_iter() {
            reporter.deliver(&event);
            if is_ending() {
                return Err(Thrown::Pending);
            }
        }
        Ok(())
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
