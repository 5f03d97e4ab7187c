//! Every item of a list, one blocking call for each page.

use super::Client;
use crate::error::Error;
use crate::request::{CallOptions, Input};
use crate::response::{FromDocument, Page, Pager};
use crate::table::Operation;

/// Every item of a list, fetched page by page as needed. After an error, the same page is requested
/// again.
///
/// ```no_run
/// # fn run(client: lomi::blocking::Client) -> Result<(), lomi::Error> {
/// for session in client.checkout_sessions().list_all(Default::default()) {
///     println!("{:?}", session?.checkout_session_id);
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "a list is only fetched while its items are requested"]
pub struct Pages<T> {
    client: Client,
    operation: &'static Operation,
    pager: Pager,
    ready: std::vec::IntoIter<T>,
}

impl<T: FromDocument> Pages<T> {
    pub(super) fn new(client: &Client, operation: &'static Operation, input: Input) -> Self {
        let pager = Pager::new(input);
        Self { client: client.clone(), operation, pager, ready: Vec::new().into_iter() }
    }

    fn fetch(&mut self, input: Input) -> Result<Vec<T>, Error> {
        let response = self.client.call(self.operation, input, CallOptions::default())?;
        let new = self.pager.accept(&response)?;
        Ok(Page::read_rows(&response, |position| new.has(position))?.data)
    }
}

impl<T: FromDocument> Iterator for Pages<T> {
    type Item = Result<T, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(item) = self.ready.next() {
                return Some(Ok(item));
            }
            let input = self.pager.next()?.clone();
            match self.fetch(input) {
                Ok(items) => self.ready = items.into_iter(),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}
