//! What answers a client without a connection: a recording or a stub.

use std::path::PathBuf;

use lomi::binding;
use lomi::testing::Stub;
use pyo3::prelude::*;

use crate::error::BindingError;
use crate::exception::guarded;

/// A recording or a stub, shared by the clients that it was given to.
#[pyclass(frozen, module = "lomi._lomi")]
pub(crate) struct Offline {
    pub(crate) inner: binding::Offline,
    stub: Stub,
}

#[pymethods]
impl Offline {
    /// Answers from a recording.
    #[staticmethod]
    fn replay(file: PathBuf) -> PyResult<Self> {
        guarded(|| Ok(Self { inner: binding::Offline::replay(&file)?, stub: Stub::new() }))
    }

    /// Answers from a stub.
    #[staticmethod]
    fn stub() -> Self {
        let stub = Stub::new();
        Self { inner: binding::Offline::stub(&stub), stub }
    }

    /// Sets what the next call of an operation gets.
    fn respond(&self, operation: &str, status: u16, body: &str) -> PyResult<()> {
        guarded(|| self.stub.respond(operation, status, body).map_err(BindingError::from))
    }

    /// Makes the next call of an operation fail.
    fn fail(&self, operation: &str, how: &str) -> PyResult<()> {
        guarded(|| self.stub.fail(operation, how).map_err(BindingError::from))
    }

    /// The requests so far, as a JSON array.
    fn requests(&self) -> String {
        self.stub.requests().to_string()
    }
}
