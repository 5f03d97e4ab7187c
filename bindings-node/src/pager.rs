//! The pages of a list: the core's pager as a JavaScript object.

use std::sync::{Arc, Mutex};

use lomi::Error;
use lomi::binding::table::Operation;
use napi_derive::napi;

use crate::{convert, table};

/// The position in a list. Its pages are requested one after the other.
#[napi]
pub struct Pager {
    pub(crate) operation: &'static Operation,
    pub(crate) inner: Arc<Mutex<lomi::binding::Pager>>,
}

#[napi]
impl Pager {
    /// A pager of the list that `operation` gives for `input`.
    #[napi(constructor, catch_unwind)]
    pub fn new(operation: u32, input: Option<String>) -> napi::Result<Self> {
        let to_js = |error: Error| napi::Error::from_reason(error.message().to_owned());
        let operation = table::operation_at(operation).map_err(to_js)?;
        let input = convert::input(input.as_deref()).map_err(to_js)?;
        Ok(Self { operation, inner: Arc::new(Mutex::new(lomi::binding::Pager::new(input))) })
    }

    /// Another pager at the same position.
    #[napi(catch_unwind)]
    pub fn fork(&self) -> napi::Result<Self> {
        let pager = self.inner.lock().map_err(|e| napi::Error::from_reason(e.to_string()))?;
        Ok(Self { operation: self.operation, inner: Arc::new(Mutex::new(pager.clone())) })
    }
}
