//! A client: the core's configuration behind a JavaScript object, and its calls.
//! Every method answers with nothing when the call is on its way, or with the text of
//! an error when it cannot be made.

use std::cell::RefCell;
use std::sync::Arc;

use lomi::schema::Operation;
use lomi::{
    CallOptions, Decoded, Error, ErrorKind, Exchange, Found, Input, MODELS, Reply, Target, execute,
};
use napi::Env;
use napi_derive::napi;

use crate::pager::{Walk, turn};
use crate::port::{Port, Queue, Settled};
use crate::writer::Writer;
use crate::{facts, read, settings};

/// The number of a call whose signal was aborted before its start: it is checked and
/// prepared, and never sent.
const ABORTED: u32 = 0;

/// One client's configuration, and where its calls settle.
#[napi]
pub struct Client {
    inner: RefCell<Option<lomi::Client>>,
    queue: Arc<Queue>,
    /// What is doubtful about the settings or a call, until JavaScript takes it.
    warnings: RefCell<Vec<String>>,
    /// The warnings of the settings, which another key does not repeat.
    of_settings: RefCell<Vec<String>>,
}

#[napi]
impl Client {
    #[napi(constructor, catch_unwind)]
    pub fn new(port: &Port) -> Self {
        Self {
            inner: RefCell::default(),
            queue: Arc::clone(&port.queue),
            warnings: RefCell::default(),
            of_settings: RefCell::default(),
        }
    }

    /// Sets the client up, or anew.
    #[napi(catch_unwind)]
    pub fn configure(&self, settings: String) -> Option<String> {
        let made = settings::read(&settings).and_then(lomi::Client::with);
        said(made.map(|client| {
            let mut known = self.of_settings.borrow_mut();
            for warning in &client.config().warnings {
                if !known.contains(warning) {
                    known.push(warning.clone());
                    self.warnings.borrow_mut().push(warning.clone());
                }
            }
            drop(known);
            self.inner.replace(Some(client));
        }))
    }

    /// Takes the warnings of the settings and of the calls so far.
    #[napi(catch_unwind)]
    pub fn warnings(&self) -> Vec<String> {
        self.warnings.take()
    }

    /// Where the API is.
    #[napi(getter, catch_unwind)]
    pub fn base_url(&self) -> Option<String> {
        self.inner.borrow().as_ref().map(|client| client.config().base_url.clone())
    }

    /// The key as it may be shown.
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
        said(table(operation).and_then(|operation| {
            let target = Target::Operation(operation);
            let exchange = self.prepare(target, input.as_deref(), options.as_deref())?;
            self.start(env, id, exchange, settle)
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
            let method = http::Method::from_bytes(method.to_uppercase().as_bytes())
                .map_err(|_| Error::new(ErrorKind::Validation, "that is no HTTP method"))?;
            let target = Target::Raw { method, path };
            let exchange = self.prepare(target, input.as_deref(), options.as_deref())?;
            self.start(env, id, exchange, settle)
        };
        said(start())
    }

    /// Starts the call for the next page of a walk. A walk at its end settles with
    /// nothing.
    #[napi(catch_unwind)]
    pub fn next(&self, env: &Env, id: u32, walk: &Walk, options: Option<String>) -> Option<String> {
        let start = || {
            let Some(input) = walk.input()? else {
                if id == ABORTED {
                    return Err(Error::new(ErrorKind::Cancelled, "the call was cancelled"));
                }
                return Queue::start(&self.queue, env, id, None, async { Settled::nothing(None) });
            };
            let target = Target::Operation(walk.operation);
            let options = read::options(options.as_deref())?;
            let exchange = self.checked(target, input, options)?;
            let pager = walk.pager.clone();
            self.start(env, id, exchange, move |result| {
                let turned = result.and_then(|reply| turn(&pager, &reply));
                turned.unwrap_or_else(|error| Settled::error(&error))
            })
        };
        said(start())
    }
}

impl Client {
    fn client(&self) -> Result<lomi::Client, Error> {
        let inner = self.inner.borrow();
        inner.clone().ok_or_else(|| Error::internal("the client is not set up"))
    }

    fn prepare(
        &self,
        target: Target,
        input: Option<&str>,
        options: Option<&str>,
    ) -> Result<Exchange, Error> {
        self.checked(target, read::input(input)?, read::options(options)?)
    }

    fn checked(
        &self,
        target: Target,
        input: Input,
        options: CallOptions,
    ) -> Result<Exchange, Error> {
        let exchange = self.client()?.prepare(target, input, options)?;
        if !exchange.warnings().is_empty() {
            self.warnings.borrow_mut().extend_from_slice(exchange.warnings());
        }
        Ok(exchange)
    }

    /// Starts a prepared call, or refuses it where its signal was aborted before.
    fn start(
        &self,
        env: &Env,
        id: u32,
        mut exchange: Exchange,
        settle: impl FnOnce(Result<Reply, Error>) -> Settled + Send + 'static,
    ) -> Result<(), Error> {
        let progress = exchange.progress();
        if id == ABORTED {
            return Err(progress.cancelled());
        }
        let work = async move { settle(execute(exchange).await) };
        Queue::start(&self.queue, env, id, Some(progress), work)
    }
}

/// An operation by its number.
pub(crate) fn table(operation: u32) -> Result<&'static Operation, Error> {
    let at = usize::try_from(operation).unwrap_or(usize::MAX);
    let found = lomi::OPERATIONS.get(at).copied();
    found.ok_or_else(|| Error::internal(format!("there is no operation {operation}")))
}

fn said(result: Result<(), Error>) -> Option<String> {
    let error = result.err()?;
    // Latin-1 to text: each byte is one character.
    Some(facts::of_error(&error).into_iter().map(char::from).collect())
}

fn settle(result: Result<Reply, Error>) -> Settled {
    match result.and_then(|reply| reply.reading(written)) {
        Ok(settled) => settled,
        Err(error) => Settled::error(&error),
    }
}

fn written(reply: &Reply) -> Result<Settled, Error> {
    let facts = Some(facts::of_reply(reply));
    if let Found::Rows(_, _, envelope) = &reply.found {
        return page(reply, rows(reply, |_| true)?, envelope.has_more.unwrap_or(false));
    }
    let mut writer = Writer::with_room(reply.body.len());
    let tag = match reply.write(&mut writer, |_| true)? {
        Decoded::Nothing => return Ok(Settled::nothing(facts)),
        Decoded::One(()) => match &reply.found {
            Found::One(model, _) => {
                let at = MODELS.iter().position(|known| std::ptr::eq(*known, *model));
                let warned = if reply.warning().is_some() { Settled::WARNED } else { 0 };
                Settled::ONE | warned | at.and_then(|at| u32::try_from(at).ok()).unwrap_or(0) << 8
            }
            _ => Settled::ANY,
        },
        Decoded::Rows(..) => return Err(Error::internal("rows without a page")),
    };
    let notes = writer.notes();
    Ok(Settled { tag, text: writer.text, earlier: Vec::new(), facts, notes })
}

/// The rows of a page as text, open at its end.
pub(crate) fn rows(reply: &Reply, keep: impl Fn(usize) -> bool) -> Result<Writer, Error> {
    let mut writer = Writer::list(reply.body.len());
    match reply.write(&mut writer, keep)? {
        Decoded::Rows(..) => Ok(writer),
        _ => Err(Error::not_a_list()),
    }
}

/// One page: its rows, and what the envelope says.
pub(crate) fn page(reply: &Reply, mut writer: Writer, more: bool) -> Result<Settled, Error> {
    let (notes, earlier) = (writer.notes(), writer.earlier());
    let mut text = writer.text;
    text.push(b']');
    let mut whole = Vec::with_capacity(text.len() + 160);
    whole.extend_from_slice(b"{\"data\":");
    whole.extend_from_slice(&text);
    if let Found::Rows(_, _, page) = &reply.found {
        facts::of_page(&mut whole, page, more);
    }
    whole.push(b'}');
    let facts = Some(facts::of_reply(reply));
    Ok(Settled { tag: Settled::PAGE, text: whole, earlier, facts, notes })
}
