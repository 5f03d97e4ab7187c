//! The events that a program has missed.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::SystemTime;

use lomi::binding::{ReconcileStep, Reconciliation, Target};
use lomi::{CallOptions, Error, Input, Response};

use crate::caller::{Caller, waited};
use crate::client::BridgeClient;
use crate::foreign::caller;
use crate::response::{Refusal, error, nothing, result_of};
use crate::text;

/// A run of `reconcile`. After an error, its next event makes the same request again.
#[derive(uniffi::Object)]
pub struct MissedEvents {
    run: Mutex<Run>,
}

struct Run {
    inner: Reconciliation,
    /// The cursor after the last event; after the end, that of the next run.
    cursor: String,
}

/// What comes next: a call to make, or the result to return.
enum Next {
    Call(Box<(Target, Input, CallOptions)>),
    Result(Vec<u8>),
}

#[uniffi::export]
impl MissedEvents {
    /// Continues from a cursor, or starts at a time.
    #[uniffi::constructor]
    pub fn new(since: Vec<u8>) -> Result<Self, Refusal> {
        Ok(Self::since(text::checked(since)?)?)
    }

    /// The cursor after the last event; after the end, that of the next run.
    pub fn cursor(&self) -> Result<String, Refusal> {
        Ok(self.position()?)
    }
}

impl MissedEvents {
    pub(crate) fn since(since: String) -> Result<Self, Error> {
        let inner = Reconciliation::new(&since)?;
        Ok(Self { run: Mutex::new(Run { inner, cursor: since }) })
    }

    pub(crate) fn position(&self) -> Result<String, Error> {
        Ok(self.lock()?.cursor.clone())
    }

    fn lock(&self) -> Result<MutexGuard<'_, Run>, Error> {
        let broken = |_| Error::internal("an earlier call of this run ended in a panic");
        self.run.lock().map_err(broken)
    }

    fn next(&self) -> Result<Next, Error> {
        let mut run = self.lock()?;
        Ok(match run.inner.step()? {
            ReconcileStep::Call(call) => Next::Call(call),
            ReconcileStep::Event(found) => {
                run.cursor = found.cursor;
                Next::Result(result_of(Ok(Box::new(found.event))))
            }
            ReconcileStep::Done(cursor) => {
                run.cursor = cursor;
                Next::Result(nothing())
            }
        })
    }

    fn take(&self, result: Result<Box<Response>, Error>) -> Result<(), Error> {
        self.lock()?.inner.take(result.map(|response| *response), SystemTime::now())
    }
}

#[uniffi::export]
impl BridgeClient {
    /// The next event, while the calling thread waits; at the end the result has no value.
    pub fn next_event_blocking(&self, run: Arc<MissedEvents>, check_address: u64) -> Vec<u8> {
        waited(self.next_event(&mut caller(check_address), &run))
    }
}

impl BridgeClient {
    /// The next event.
    pub(crate) async fn next_event(&self, caller: &mut impl Caller, run: &MissedEvents) -> Vec<u8> {
        loop {
            let taken = match run.next() {
                Ok(Next::Result(result)) => return result,
                Ok(Next::Call(call)) => {
                    let (target, input, options) = *call;
                    run.take(self.send(caller, target, input, options).await)
                }
                Err(failed) => Err(failed),
            };
            if let Err(failed) = taken {
                return error(&failed);
            }
        }
    }
}
