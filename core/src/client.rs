//! The client: a configuration, and the calls made with it. It has no connection and no thread, so
//! it may be cloned, shared and used on both sides of a fork.

mod builder;
pub(crate) mod download;
mod missed_events;
mod pages;

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use crate::call::Call;
use crate::config::{Config, ConfigBuilder};
use crate::error::{Error, UnknownCall};
use crate::find_outcome::{FindOptions, FindStep, FoundOutcome, OutcomeSearch, nothing_to_find};
use crate::request::{CallOptions, Input, Target};
use crate::response::{Confirmation, Created, FromDocument, Response};
use crate::runtime;
use crate::table::Operation;
use crate::{log, transport};

pub use builder::ClientBuilder;
pub use missed_events::MissedEvents;
pub use pages::Pages;

/// A client of the lomi. API. It has no connection and no thread, so it may be cloned, shared
/// between tasks and used on both sides of a fork.
///
/// ```no_run
/// # async fn run() -> Result<(), lomi::Error> {
/// let client = lomi::Client::new("lomi_sk_test_...")?;
/// let session = client.checkout_sessions().get("cs_1").await?;
/// println!("{:?}", session.status);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Client {
    config: Arc<Config>,
}

impl Client {
    /// Makes a client for a binding.
    #[doc(hidden)]
    pub fn with(builder: ConfigBuilder) -> Result<Self, Error> {
        let config = builder.build()?;
        if !config.binding_logs {
            log::warnings_of_client(&config.warnings);
        }
        Ok(Self { config })
    }

    /// Makes a client whose calls are answered from a recording (`LOMI_RECORD`, or
    /// [`ClientBuilder::record`]). Nothing is sent, and no key is needed.
    ///
    /// # Errors [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) for a file that is
    /// missing or no recording.
    pub fn replay(file: impl Into<std::path::PathBuf>) -> Result<Self, Error> {
        Self::builder().replay(file).build()
    }

    /// The configuration of the client.
    #[doc(hidden)]
    pub fn config(&self) -> &Arc<Config> {
        &self.config
    }

    /// Checks and prepares a call. An invalid argument is refused here, before anything is sent.
    #[doc(hidden)]
    pub fn prepare(
        &self,
        target: Target,
        input: Input,
        options: CallOptions,
    ) -> Result<Box<Call>, Error> {
        let config = match &target {
            Target::Download(download) => download.config(&self.config).map_err(|error| {
                error.of_operation(Some(&target.name())).or_in_language(self.config.language)
            })?,
            _ => Arc::clone(&self.config),
        };
        let memory = runtime::host_state(&config.base_url);
        Call::new(&config, target, input, options, memory, Instant::now())
    }

    /// Refuses a loopback name such as `http://localhost` that resolves to another machine: for a
    /// call through the caller's HTTP client, which resolves names itself.
    #[doc(hidden)]
    pub fn check_plain_http(&self, call: &Call) -> Result<(), Error> {
        transport::check_plain_http(&call.config().endpoint)
    }

    /// Calls one operation of the table.
    #[doc(hidden)]
    pub async fn call(
        &self,
        operation: &'static Operation,
        input: Input,
        options: CallOptions,
    ) -> Result<Box<Response>, Error> {
        let call = self.prepare(Target::Operation(operation), input, options)?;
        runtime::run_awaited(call).await
    }

    /// Confirms a call that the server asked to be confirmed: sends its body again, with the token
    /// and the idempotency key of the first call, and returns the result. Money moves now.
    ///
    /// # Errors [`ErrorKind::ConfirmationToken`](crate::ErrorKind::ConfirmationToken) if the token
    /// has expired or is for another body.
    ///
    /// ```no_run
    /// # async fn run(client: lomi::Client) -> Result<(), lomi::Error> {
    /// use lomi::Created;
    /// use lomi::models::RefundCreate;
    ///
    /// let body = RefundCreate::new().transaction_id("txn_1").amount(500);
    /// let refund = match client.refunds().create(body).await? {
    ///     Created::ConfirmationRequired(first) => {
    ///         println!("about to refund: {:?}", first.preview);
    ///         client.confirm(*first).await?
    ///     }
    ///     created => created.into_inner()?,
    /// };
    /// println!("{:?}", refund.status);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn confirm<T: FromDocument>(&self, first: Confirmation<T>) -> Result<T, Error> {
        let (target, input, options) = first.response.confirmation()?;
        let response = self.run(self.prepare(target, input, options)?).await?;
        Created::read(&response)?.into_inner()
    }

    /// Finds out whether a call whose outcome is unknown has done its work. A call that the server
    /// does once is repeated with its idempotency key; for any other, its object is looked for and
    /// nothing is written.
    ///
    /// # Errors Those of the calls that are made; [`ErrorKind::Validation`](crate::ErrorKind) for
    /// an error whose outcome is known.
    ///
    /// ```no_run
    /// # async fn run(client: lomi::Client, error: lomi::Error) -> Result<(), lomi::Error> {
    /// use lomi::FoundOutcome;
    ///
    /// match client.find_outcome(&error).await? {
    ///     FoundOutcome::Done(object) => println!("done: {}", object.json()?),
    ///     FoundOutcome::NotDone => println!("call again"),
    ///     FoundOutcome::Ambiguous(why) => println!("ask a person: {}", why.reason),
    ///     _ => {}
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn find_outcome(&self, error: &Error) -> Result<FoundOutcome, Error> {
        let call = error.unknown_call().ok_or_else(nothing_to_find)?;
        self.find_outcome_of(call, FindOptions::default()).await
    }

    /// Like [`Self::find_outcome`], for what an earlier process has stored, and with options.
    pub async fn find_outcome_of(
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
                    let result = self.run(self.prepare(target, input, options)?).await;
                    search.take(result, SystemTime::now())?;
                }
            }
        }
    }

    /// Calls any other endpoint, by method and by path below the base URL. The call is retried only
    /// if the method is safe (GET, HEAD) or if nothing was sent.
    ///
    /// ```no_run
    /// # async fn run(client: lomi::Client) -> Result<(), lomi::Error> {
    /// use lomi::{CallOptions, Input, json};
    ///
    /// let refund = Input::body(json!({"transaction_id": "t_1", "amount": 5000}));
    /// let post = http::Method::POST;
    /// let response = client.request(post, "/refunds", refund, CallOptions::new()).await?;
    /// println!("{}", response.status);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn request(
        &self,
        method: http::Method,
        path: &str,
        input: Input,
        options: CallOptions,
    ) -> Result<Response, Error> {
        let target = Target::Raw { method, path: path.to_owned() };
        let call = self.prepare(target, input, options)?;
        self.run(call).await
    }

    /// Opens one connection to the base URL (name lookup, TCP and TLS, through the proxy if there is
    /// one) and keeps it, so that the next call takes one round trip. Nothing is sent on it, the key
    /// included. Does nothing if an open connection is idle, or with an `http_client` of your own.
    ///
    /// Servers close idle connections after some seconds, so this one is kept for 4 s: call this
    /// right before the first call can come, such as at the start of a process or of a request that
    /// will make one.
    ///
    /// # Errors Those of a call that gets no connection.
    ///
    /// ```no_run
    /// # async fn run(client: lomi::Client) -> Result<(), lomi::Error> {
    /// client.prewarm().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn prewarm(&self) -> Result<(), Error> {
        let call = self.prepare(Target::Connection, Input::default(), CallOptions::new())?;
        self.run(call).await.map(drop)
    }

    /// Remembers for this process what a call that the caller's HTTP client sent has taught about
    /// its host.
    #[doc(hidden)]
    pub fn remember(&self, call: &Call) -> Result<(), Error> {
        runtime::remember(&call.config().base_url, &call.learned());
        Ok(())
    }

    /// Drives a prepared call to its end.
    #[doc(hidden)]
    pub async fn run(&self, call: Box<Call>) -> Result<Response, Error> {
        runtime::run_awaited(call).await.map(|response| *response)
    }
}
