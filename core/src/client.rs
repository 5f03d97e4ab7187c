//! The client: a configuration, and the loop that carries an [`Exchange`] out over the
//! network. It holds no connection and no thread, so it may be cloned, shared and
//! carried across a fork.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Instant;

use crate::config::{Config, ConfigBuilder};
use crate::envelope::{Found, PageFacts};
use crate::error::{Error, ErrorKind, Outcome};
use crate::exchange::{Exchange, Step};
use crate::fields::FromObject;
use crate::input::{CallOptions, Input};
use crate::json::{Map, Value, Values};
use crate::models::PaymentRequired;
use crate::pagination::Pager;
use crate::process::{Bundle, Waiting};
use crate::reply::{Decoded, Reply};
use crate::request::Target;
use crate::schema::Operation;
use crate::secret::Secret;
use crate::transport::{Patience, Pool};
use crate::{log, process, retry, transport};

/// A client of the lomi. API.
#[derive(Debug, Clone)]
pub struct Client {
    config: Arc<Config>,
}

impl Client {
    /// A client with a secret key and the defaults for everything else.
    pub fn new(api_key: impl Into<String>) -> Result<Self, Error> {
        Self::with(ConfigBuilder {
            api_key: Some(Secret::new(api_key)),
            ..ConfigBuilder::default()
        })
    }

    /// A client with anything set.
    pub fn with(builder: ConfigBuilder) -> Result<Self, Error> {
        Ok(Self { config: builder.build()? })
    }

    /// What the client is set up with.
    pub fn config(&self) -> &Arc<Config> {
        &self.config
    }

    /// Prepares a call: whatever is wrong with it is said here, before anything is sent.
    pub fn prepare(
        &self,
        target: Target,
        input: Input,
        options: CallOptions,
    ) -> Result<Exchange, Error> {
        let memory = process::memory(&self.config.base_url);
        Exchange::new(&self.config, target, input, options, memory, Instant::now())
    }

    /// For a call through an HTTP client of the caller's, which looks names up by itself:
    /// refuses `http://localhost` and the like where the name leads to another machine.
    pub fn check_plain_http(&self) -> Result<(), Error> {
        self.config.destination.check_plain_http()
    }

    /// Calls one operation of the table.
    pub async fn call(
        &self,
        operation: &'static Operation,
        input: Input,
        options: CallOptions,
    ) -> Result<Reply, Error> {
        let exchange = self.prepare(Target::Operation(operation), input, options)?;
        self.run(exchange).await
    }

    /// Calls any other endpoint, by method and by path below the base URL. Repeated
    /// only where the method is safe (GET, HEAD), or where nothing was sent.
    pub async fn request(
        &self,
        method: http::Method,
        path: &str,
        input: Input,
        options: CallOptions,
    ) -> Result<Reply, Error> {
        let target = Target::Raw { method, path: path.to_owned() };
        let exchange = self.prepare(target, input, options)?;
        self.run(exchange).await
    }

    /// Remembers for this process which spelling of the routes answered a call that was
    /// carried out elsewhere, through an HTTP client of the caller's.
    pub fn remember(&self, exchange: &Exchange) -> Result<(), Error> {
        // A call that tries no spellings has learnt nothing.
        if exchange.has_learnt() {
            process::remember(&self.config.base_url, exchange.spelling());
        }
        Ok(())
    }

    /// Carries a prepared call out, on the process's own runtime.
    pub async fn run(&self, exchange: Exchange) -> Result<Reply, Error> {
        let bundle = Bundle::current()?;
        let alone = bundle.awaited.begin();
        let _awaited = Awaited(&bundle.awaited);
        // Dropped where nobody waits any more, which ends it.
        let ended = bundle.start(alone, execute(exchange)).end().await;
        ended.unwrap_or_else(|| Err(Error::panicked()))
    }
}

/// A call counts until nobody waits for it.
struct Awaited(&'static Waiting);

impl Drop for Awaited {
    fn drop(&mut self) {
        self.0.end(1);
    }
}

/// Carries a call out; what polls it must be started by [`Bundle::start`].
pub fn execute(
    mut exchange: Exchange,
) -> Pin<Box<dyn Future<Output = Result<Reply, Error>> + Send>> {
    // In a box: what is started is moved several times, and whole.
    Box::pin(async move {
        let call = async { Bundle::current()?.drive(&mut exchange).await };
        let ended = until_panic(call).await;
        ended.unwrap_or_else(|| Err(exchange.broken_off(Error::panicked())))
    })
}

/// Waits for a call. Gives nothing where it panicked: what the call knew is still there.
async fn until_panic<T>(call: impl Future<Output = T>) -> Option<T> {
    let mut call = pin!(call);
    poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(context))) {
        Ok(polled) => polled.map(Some),
        Err(_) => Poll::Ready(None),
    })
    .await
}

/// Carries a call out with the connections of the runtime it runs on.
pub(crate) async fn drive(exchange: &mut Exchange, pool: &Pool) -> Result<Reply, Error> {
    let config = Arc::clone(exchange.config());
    let peer = pool.peer(&config.destination)?;
    let (connect, idle) = (exchange.connect_timeout(), exchange.idle_timeout());
    let mut anew = false;
    loop {
        match exchange.step(Instant::now()) {
            Step::Done(result) => {
                if result.is_ok() && exchange.has_learnt() {
                    process::remember(&config.base_url, exchange.spelling());
                }
                if !config.own_log {
                    if let Ok(reply) = &result {
                        log::warnings(reply.warning().as_slice());
                    }
                    log::attempts(match &result {
                        Ok(reply) => &reply.history,
                        Err(error) => &error.history,
                    });
                }
                return result;
            }
            Step::Wait(pause) => tokio::time::sleep(pause).await,
            Step::Send(request, within) => {
                let (permit, within) = match peer.host.try_permit() {
                    Some(permit) => (Ok(permit), within),
                    None => {
                        let permit = peer.host.permit(exchange.deadline()).await;
                        (permit, within.min(exchange.time_left(Instant::now())))
                    }
                };
                let patience = Patience { within, connect, idle, anew };
                let heard = match permit {
                    Ok(_permit) => transport::send(&peer, request, patience, &config).await,
                    Err(late) => Err(late),
                };
                anew = heard.is_err();
                exchange.heard(heard, Instant::now(), retry::chance);
            }
        }
    }
}

/// What create answers: the new object, or what must be paid before there can be one.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Created<T> {
    /// The new object.
    Done(T),
    /// The customer has an unpaid invoice; nothing was made.
    PaymentRequired(Box<PaymentRequired>),
}

impl<T> Created<T> {
    /// The new object, or an error that names the invoice to pay first.
    pub fn done(self) -> Result<T, Error> {
        match self {
            Self::Done(object) => Ok(object),
            Self::PaymentRequired(first) => {
                let invoice = first.blocking_invoice.unwrap_or_default();
                let named = invoice.invoice_number.or(invoice.invoice_id);
                let invoice =
                    named.map_or_else(|| "an invoice".to_owned(), |n| format!("invoice {n}"));
                let mut error = Error::new(
                    ErrorKind::Status,
                    format!("nothing was made: the customer has to pay {invoice} first"),
                );
                error.code = first.reason;
                error.outcome = Outcome::Final;
                Err(error)
            }
        }
    }
}

impl<T: FromObject> Created<T> {
    pub(crate) fn read(reply: &Reply) -> Result<Self, Error> {
        match &reply.found {
            Found::One(model, _) if model.marker.is_some() => {
                read_one(reply).map(|first| Self::PaymentRequired(Box::new(first)))
            }
            _ => read_one(reply).map(Self::Done),
        }
    }
}

/// One page of a list.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Page<T> {
    /// The rows.
    pub data: Vec<T>,
    /// What the server says about the whole list.
    pub facts: PageFacts,
}

impl<T: FromObject> Page<T> {
    pub(crate) fn read(reply: &Reply) -> Result<Self, Error> {
        reply.reading(|reply| Self::read_rows(reply, |_| true))
    }

    fn read_rows(reply: &Reply, keep: impl Fn(usize) -> bool) -> Result<Self, Error> {
        let Decoded::Rows(rows, facts) = reply.decode_rows(&mut Values, keep)? else {
            return Err(Error::not_a_list());
        };
        let objects = rows.into_iter().filter_map(|row| match row {
            Value::Object(fields) => Some(T::from_object(fields)),
            _ => None,
        });
        Ok(Self { data: objects.collect(), facts })
    }
}

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
        let reply = self.client.call(self.operation, input, CallOptions::default()).await?;
        let fresh = self.pager.accept(&reply)?;
        Ok(Page::read_rows(&reply, |at| fresh.has(at))?.data)
    }
}

/// Reads a reply that is one object.
pub(crate) fn read_one<T: FromObject>(reply: &Reply) -> Result<T, Error> {
    reply.reading(|reply| match reply.decode(&mut Values)? {
        Decoded::One(Value::Object(fields)) => Ok(T::from_object(fields)),
        _ => Err(Error::unexpected("the answer is not one object")),
    })
}

/// Reads a reply without types: its object, its rows as a list, or null.
pub fn read_values(reply: &Reply) -> Result<Value, Error> {
    let decoded = reply.reading(|reply| reply.decode(&mut Values))?;
    Ok(match decoded {
        Decoded::Nothing => Value::Null,
        Decoded::One(value) => value,
        Decoded::Rows(rows, _) => rows.into(),
    })
}
