//! What answers a client without a connection: a recording or a stub.

use std::path::Path;

use lomi::testing::Stub;
use lomi::{Error, binding};

use crate::response::{Refusal, error, nothing};
use crate::text;

/// A recording or a stub, shared by the clients that it was given to.
#[derive(uniffi::Object)]
pub struct Offline {
    pub(crate) inner: binding::Offline,
    /// A recording has a stub that nothing asks.
    stub: Stub,
}

#[uniffi::export]
impl Offline {
    /// A stub.
    #[uniffi::constructor]
    #[allow(clippy::new_without_default)] // for the other languages
    pub fn new() -> Self {
        let stub = Stub::new();
        Self { inner: binding::Offline::stub(&stub), stub }
    }

    /// Answers from a recording.
    #[uniffi::constructor]
    pub fn replay(file: Vec<u8>) -> Result<Self, Refusal> {
        Ok(Self::of_recording(&text::checked(file)?)?)
    }

    /// Sets what the next call of an operation gets.
    pub fn respond(&self, operation: Vec<u8>, status: u16, body: Vec<u8>) -> Vec<u8> {
        let given = text::checked(operation).and_then(|name| Ok((name, text::checked(body)?)));
        empty(given.and_then(|(name, body)| self.stub.respond(&name, status, &body)))
    }

    /// Makes the next call of an operation fail.
    pub fn fail(&self, operation: Vec<u8>, how: Vec<u8>) -> Vec<u8> {
        let given = text::checked(operation).and_then(|name| Ok((name, text::checked(how)?)));
        empty(given.and_then(|(name, how)| self.stub.fail(&name, &how)))
    }

    /// The requests so far, as a JSON array.
    pub fn requests(&self) -> String {
        self.stub.requests().to_string()
    }
}

impl Offline {
    pub(crate) fn of_recording(file: &str) -> Result<Self, Error> {
        Ok(Self { inner: binding::Offline::replay(Path::new(file))?, stub: Stub::new() })
    }
}

fn empty(result: Result<(), Error>) -> Vec<u8> {
    result.map_or_else(|failed| error(&failed), |()| nothing())
}
