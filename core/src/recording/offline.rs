//! What answers the requests of a client that opens no connection.

use std::path::Path;
use std::sync::Arc;

use http::HeaderMap;

use super::exchange::Received;
use super::replay::Replay;
use super::stub::Stub;
use crate::error::{Error, ErrorKind, Outcome};
use crate::json::{Map, Value};
use crate::table::Operation;

/// A request, for what answers without a connection.
#[derive(Debug)]
pub(crate) struct Sent<'a> {
    /// The operation's name, or the method and path of another endpoint.
    pub(crate) name: &'a str,
    pub(crate) operation: Option<&'static Operation>,
    pub(crate) method: &'a str,
    /// The path and the query.
    pub(crate) target: &'a str,
    /// The values of the path's parameters.
    pub(crate) path: &'a Map<String, Value>,
    pub(crate) idempotency_key: Option<&'a str>,
    /// The id of the call, which its attempts share.
    pub(crate) call: &'a str,
    /// The JSON of the body; null if there is none.
    pub(crate) body: Value,
}

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

impl Received {
    /// A response with a JSON body.
    pub(super) fn json(status: u16, body: &Value) -> Self {
        let mut headers = HeaderMap::new();
        let json = http::HeaderValue::from_static("application/json");
        headers.insert(http::header::CONTENT_TYPE, json);
        Self::Response { status, headers, body: body.to_string().into() }
    }

    /// A failure that no retry can mend.
    pub(crate) fn refused(message: String) -> Self {
        Self::Failure { kind: ErrorKind::Configuration, outcome: Outcome::Final, message }
    }
}
