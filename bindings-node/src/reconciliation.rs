//! A run of `reconcile`: the core's run as a JavaScript object.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::SystemTime;

use lomi::binding::{self, ReconcileStep, Target};
use lomi::{CallOptions, Error, Input, Response};
use napi_derive::napi;

use crate::response::{self, AtOnce, CallResult};

/// A run. Its calls are made one after the other; after an error, the same one again.
#[napi]
pub struct Reconciliation {
    pub(crate) inner: Arc<Mutex<binding::Reconciliation>>,
    /// The call to make now.
    next: Option<Box<(Target, Input, CallOptions)>>,
    /// The cursor after the last event; after the end, that of the next run.
    cursor: String,
}

#[napi]
impl Reconciliation {
    /// Goes on from a cursor, or starts at a time.
    #[napi(constructor, catch_unwind)]
    pub fn new(since: String) -> napi::Result<Self> {
        let run = binding::Reconciliation::new(&since);
        let run = run.map_err(|error| napi::Error::from_reason(error.message().to_owned()))?;
        Ok(Self { inner: Arc::new(Mutex::new(run)), next: None, cursor: since })
    }

    /// Nothing while a call must be made, then an event; at the end, a result without a value.
    #[napi(catch_unwind)]
    pub fn step(&mut self) -> Option<AtOnce> {
        let step = lock(&self.inner).and_then(|mut run| run.step());
        let result = match step {
            Ok(ReconcileStep::Call(call)) => {
                self.next = Some(call);
                return None;
            }
            Ok(ReconcileStep::Done(cursor)) => {
                self.cursor = cursor;
                CallResult::nothing(None)
            }
            Ok(ReconcileStep::Event(found)) => {
                self.cursor = found.cursor;
                response::result_of(Ok(found.event))
            }
            Err(error) => CallResult::error(&error),
        };
        Some(AtOnce(result))
    }

    #[napi(getter, catch_unwind)]
    pub fn cursor(&self) -> String {
        self.cursor.clone()
    }
}

impl Reconciliation {
    /// The call to make now.
    pub(crate) fn next(&mut self) -> Result<(Target, Input, CallOptions), Error> {
        let next = self.next.take().ok_or_else(|| Error::internal("the run is over"))?;
        Ok(*next)
    }
}

/// Gives the result of a call to its run.
pub(crate) fn taken(
    run: &Mutex<binding::Reconciliation>,
    result: Result<Response, Error>,
) -> CallResult {
    match lock(run).and_then(|mut run| run.take(result, SystemTime::now())) {
        Ok(()) => CallResult::nothing(None),
        Err(error) => CallResult::error(&error),
    }
}

fn lock(
    run: &Mutex<binding::Reconciliation>,
) -> Result<MutexGuard<'_, binding::Reconciliation>, Error> {
    run.lock().map_err(|_| Error::internal("an earlier call of this run ended in a panic"))
}
