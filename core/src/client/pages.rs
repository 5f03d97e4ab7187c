//! Every item of a list, as typed models.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::Client;
use crate::error::Error;
use crate::request::{CallOptions, Input};
use crate::response::{FromDocument, Page, Pager};
use crate::table::Operation;

/// Every item of a list, fetched page by page: a [`Stream`], or [`Pages::next`] without one. After
/// an error, the same page is requested again.
///
/// ```no_run
/// # async fn run(client: lomi::Client) -> Result<(), lomi::Error> {
/// let mut sessions = client.checkout_sessions().list_all(Default::default());
/// while let Some(session) = sessions.next().await {
///     println!("{:?}", session?.checkout_session_id);
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "a list is only fetched while its items are requested"]
pub struct Pages<T> {
    client: Client,
    operation: &'static Operation,
    /// `None` while a page is fetched.
    pager: Option<Pager>,
    fetching: Option<Fetching<T>>,
    ready: std::vec::IntoIter<T>,
}

type Fetching<T> = Pin<Box<dyn Future<Output = (Pager, Result<Vec<T>, Error>)> + Send>>;

impl<T: FromDocument + 'static> Pages<T> {
    pub(crate) fn new(client: &Client, operation: &'static Operation, input: Input) -> Self {
        Self {
            client: client.clone(),
            operation,
            pager: Some(Pager::new(input)),
            fetching: None,
            ready: Vec::new().into_iter(),
        }
    }

    /// The next item; `None` at the end of the list.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }
}

impl<T: FromDocument + 'static> Stream for Pages<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(item) = self.ready.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            if let Some(pager) = self.pager.take() {
                let Some(input) = pager.next().cloned() else {
                    self.pager = Some(pager);
                    return Poll::Ready(None);
                };
                let client = self.client.clone();
                self.fetching = Some(Box::pin(fetch(client, self.operation, pager, input)));
            }
            let Some(fetching) = &mut self.fetching else { return Poll::Ready(None) };
            let (pager, page) = ready!(fetching.as_mut().poll(context));
            (self.pager, self.fetching) = (Some(pager), None);
            match page {
                Ok(items) => self.ready = items.into_iter(),
                Err(error) => return Poll::Ready(Some(Err(error))),
            }
        }
    }
}

/// No field refers to another one.
impl<T> Unpin for Pages<T> {}

async fn fetch<T: FromDocument>(
    client: Client,
    operation: &'static Operation,
    mut pager: Pager,
    input: Input,
) -> (Pager, Result<Vec<T>, Error>) {
    let page = match client.call(operation, input, CallOptions::default()).await {
        Ok(response) => pager
            .accept(&response)
            .and_then(|new| Page::read_rows(&response, |position| new.has(position)))
            .map(|page| page.data),
        Err(error) => Err(error),
    };
    (pager, page)
}
