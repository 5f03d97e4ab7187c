//! Finding out whether a call whose outcome is unknown has done its work.

use std::time::{Duration, SystemTime};

use lomi::binding::{Content, FindStep, OutcomeSearch};
use lomi::{Error, FindOptions, FoundOutcome, Response};

use crate::caller::{Caller, waited};
use crate::client::BridgeClient;
use crate::foreign::caller;
use crate::packed::PackedSink;
use crate::response::{any, error};
use crate::text;

#[uniffi::export]
impl BridgeClient {
    /// Finds out, while the calling thread waits. The result is a map: the outcome, its objects, and
    /// for an ambiguous one the reason and when to ask again.
    pub fn find_outcome_blocking(
        &self,
        unknown_call: Vec<u8>,
        options: Vec<u8>,
        check_address: u64,
    ) -> Vec<u8> {
        match text::checked(unknown_call) {
            Ok(call) => waited(self.find_outcome(&mut caller(check_address), &call, &options)),
            Err(refused) => self.refused(refused),
        }
    }
}

impl BridgeClient {
    /// Finds out.
    pub(crate) async fn find_outcome(
        &self,
        caller: &mut impl Caller,
        unknown_call: &str,
        options: &[u8],
    ) -> Vec<u8> {
        let (mut search, timeout) = match self.search(unknown_call, options) {
            Ok(search) => search,
            Err(refused) => return self.refused(refused),
        };
        loop {
            let call = match search.step() {
                FindStep::Done(found) => return outcome(found),
                FindStep::Call(call) => call,
            };
            let (target, input, mut options) = *call;
            options.timeout = timeout;
            let result = self.send(caller, target, input, options).await;
            if let Err(failed) = search.take(result.map(|r| *r), SystemTime::now()) {
                return error(&failed);
            }
        }
    }

    /// A search, and the timeout of each of its calls.
    fn search(
        &self,
        unknown_call: &str,
        options: &[u8],
    ) -> Result<(OutcomeSearch, Option<Duration>), Error> {
        let given = self.options(options)?;
        let known = FindOptions::new().known_ids(given.strings("known_ids")?);
        let search = OutcomeSearch::of_json(Some(unknown_call), known, SystemTime::now())?;
        Ok((search, given.time("timeout")?))
    }
}

fn outcome(found: FoundOutcome) -> Vec<u8> {
    let (word, objects, ambiguous) = match found {
        FoundOutcome::Done(object) => ("done", vec![*object], None),
        FoundOutcome::NotDone => ("not_done", Vec::new(), None),
        FoundOutcome::Ambiguous(why) => {
            ("ambiguous", why.candidates, Some((why.reason, why.ask_again_after)))
        }
        _ => return error(&Error::internal("an outcome that the bridge does not know")),
    };
    let packed: Result<Vec<Vec<u8>>, Error> = objects.iter().filter_map(object).collect();
    let packed = match packed {
        Ok(packed) => packed,
        Err(failed) => return error(&failed),
    };
    any(|writer| {
        writer.map(|map| {
            map.string("outcome", Some(word));
            let objects = map.name("objects");
            objects.list(&packed, |writer, bytes| writer.bytes.extend_from_slice(bytes));
            if let Some((reason, ask_again_after)) = ambiguous {
                map.string("reason", Some(&reason));
                map.seconds("ask_again_after", ask_again_after);
            }
        });
    })
}

/// An object of the outcome; nothing after a delete.
fn object(response: &Response) -> Option<Result<Vec<u8>, Error>> {
    if let Content::Nothing = response.content {
        return None;
    }
    let mut sink = PackedSink::default();
    Some(response.decode(&mut sink).map(|_| sink.writer.bytes))
}
