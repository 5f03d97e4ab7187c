//! Observes a blocking call: its events go to Python on the thread that makes the call.

use std::sync::Mutex;

use pyo3::prelude::*;

use crate::error::BindingError;
use crate::events::{Event, Wanted};
use crate::python_code;

/// Calls a Python function with each event that is wanted. The core calls this while the thread
/// waits for the call, outside its runtime, so the function may make calls as well.
pub(crate) struct ThreadObserver {
    observe: Py<PyAny>,
    wanted: Wanted,
    /// What the function raised, such as the KeyboardInterrupt of a signal handler.
    raised: Mutex<Option<PyErr>>,
}

impl ThreadObserver {
    pub(crate) fn new(observe: Py<PyAny>, wanted: Wanted) -> Self {
        Self { observe, wanted, raised: Mutex::default() }
    }

    /// What the function raised, once.
    pub(crate) fn take_raised(&self) -> Option<PyErr> {
        self.raised.lock().ok()?.take()
    }

    fn deliver(&self, event: Option<Event>) {
        let Some(event) = event else { return };
        // A daemon thread may still be here when the interpreter has ended.
        let delivered = Python::try_attach(|py| {
            let event = event.into_python(py)?;
            python_code::call(self.observe.bind(py), (event,)).map(drop)?;
            Ok(())
        });
        if let Some(Err(BindingError::Python(error))) = delivered
            && let Ok(mut raised) = self.raised.lock()
        {
            raised.get_or_insert(error);
        }
    }
}

impl lomi::Observer for ThreadObserver {
    fn on_request(&self, event: &lomi::RequestEvent<'_>) {
        self.deliver(self.wanted.request(event));
    }

    fn on_response(&self, event: &lomi::ResponseEvent<'_>) {
        self.deliver(self.wanted.response(event));
    }
}
