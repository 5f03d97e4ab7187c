//! What a native method is to do with a client.

use std::sync::Arc;

use lomi::Error;

use super::objects;
use crate::caller::Caller;
use crate::client::BridgeClient;
use crate::events::MissedEvents;
use crate::packed::Reader;
use crate::pages::Pager;

const CALL: i32 = 0;
const NEXT_PAGE: i32 = 1;
const NEXT_EVENT: i32 = 2;
const FIND_OUTCOME: i32 = 3;

/// A call, or a step that makes calls.
pub(super) enum Work {
    Call(Vec<u8>),
    NextPage(Arc<Pager>, Vec<u8>),
    NextEvent(Arc<MissedEvents>),
    FindOutcome(Vec<u8>),
}

impl Work {
    /// A kind, the number of an object that it needs, and bytes.
    pub(super) fn new(kind: i32, of: i64, bytes: Vec<u8>) -> Result<Self, Error> {
        Ok(match kind {
            CALL => Self::Call(bytes),
            NEXT_PAGE => Self::NextPage(objects::pager(of)?, bytes),
            NEXT_EVENT => Self::NextEvent(objects::events(of)?),
            FIND_OUTCOME => Self::FindOutcome(bytes),
            _ => return Err(Error::internal(format!("there is no kind of work {kind}"))),
        })
    }

    pub(super) async fn run(self, client: &BridgeClient, caller: &mut impl Caller) -> Vec<u8> {
        match self {
            Self::Call(call) => client.call(caller, &call).await,
            Self::NextPage(pages, options) => client.next_page(caller, &pages, &options).await,
            Self::NextEvent(run) => client.next_event(caller, &run).await,
            Self::FindOutcome(bytes) => match unknown_call(&bytes) {
                Ok((call, options)) => client.find_outcome(caller, call, options).await,
                Err(refused) => client.refused(refused),
            },
        }
    }
}

/// An unknown call as JSON, and the options of its search.
fn unknown_call(bytes: &[u8]) -> Result<(&str, &[u8]), Error> {
    let mut reader = Reader::new(bytes);
    Ok((reader.text()?, reader.rest()))
}
