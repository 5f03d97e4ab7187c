//! A walk through a list: the core's pager behind a JavaScript object.

use std::sync::{Arc, Mutex};

use lomi::schema::Operation;
use lomi::{Error, Input, Pager, Reply};
use napi_derive::napi;

use crate::client::{page, rows, table};
use crate::port::Settled;
use crate::read;

/// Where a walk stands. Its pages are asked for one after the other.
#[napi]
pub struct Walk {
    pub(crate) operation: &'static Operation,
    pub(crate) pager: Arc<Mutex<Pager>>,
}

#[napi]
impl Walk {
    /// A walk through what `operation` lists, from where `input` says.
    #[napi(constructor, catch_unwind)]
    pub fn new(operation: u32, input: Option<String>) -> napi::Result<Self> {
        let told = |e: Error| napi::Error::from_reason(e.message.clone());
        let operation = table(operation).map_err(told)?;
        let input = read::input(input.as_deref()).map_err(told)?;
        Ok(Self { operation, pager: Arc::new(Mutex::new(Pager::new(input))) })
    }

    /// Another walk from the same place.
    #[napi(catch_unwind)]
    pub fn fork(&self) -> napi::Result<Self> {
        let pager = self.pager.lock().map_err(|e| napi::Error::from_reason(e.to_string()))?;
        Ok(Self { operation: self.operation, pager: Arc::new(Mutex::new(pager.clone())) })
    }
}

impl Walk {
    /// What to ask for next; nothing at the end of the list.
    pub(crate) fn input(&self) -> Result<Option<Input>, Error> {
        Ok(locked(&self.pager)?.next().cloned())
    }
}

fn locked(pager: &Mutex<Pager>) -> Result<std::sync::MutexGuard<'_, Pager>, Error> {
    pager.lock().map_err(|_| Error::internal("a walk broke off in a panic"))
}

/// Takes a page in and writes the rows that are new.
pub(crate) fn turn(pager: &Mutex<Pager>, reply: &Reply) -> Result<Settled, Error> {
    let mut pager = locked(pager)?;
    let fresh = pager.accept(reply)?;
    // A list that shifts under a walk shows rows again; those are left out.
    let writer = rows(reply, |at| fresh.has(at))?;
    page(reply, writer, pager.next().is_some())
}

impl Settled {
    /// The end of something, without a value.
    pub(crate) fn nothing(facts: Option<Vec<u8>>) -> Self {
        Self { tag: Self::NOTHING, text: Vec::new(), earlier: Vec::new(), facts, notes: None }
    }
}
