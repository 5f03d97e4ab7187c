//! Starts a call on the worker and makes sure that it ends.

use std::future::Future;
use std::sync::Arc;

use lomi::binding::Worker;
use lomi::binding::{CallHandle, messages};
use lomi::{Error, ErrorKind};
use napi::Env;

use super::queue::{Delivery, Queue};
use crate::response::CallResult;

/// Starts a call whose result goes into the queue. A call that is aborted or panics ends with
/// the error that its `progress` makes.
pub(crate) fn start(
    queue: &Arc<Queue>,
    env: &Env,
    id: u32,
    progress: Option<CallHandle>,
    work: impl Future<Output = CallResult> + Send + 'static,
) -> Result<(), Error> {
    let worker = Worker::current()?;
    let mut ending = Ending { queue: Arc::clone(queue), id, progress, state: State::InFlight };
    let alone = queue.in_flight.begin();
    if alone {
        queue.keep_alive(env, true);
    }
    let handle = worker.start(alone, async move {
        ending.end(work.await);
        if ending.queue.in_flight.is_many() {
            // Other calls may end at the same moment: one wake-up is enough for all of them.
            tokio::task::yield_now().await;
        }
        drop(ending);
    });
    queue.add_handle(id, handle);
    Ok(())
}

/// Ends its call exactly once, also when the call is aborted or panics, and wakes its thread.
struct Ending {
    queue: Arc<Queue>,
    id: u32,
    progress: Option<CallHandle>,
    state: State,
}

enum State {
    InFlight,
    Ended { wake: bool },
}

impl Ending {
    fn end(&mut self, result: CallResult) {
        if let State::InFlight = self.state {
            let wake = self.queue.push(self.id, Delivery::Result(result));
            self.state = State::Ended { wake };
        }
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        if let State::InFlight = self.state {
            // The future of the call is dropped before, so that no request follows and
            // `progress` has counted every attempt.
            let error = if std::thread::panicking() {
                Error::new(ErrorKind::Internal, "a call ended in a panic")
            } else {
                Error::new(ErrorKind::Cancelled, messages::call_cancelled())
            };
            let error = match &self.progress {
                Some(progress) => progress.ended(error),
                None => error,
            };
            self.end(CallResult::error(&error));
        }
        if let State::Ended { wake: true } = self.state {
            self.queue.wake();
        }
    }
}
