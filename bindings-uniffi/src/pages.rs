//! The pages of a list.

use std::sync::{Arc, Mutex, MutexGuard};

use lomi::binding::table::Operation;
use lomi::binding::{self, Target, call_options};
use lomi::{CallOptions, Error, Input, Response, Value};

use crate::binding::{Binding, operation_at};
use crate::caller::{Caller, waited};
use crate::client::{BridgeClient, input};
use crate::foreign::caller;
use crate::packed::value_of;
use crate::response::{Refusal, error, nothing, page_of};
use crate::text;

/// The position in a list. Its pages are requested one after the other.
#[derive(uniffi::Object)]
pub struct Pager {
    operation: &'static Operation,
    inner: Mutex<binding::Pager>,
}

#[uniffi::export]
impl Pager {
    /// A pager of the list that an operation gives for some values. `binding` is the language.
    #[uniffi::constructor]
    pub fn new(binding: Vec<u8>, operation: u16, values: Vec<u8>) -> Result<Self, Refusal> {
        Ok(Self::of(&text::checked(binding)?, operation, value_of(&values)?)?)
    }

    /// Another pager at the same position.
    pub fn fork(&self) -> Result<Self, Refusal> {
        Ok(self.forked()?)
    }
}

impl Pager {
    pub(crate) fn of(binding: &str, operation: u16, values: Value) -> Result<Self, Error> {
        let operation = operation_at(operation)?;
        let input = input(values, Binding::named(Some(binding))?)?;
        Ok(Self { operation, inner: Mutex::new(binding::Pager::new(input)) })
    }

    pub(crate) fn forked(&self) -> Result<Self, Error> {
        let pager = self.lock()?.clone();
        Ok(Self { operation: self.operation, inner: Mutex::new(pager) })
    }

    fn lock(&self) -> Result<MutexGuard<'_, binding::Pager>, Error> {
        let broken = |_| Error::internal("an earlier request of this list ended in a panic");
        self.inner.lock().map_err(broken)
    }

    /// What to request for the next page; nothing at the end of the list.
    fn next(&self) -> Result<Option<(Target, Input)>, Error> {
        let next = self.lock()?.next().cloned();
        Ok(next.map(|input| (Target::Operation(self.operation), input)))
    }

    fn accept(&self, result: Result<Box<Response>, Error>) -> Vec<u8> {
        let page = result.and_then(|response| {
            let mut pager = self.lock()?;
            // A list that grows between two requests repeats rows of the page before; they are
            // left out.
            let rows = pager.accept(&response)?;
            let more = pager.next().is_some();
            response.read_with(|response| page_of(response, &rows, more))
        });
        page.unwrap_or_else(|failed| error(&failed))
    }
}

#[uniffi::export]
impl BridgeClient {
    /// Requests the next page while the calling thread waits; at the end of the list the result has
    /// no value.
    pub fn next_page_blocking(
        &self,
        pages: Arc<Pager>,
        options: Vec<u8>,
        check_address: u64,
    ) -> Vec<u8> {
        waited(self.next_page(&mut caller(check_address), &pages, &options))
    }
}

impl BridgeClient {
    /// Requests the next page.
    pub(crate) async fn next_page(
        &self,
        caller: &mut impl Caller,
        pages: &Pager,
        options: &[u8],
    ) -> Vec<u8> {
        match self.page_request(pages, options) {
            Ok(Some((target, input, options))) => {
                pages.accept(self.send(caller, target, input, options).await)
            }
            Ok(None) => nothing(),
            Err(refused) => self.refused(refused),
        }
    }

    fn page_request(
        &self,
        pages: &Pager,
        options: &[u8],
    ) -> Result<Option<(Target, Input, CallOptions)>, Error> {
        let Some((target, input)) = pages.next()? else { return Ok(None) };
        Ok(Some((target, input, call_options(&self.options(options)?)?)))
    }
}
