//! The client whose calls block.

use std::path::Path;
use std::time::SystemTime;

use bytes::Bytes;

use crate::client::download::saved;
use crate::error::{Error, UnknownCall};
use crate::find_outcome::{FindOptions, FindStep, FoundOutcome, OutcomeSearch, nothing_to_find};
use crate::request::{CallOptions, DownloadOptions, Input, Target};
use crate::response::{Confirmation, Created, FromDocument, Response};
use crate::runtime::run_blocking;
use crate::table::Operation;

/// Configures a [`Client`]. Everything is optional.
///
/// ```
/// let client = lomi::blocking::Client::builder().api_key("lomi_sk_test_1").build()?;
/// # Ok::<(), lomi::Error>(())
/// ```
pub type ClientBuilder = crate::client::ClientBuilder<Client>;

/// A client of the lomi. API whose calls block. It has no connection and no thread, so it may be
/// cloned, shared between threads and used on both sides of a fork.
///
/// ```no_run
/// let client = lomi::blocking::Client::new("lomi_sk_test_...")?;
/// let session = client.checkout_sessions().get("cs_1")?;
/// println!("{:?}", session.status);
/// # Ok::<(), lomi::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Client {
    inner: crate::Client,
}

impl From<crate::Client> for Client {
    fn from(inner: crate::Client) -> Self {
        Self { inner }
    }
}

impl Client {
    /// A client with a secret key and the defaults for everything else.
    ///
    /// # Errors [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if the key is
    /// invalid.
    pub fn new(api_key: impl Into<String>) -> Result<Self, Error> {
        Self::builder().api_key(api_key).build()
    }

    /// A builder, to set options.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::new()
    }

    /// Calls any other endpoint, by method and by path below the base URL; see
    /// [`lomi::Client::request`](crate::Client::request).
    pub fn request(
        &self,
        method: http::Method,
        path: &str,
        input: Input,
        options: CallOptions,
    ) -> Result<Response, Error> {
        self.send(Target::Raw { method, path: path.to_owned() }, input, options)
    }

    /// Downloads a file that the API links to, into memory; see
    /// [`lomi::Client::download`](crate::Client::download).
    pub fn download(&self, url: &str, options: DownloadOptions) -> Result<Bytes, Error> {
        Ok(self.fetch(url, None, options)?.body)
    }

    /// Downloads a file that the API links to, saves it, and returns its size; see
    /// [`lomi::Client::download_to`](crate::Client::download_to).
    pub fn download_to(
        &self,
        url: &str,
        path: impl AsRef<Path>,
        options: DownloadOptions,
    ) -> Result<u64, Error> {
        saved(&self.fetch(url, Some(path.as_ref()), options)?)
    }

    fn fetch(
        &self,
        url: &str,
        to: Option<&Path>,
        options: DownloadOptions,
    ) -> Result<Response, Error> {
        let (download, options) = options.call(url, to);
        self.send(Target::Download(download), Input::default(), options)
    }

    /// Confirms a call that the server asked to be confirmed; see
    /// [`lomi::Client::confirm`](crate::Client::confirm).
    pub fn confirm<T: FromDocument>(&self, first: Confirmation<T>) -> Result<T, Error> {
        let (target, input, options) = first.response.confirmation()?;
        let response = self.send(target, input, options)?;
        Created::read(&response)?.into_inner()
    }

    /// Finds out whether a call whose outcome is unknown has done its work; see
    /// [`lomi::Client::find_outcome`](crate::Client::find_outcome).
    pub fn find_outcome(&self, error: &Error) -> Result<FoundOutcome, Error> {
        let call = error.unknown_call().ok_or_else(nothing_to_find)?;
        self.find_outcome_of(call, FindOptions::default())
    }

    /// Like [`Self::find_outcome`], for what an earlier process has stored, and with options.
    pub fn find_outcome_of(
        &self,
        call: &UnknownCall,
        options: FindOptions,
    ) -> Result<FoundOutcome, Error> {
        let mut search = OutcomeSearch::new(call.clone(), options, SystemTime::now());
        loop {
            match search.step() {
                FindStep::Done(found) => return Ok(found),
                FindStep::Call(call) => {
                    let (target, input, options) = *call;
                    let result = self.send(target, input, options);
                    search.take(result, SystemTime::now())?;
                }
            }
        }
    }

    /// Opens a connection for the next call; see
    /// [`lomi::Client::prewarm`](crate::Client::prewarm).
    pub fn prewarm(&self) -> Result<(), Error> {
        self.send(Target::Connection, Input::default(), CallOptions::new()).map(drop)
    }

    /// Calls one operation of the table.
    pub(super) fn call(
        &self,
        operation: &'static Operation,
        input: Input,
        options: CallOptions,
    ) -> Result<Box<Response>, Error> {
        run_blocking(self.inner.prepare(Target::Operation(operation), input, options)?, || Ok(()))
    }

    pub(super) fn send(
        &self,
        target: Target,
        input: Input,
        options: CallOptions,
    ) -> Result<Response, Error> {
        let call = self.inner.prepare(target, input, options)?;
        run_blocking(call, || Ok(())).map(|response| *response)
    }
}
