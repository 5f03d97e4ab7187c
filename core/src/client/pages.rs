//! Every item of a list, in typed Rust.

use super::Client;
use crate::error::Error;
use crate::json::{Map, Value};
use crate::request::{CallOptions, Input};
use crate::response::{FromObject, Page, Pager};
use crate::table::Operation;

/// Every item of a list, fetched page by page. After an error the next call of
/// [`Pages::next`] asks for the same page again.
pub struct Pages<'c, T> {
    client: &'c Client,
    operation: &'static Operation,
    pager: Pager,
    ready: std::vec::IntoIter<T>,
}

impl<'c, T: FromObject> Pages<'c, T> {
    pub(crate) fn new(
        client: &'c Client,
        operation: &'static Operation,
        query: Map<String, Value>,
    ) -> Self {
        let pager = Pager::new(Input::query(query));
        Self { client, operation, pager, ready: Vec::new().into_iter() }
    }

    /// The next item; nothing at the end of the list.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        loop {
            if let Some(item) = self.ready.next() {
                return Some(Ok(item));
            }
            let input = self.pager.next()?.clone();
            match self.fetch(input).await {
                Ok(items) => self.ready = items.into_iter(),
                Err(error) => return Some(Err(error)),
            }
        }
    }

    async fn fetch(&mut self, input: Input) -> Result<Vec<T>, Error> {
        let response = self.client.call(self.operation, input, CallOptions::default()).await?;
        let fresh = self.pager.accept(&response)?;
        Ok(Page::read_rows(&response, |at| fresh.has(at))?.data)
    }
}
