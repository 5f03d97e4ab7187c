//! A client: the core's configured client as a JavaScript object, and its calls.
//! Every method returns nothing on success, and an error as JSON when the call cannot be made.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use lomi::binding::{Call, Target, execute, messages, second_call};
use lomi::{CallOptions, Error, ErrorKind, Input, Response};
use napi::Env;
use napi_derive::napi;

use crate::call::{CallQueue, Hooks, Queue, start};
use crate::offline::Offline;
use crate::outcome_search::{self, OutcomeSearch};
use crate::pager::Pager;
use crate::reconciliation::{self, Reconciliation};
use crate::response::{self, CallResult};
use crate::{convert, table};

/// The id of a call whose signal was aborted before: it is checked and prepared, and never sent.
const ABORTED: u32 = 0;

/// One client's configuration, and the queue that delivers the results of its calls.
#[napi]
pub struct Client {
    inner: RefCell<Option<lomi::Client>>,
    queue: Arc<Queue>,
    hooks: Cell<Hooks>,
    /// Warnings about the configuration and the calls, until JavaScript takes them.
    warnings: RefCell<Vec<String>>,
    /// The warnings about the configuration, which are not repeated for another key.
    config_warnings: RefCell<Vec<String>>,
}

#[napi]
impl Client {
    #[napi(constructor, catch_unwind)]
    pub fn new(queue: &CallQueue) -> Self {
        Self {
            inner: RefCell::default(),
            queue: Arc::clone(&queue.inner),
            hooks: Cell::default(),
            warnings: RefCell::default(),
            config_warnings: RefCell::default(),
        }
    }

    /// Sets the configuration, or replaces it. `on_request` and `on_response` say which events
    /// JavaScript has a hook for.
    #[napi(catch_unwind)]
    pub fn configure(
        &self,
        settings: String,
        on_request: bool,
        on_response: bool,
        offline: Option<&Offline>,
    ) -> Option<String> {
        let client = convert::config::from_json(&settings).and_then(|mut builder| {
            builder.offline = offline.map(|offline| offline.inner.clone());
            lomi::Client::with(builder)
        });
        error_of(client.map(|client| {
            let mut earlier = self.config_warnings.borrow_mut();
            for warning in &client.config().warnings {
                if !earlier.contains(warning) {
                    earlier.push(warning.clone());
                    self.warnings.borrow_mut().push(warning.clone());
                }
            }
            drop(earlier);
            self.inner.replace(Some(client));
            self.hooks.set(Hooks { on_request, on_response });
        }))
    }

    /// Takes the warnings so far.
    #[napi(catch_unwind)]
    pub fn warnings(&self) -> Vec<String> {
        self.warnings.take()
    }

    /// The base URL of the API.
    #[napi(getter, catch_unwind)]
    pub fn base_url(&self) -> Option<String> {
        self.inner.borrow().as_ref().map(|client| client.config().base_url.clone())
    }

    /// The key with its secret part masked.
    #[napi(getter, catch_unwind)]
    pub fn masked_key(&self) -> Option<String> {
        let inner = self.inner.borrow();
        inner.as_ref().and_then(|client| Some(client.config().api_key.as_ref()?.masked()))
    }

    /// Starts a call of the table.
    #[napi(catch_unwind)]
    #[allow(clippy::too_many_arguments)]
    pub fn call(
        &self,
        env: &Env,
        id: u32,
        operation: u32,
        input: Option<String>,
        options: Option<String>,
    ) -> Option<String> {
        self.error_of(table::operation_at(operation).and_then(|operation| {
            let target = Target::Operation(operation);
            let call = self.prepare_json(target, input.as_deref(), options.as_deref())?;
            self.start(env, id, call, response::result_of)
        }))
    }

    /// Starts the call that confirms another one, whose arguments these are: with its idempotency
    /// key, and the token of its response.
    #[napi(catch_unwind)]
    #[allow(clippy::too_many_arguments)]
    pub fn confirm(
        &self,
        env: &Env,
        id: u32,
        operation: u32,
        input: Option<String>,
        options: Option<String>,
        key: Option<String>,
        token: Option<String>,
    ) -> Option<String> {
        self.error_of(table::operation_at(operation).and_then(|operation| {
            let input = convert::input(input.as_deref())?;
            let options = convert::call_options(options.as_deref())?;
            let token = token.unwrap_or_default();
            let (input, options) = second_call(input, options, key, &token)?;
            let call = self.prepare(Target::Operation(operation), input, options)?;
            let read = |result: Result<Response, Error>| {
                response::result_of(result.and_then(|response| {
                    response.check_confirmed()?;
                    Ok(response)
                }))
            };
            self.start(env, id, call, read)
        }))
    }

    /// Starts a call to any other endpoint.
    #[napi(catch_unwind)]
    #[allow(clippy::too_many_arguments)]
    pub fn request(
        &self,
        env: &Env,
        id: u32,
        method: String,
        path: String,
        input: Option<String>,
        options: Option<String>,
    ) -> Option<String> {
        let start = || {
            let method = method.to_uppercase();
            let method = http::Method::from_bytes(method.as_bytes())
                .map_err(|_| Error::new(ErrorKind::Validation, messages::no_method(&method)))?;
            let target = Target::Raw { method, path };
            let call = self.prepare_json(target, input.as_deref(), options.as_deref())?;
            self.start(env, id, call, response::result_of)
        };
        self.error_of(start())
    }

    /// Starts the download of a file that the API links to.
    #[napi(catch_unwind)]
    pub fn download(
        &self,
        env: &Env,
        id: u32,
        url: String,
        options: Option<String>,
    ) -> Option<String> {
        let start = || {
            let (download, options) = convert::download(url, options.as_deref())?;
            let call = self.prepare(Target::Download(download), Input::default(), options)?;
            self.start(env, id, call, response::downloaded)
        };
        self.error_of(start())
    }

    /// Starts a call that only opens a connection. It ends without a value.
    #[napi(catch_unwind)]
    pub fn prewarm(&self, env: &Env, id: u32) -> Option<String> {
        let start = || {
            let call = self.prepare(Target::Connection, Input::default(), CallOptions::new())?;
            self.start(env, id, call, response::result_of)
        };
        self.error_of(start())
    }

    /// Starts the call for the next page of a list. At the end of the list it ends without a
    /// value.
    #[napi(catch_unwind)]
    pub fn next_page(
        &self,
        env: &Env,
        id: u32,
        pager: &Pager,
        options: Option<String>,
    ) -> Option<String> {
        let start = || {
            let Some(input) = response::lock(&pager.inner)?.next().cloned() else {
                if id == ABORTED {
                    return Err(Error::new(ErrorKind::Cancelled, messages::call_cancelled()));
                }
                return start(&self.queue, env, id, None, async { CallResult::nothing(None) });
            };
            let target = Target::Operation(pager.operation);
            let options = convert::call_options(options.as_deref())?;
            let call = self.prepare(target, input, options)?;
            let pager = Arc::clone(&pager.inner);
            self.start(env, id, call, move |result| response::page_of(&pager, result))
        };
        self.error_of(start())
    }

    /// Starts the next call of a search, which takes its result. It ends without a value.
    #[napi(catch_unwind)]
    pub fn find(
        &self,
        env: &Env,
        id: u32,
        search: &mut OutcomeSearch,
        options: Option<String>,
    ) -> Option<String> {
        let mut start = || {
            let given = convert::call_options(options.as_deref())?;
            let (target, input, options) = search.next(given)?;
            let call = self.prepare(target, input, options)?;
            let search = Arc::clone(&search.inner);
            self.start(env, id, call, move |result| outcome_search::taken(&search, result))
        };
        self.error_of(start())
    }

    /// Starts the next call of a run of `reconcile`, which takes its result. It ends without a
    /// value.
    #[napi(catch_unwind)]
    pub fn reconcile(&self, env: &Env, id: u32, run: &mut Reconciliation) -> Option<String> {
        let mut start = || {
            let (target, input, options) = run.next()?;
            let call = self.prepare(target, input, options)?;
            let run = Arc::clone(&run.inner);
            self.start(env, id, call, move |result| reconciliation::taken(&run, result))
        };
        self.error_of(start())
    }
}

impl Client {
    /// An error as JSON, in the language of the client.
    fn error_of(&self, result: Result<(), Error>) -> Option<String> {
        let inner = self.inner.borrow();
        let language = inner.as_ref().and_then(|client| client.config().language);
        error_of(result.map_err(|error| error.or_in_language(language)))
    }

    fn prepare_json(
        &self,
        target: Target,
        input: Option<&str>,
        options: Option<&str>,
    ) -> Result<Box<Call>, Error> {
        self.prepare(target, convert::input(input)?, convert::call_options(options)?)
    }

    fn prepare(
        &self,
        target: Target,
        input: Input,
        options: CallOptions,
    ) -> Result<Box<Call>, Error> {
        let client = self.inner.borrow().clone();
        let client = client.ok_or_else(|| Error::internal("the client has no configuration"))?;
        let call = client.prepare(target, input, options)?;
        if !call.warnings().is_empty() {
            self.warnings.borrow_mut().extend_from_slice(call.warnings());
        }
        Ok(call)
    }

    /// Starts a prepared call, or refuses it if its signal was aborted before. `read` makes its
    /// result.
    fn start(
        &self,
        env: &Env,
        id: u32,
        mut call: Box<Call>,
        read: impl FnOnce(Result<Response, Error>) -> CallResult + Send + 'static,
    ) -> Result<(), Error> {
        let progress = call.progress();
        if id == ABORTED {
            return Err(progress.cancelled());
        }
        self.hooks.get().observe(&mut call, &self.queue, id);
        let work = async move { read(execute(call).await.map(|response| *response)) };
        start(&self.queue, env, id, Some(progress), work)
    }
}

fn error_of(result: Result<(), Error>) -> Option<String> {
    result.err().map(|error| response::error_string(&error))
}
