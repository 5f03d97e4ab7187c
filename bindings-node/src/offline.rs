//! What answers a client without a connection: a recording or a stub.

use std::path::Path;

use lomi::testing::Stub;
use lomi::{Error, binding};
use napi_derive::napi;

use crate::response;

/// A recording or a stub, shared by the clients that it was given to. Its methods return nothing on
/// success, and an error as JSON.
#[napi]
pub struct Offline {
    pub(crate) inner: binding::Offline,
    stub: Stub,
}

#[napi]
impl Offline {
    /// A stub.
    #[napi(constructor, catch_unwind)]
    #[allow(clippy::new_without_default)] // for JavaScript
    pub fn new() -> Self {
        let stub = Stub::new();
        Self { inner: binding::Offline::stub(&stub), stub }
    }

    /// Answers from a recording from now on.
    #[napi(catch_unwind)]
    pub fn replay(&mut self, file: String) -> Option<String> {
        let replay = binding::Offline::replay(Path::new(&file));
        error_of(replay.map(|replay| self.inner = replay))
    }

    /// Sets what the next call of an operation gets.
    #[napi(catch_unwind)]
    pub fn respond(&self, operation: String, status: u16, body: String) -> Option<String> {
        error_of(self.stub.respond(&operation, status, &body))
    }

    /// Makes the next call of an operation fail.
    #[napi(catch_unwind)]
    pub fn fail(&self, operation: String, how: String) -> Option<String> {
        error_of(self.stub.fail(&operation, &how))
    }

    /// The requests so far, as a JSON array.
    #[napi(catch_unwind)]
    pub fn requests(&self) -> String {
        self.stub.requests().to_string()
    }
}

fn error_of(result: Result<(), Error>) -> Option<String> {
    result.err().map(|error| response::error_string(&error))
}
