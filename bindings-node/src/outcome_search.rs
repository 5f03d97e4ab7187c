//! The search for the outcome of a call: the core's search as a JavaScript object.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::SystemTime;

use lomi::binding::{self, FindStep, Target};
use lomi::{CallOptions, Error, FindOptions, FoundOutcome, Input, Map, Response, Value};
use napi_derive::napi;

use crate::response::{self, AtOnce, CallResult};

/// A search. Its calls are made one after the other; after an error, the same one again.
#[napi]
pub struct OutcomeSearch {
    pub(crate) inner: Arc<Mutex<binding::OutcomeSearch>>,
    /// The call to make now.
    next: Option<Box<(Target, Input, CallOptions)>>,
    /// The objects of the outcome.
    objects: Vec<Response>,
}

#[napi]
impl OutcomeSearch {
    /// A search for the `unknownCall` of an error.
    #[napi(constructor, catch_unwind)]
    pub fn new(unknown_call: Option<String>, known_ids: Vec<String>) -> napi::Result<Self> {
        let options = FindOptions::new().known_ids(known_ids);
        let search =
            binding::OutcomeSearch::of_json(unknown_call.as_deref(), options, SystemTime::now());
        let search =
            search.map_err(|error| napi::Error::from_reason(error.message().to_owned()))?;
        Ok(Self { inner: Arc::new(Mutex::new(search)), next: None, objects: Vec::new() })
    }

    /// Nothing while a call must be made, then once the outcome as JSON, with the number of its
    /// objects.
    #[napi(catch_unwind)]
    pub fn step(&mut self) -> napi::Result<Option<String>> {
        let step = lock(&self.inner).map(|mut search| search.step());
        let found = match step.map_err(|error| napi::Error::from_reason(error.to_string()))? {
            FindStep::Call(call) => {
                self.next = Some(call);
                return Ok(None);
            }
            FindStep::Done(found) => found,
        };
        let mut outcome: Map<String, Value> = Map::new();
        let word = match found {
            FoundOutcome::Done(object) => {
                self.objects = vec![*object];
                "done"
            }
            FoundOutcome::NotDone => "not_done",
            FoundOutcome::Ambiguous(why) => {
                self.objects = why.candidates;
                outcome.insert("reason".to_owned(), why.reason.into());
                let seconds = why.ask_again_after.map(|pause| pause.as_secs_f64());
                outcome
                    .insert("askAgainAfter".to_owned(), seconds.map_or(Value::Null, Value::from));
                "ambiguous"
            }
            _ => {
                return Err(napi::Error::from_reason("an outcome that this package does not know"));
            }
        };
        outcome.insert("outcome".to_owned(), word.into());
        outcome.insert("objects".to_owned(), self.objects.len().into());
        Ok(Some(Value::from(outcome).to_string()))
    }

    /// One of the objects of the outcome.
    #[napi(catch_unwind)]
    pub fn object(&self, at: u32) -> AtOnce {
        let object = self.objects.get(at as usize).cloned();
        let object = object.ok_or_else(|| Error::internal("the outcome has no such object"));
        AtOnce(response::result_of(object))
    }
}

impl OutcomeSearch {
    /// The call to make now, with the options of the caller for each call of the search.
    pub(crate) fn next(
        &mut self,
        given: CallOptions,
    ) -> Result<(Target, Input, CallOptions), Error> {
        let next = self.next.take().ok_or_else(|| Error::internal("the search is over"))?;
        let (target, input, mut options) = *next;
        options.timeout = given.timeout;
        Ok((target, input, options))
    }
}

/// Gives the result of a call to its search.
pub(crate) fn taken(
    search: &Mutex<binding::OutcomeSearch>,
    result: Result<Response, Error>,
) -> CallResult {
    match lock(search).and_then(|mut search| search.take(result, SystemTime::now())) {
        Ok(()) => CallResult::nothing(None),
        Err(error) => CallResult::error(&error),
    }
}

fn lock(
    search: &Mutex<binding::OutcomeSearch>,
) -> Result<MutexGuard<'_, binding::OutcomeSearch>, Error> {
    search.lock().map_err(|_| Error::internal("an earlier call of this search ended in a panic"))
}
