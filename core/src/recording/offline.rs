//! What answers the requests of a client that opens no connection.

use std::path::Path;
use std::sync::Arc;

use super::exchange::Received;
use super::replay::Replay;
use super::sent::Sent;
use super::stub::Stub;
use crate::error::Error;

/// What answers every request of a client: a recording or a stub. Clones share their state.
#[derive(Debug, Clone)]
pub struct Offline(Answers);

#[derive(Debug, Clone)]
enum Answers {
    Replay(Arc<Replay>),
    Stub(Stub),
}

impl Offline {
    /// Answers from a recording.
    ///
    /// # Errors [`ErrorKind::Configuration`] for a file that is missing or no recording.
    pub fn replay(path: &Path) -> Result<Self, Error> {
        Ok(Self(Answers::Replay(Arc::new(Replay::open(path)?))))
    }

    /// Answers from a stub.
    pub fn stub(stub: &Stub) -> Self {
        Self(Answers::Stub(stub.clone()))
    }

    /// The base URL of its clients: a host of its own, to which nothing connects.
    pub(crate) fn base_url(&self) -> String {
        match &self.0 {
            Answers::Replay(replay) => replay.base_url.clone(),
            Answers::Stub(stub) => stub.base_url(),
        }
    }

    pub(crate) fn answer(&self, sent: Sent<'_>) -> Received {
        match &self.0 {
            Answers::Replay(replay) => replay.answer(sent),
            Answers::Stub(stub) => stub.answer(sent),
        }
    }
}
