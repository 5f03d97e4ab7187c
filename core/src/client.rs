//! The client: a configuration, and the calls made with it. It holds no connection and no
//! thread, so it may be cloned, shared and carried across a fork.

mod builder;
mod pages;

use std::sync::Arc;
use std::time::Instant;

use crate::call::Call;
use crate::config::{Config, ConfigBuilder};
use crate::error::Error;
use crate::request::{CallOptions, Input, Target};
use crate::response::Response;
use crate::runtime;
use crate::table::Operation;
use crate::{log, transport};

pub use builder::ClientBuilder;
pub use pages::Pages;

/// A client of the lomi. API. It holds no connection and no thread, so it may be cloned, shared
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
    /// A client of a binding.
    #[doc(hidden)]
    pub fn with(builder: ConfigBuilder) -> Result<Self, Error> {
        let config = builder.build()?;
        if !config.binding_logs {
            log::warnings_of_client(&config.warnings);
        }
        Ok(Self { config })
    }

    /// What the client is set up with.
    #[doc(hidden)]
    pub fn config(&self) -> &Arc<Config> {
        &self.config
    }

    /// Prepares a call: whatever is wrong with it is said here, before anything is sent.
    #[doc(hidden)]
    pub fn prepare(
        &self,
        target: Target,
        input: Input,
        options: CallOptions,
    ) -> Result<Call, Error> {
        let memory = runtime::host_state(&self.config.base_url);
        Call::new(&self.config, target, input, options, memory, Instant::now())
    }

    /// For a call through an HTTP client of the caller's, which looks names up by itself:
    /// refuses `http://localhost` and the like where the name leads to another machine.
    #[doc(hidden)]
    pub fn check_plain_http(&self) -> Result<(), Error> {
        transport::check_plain_http(&self.config.endpoint)
    }

    /// Calls one operation of the table.
    #[doc(hidden)]
    pub async fn call(
        &self,
        operation: &'static Operation,
        input: Input,
        options: CallOptions,
    ) -> Result<Response, Error> {
        let call = self.prepare(Target::Operation(operation), input, options)?;
        self.run(call).await
    }

    /// Calls any other endpoint, by method and by path below the base URL. Repeated
    /// only where the method is safe (GET, HEAD), or where nothing was sent.
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

    /// Remembers for this process which spelling of the routes answered a call that was
    /// carried out elsewhere, through an HTTP client of the caller's.
    #[doc(hidden)]
    pub fn remember(&self, call: &Call) -> Result<(), Error> {
        // A call that tries no routes has learnt nothing.
        if call.route_changed() {
            runtime::remember_route(&self.config.base_url, call.route());
        }
        Ok(())
    }

    /// Drives a prepared call to its end.
    #[doc(hidden)]
    pub async fn run(&self, call: Call) -> Result<Response, Error> {
        runtime::run_awaited(call).await
    }
}
