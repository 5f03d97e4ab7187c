//! Calls, of which the caller waits or which the worker thread drives. The worker hands over the result
//! of a call to the JVM, which resumes the coroutine of the call on a thread of its own.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use lomi::Error;
use lomi::binding::{CallCount, InFlight, Worker};

use super::objects;
use super::work::Work;
use crate::caller::{Awaiting, Blocking, Progress, waited};
use crate::lock::lock;
use crate::response::error;

/// Takes the number of a call and its result.
pub(super) type Deliver = fn(i64, &[u8]);

/// A call in flight, until it has ended or is cancelled.
struct Started {
    progress: Arc<Progress>,
    /// Dropping it cancels the call. `None` while it is being started.
    in_flight: Option<InFlight>,
}

/// The calls in flight by their numbers, which the JVM chooses. Not for each process: see `objects`.
static STARTED: LazyLock<Mutex<HashMap<i64, Started>>> = LazyLock::new(Mutex::default);
static IN_FLIGHT: LazyLock<CallCount> = LazyLock::new(CallCount::default);

/// Makes a call while the calling thread waits.
pub(super) fn blocking(
    client: i64,
    work: Result<Work, Error>,
    is_interrupted: impl FnMut() -> bool,
) -> Vec<u8> {
    match (objects::client(client), work) {
        (Ok(client), Ok(work)) => waited(work.run(&client, &mut Blocking(is_interrupted))),
        (Err(refused), _) | (_, Err(refused)) => error(&refused),
    }
}

/// Starts a call. Its result is delivered, unless it is cancelled before.
pub(super) fn start(number: i64, client: i64, work: Result<Work, Error>, deliver: Deliver) {
    let refused = match (objects::client(client), work, Worker::current()) {
        (Ok(client), Ok(work), Ok(worker)) => {
            let progress = Arc::new(Progress::default());
            // Kept before it is started: it may end at once.
            let started = Started { progress: Arc::clone(&progress), in_flight: None };
            lock(&STARTED).insert(number, started);
            let result = None;
            let mut ending = Ending { number, progress: Arc::clone(&progress), result, deliver };
            let in_flight = worker.start(IN_FLIGHT.begin(), async move {
                ending.end(work.run(&client, &mut Awaiting(progress)).await);
            });
            if let Some(started) = lock(&STARTED).get_mut(&number) {
                started.in_flight = Some(in_flight);
            }
            return;
        }
        (Err(refused), ..) | (_, Err(refused), _) | (.., Err(refused)) => refused,
    };
    deliver(number, &error(&refused));
}

/// Cancels a call, which closes its connection. The result is the error of the call; nothing if it has
/// just ended.
pub(super) fn cancel(number: i64) -> Option<Vec<u8>> {
    let started = lock(&STARTED).remove(&number)?;
    drop(started.in_flight);
    Some(error(&started.progress.cancelled()))
}

/// Hands over the result of its call, also when that ends in a panic.
struct Ending {
    number: i64,
    progress: Arc<Progress>,
    /// `None` if the call has been cancelled or has panicked.
    result: Option<Vec<u8>>,
    deliver: Deliver,
}

impl Ending {
    fn end(&mut self, result: Vec<u8>) {
        self.result = Some(result);
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        IN_FLIGHT.end(1);
        // Nobody waits for a call that has been cancelled.
        let Some(started) = lock(&STARTED).remove(&self.number) else { return };
        if let Some(in_flight) = started.in_flight {
            in_flight.detach();
        }
        let panicked = || error(&self.progress.ended(Error::internal("a call ended in a panic")));
        (self.deliver)(self.number, &self.result.take().unwrap_or_else(panicked));
    }
}
