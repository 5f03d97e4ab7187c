//! The state of one logical call.

use crate::messages::call as messages;
use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use super::handle::CallHandle;
use super::host_state::{HostState, Learned};
use super::polling::{self, Polling};
use super::raw_response::RawResponse;
use super::retry_budget::RetryBudget;
use super::routes::{self, FirstRoute, Route};
use super::transport_error::TransportError;
use crate::config::Config;
use crate::destination::Destination;
use crate::error::{Attempt, Error, ErrorKind};
use crate::limits::Limits;
use crate::log::StderrLog;
use crate::observer::{Both, Observer};
use crate::recording::Exchange;
use crate::request::{self, CallOptions, Input, Request, Target};
use crate::response::{Response, error_body};
use crate::trace::AttemptSpan;
use crate::{idempotency_key, log};

/// A change of a clock's offset by less is not remembered: a server sends its time in whole seconds.
const CLOCK_STEP: u64 = 2000;

/// One logical call.
pub struct Call {
    pub(super) config: Arc<Config>,
    pub(super) target: Target,
    pub(super) input: Arc<Input>,
    pub(super) options: CallOptions,
    pub(super) routes: &'static [Route],
    /// The route in use, the first one, and how many routes the server lacks.
    pub(super) route: usize,
    pub(super) first_route: FirstRoute,
    pub(super) missing_routes: usize,
    /// Whether the server is known to be the newest API.
    pub(super) host_is_newest: bool,
    /// Whether this call's response has shown it.
    pub(super) learned_newest: bool,
    /// What to add to the time of this machine for that of the server, in milliseconds: known
    /// before, and shown by a response of this call.
    pub(super) clock_offset: Option<i64>,
    pub(super) shown_clock_offset: Option<i64>,
    /// When the call began, by the clock of this machine.
    pub(super) started_at: SystemTime,
    pub(super) request_id: String,
    pub(super) idempotency_key: Option<String>,
    pub(super) deadline: Instant,
    pub(super) max_retries: u32,
    pub(super) history: Vec<Attempt>,
    pub(super) sent_at: Instant,
    pub(super) retries: u32,
    /// Retries after a response that the server still works on the key.
    pub(super) in_progress_retries: u32,
    pub(super) budget: Arc<RetryBudget>,
    /// Tokens that this call took from the budget.
    pub(super) spent: i64,
    pub(super) url: String,
    /// The file that a download is saved to.
    pub(super) destination: Option<Destination>,
    /// The first request, built when the call is prepared.
    pub(super) first_request: Option<Request>,
    /// A request was passed to the transport, and its result is not known yet.
    pub(super) in_flight: bool,
    /// Whether a request was passed to the transport.
    pub(super) was_sent: bool,
    /// An earlier attempt may have done the work.
    pub(super) earlier_unknown: bool,
    /// The error of the last attempt, if a retry follows.
    pub(super) last: Option<Error>,
    /// The call handle, if one was taken.
    pub(super) progress: Option<CallHandle>,
    /// Receives the events of each attempt.
    pub(super) observer: Option<Arc<dyn Observer>>,
    pub(super) span: AttemptSpan,
    /// Doubtful arguments, which a client with `validation: warn` sends all the same.
    pub(super) warnings: Vec<String>,
    /// The attempt in flight, if it is recorded.
    pub(super) to_record: Option<Box<Exchange>>,
    /// The pauses that were skipped, because nothing is sent.
    pub(super) skipped: Duration,
    /// Set if the read is repeated until its object is in a final state.
    pub(super) polling: Option<Box<Polling>>,
    pub(super) next: Next,
}

pub(super) enum Next {
    Send,
    Wait(Duration),
    Done(Result<Box<Response>, Error>),
    Over,
}

/// The observer of a client's calls, together with the log of Rust programs if that is enabled.
fn observer_of(config: &Config) -> Option<Arc<dyn Observer>> {
    let observer = config.observer.clone();
    if config.binding_logs || !log::is_enabled(None) {
        return observer;
    }
    let log: Arc<dyn Observer> = Arc::new(StderrLog);
    Some(match observer {
        Some(observer) => Arc::new(Both(observer, log)),
        None => log,
    })
}

impl Call {
    /// Checks the input and prepares the call. Nothing is sent yet.
    pub fn new(
        config: &Arc<Config>,
        target: Target,
        input: Input,
        options: CallOptions,
        host: HostState,
        now: Instant,
    ) -> Result<Box<Self>, Error> {
        let operation = target.operation();
        let name = if operation.is_none() { Some(target.name()) } else { None };
        Self::prepare(config, target, input, options, host, now).map_err(|mut error| {
            error.inner.operation = name.or_else(|| Some(operation?.id.to_owned()));
            error.inner.language = config.language;
            error
        })
    }

    fn prepare(
        config: &Arc<Config>,
        target: Target,
        mut input: Input,
        mut options: CallOptions,
        host: HostState,
        now: Instant,
    ) -> Result<Box<Self>, Error> {
        options.take_option_headers()?;
        #[cfg(feature = "reqwest")]
        if config.http_client.is_some() && options.connect_timeout.is_some() {
            return Err(Error::validation(crate::messages::config::option_of_http_client(
                "connect_timeout",
            )));
        }
        let warnings = request::check::call(config, &target, &mut input, &mut options)?;
        let destination = match &target {
            Target::Download(download) => {
                download.check(&input, &options)?;
                download.destination()?
            }
            _ => None,
        };
        if !config.binding_logs {
            log::warnings(&warnings);
        }
        let polling = match &options.until {
            Some(until) => Some(Box::new(Polling::new(target.operation(), until, now)?)),
            None => None,
        };
        let timeout = match polling {
            Some(_) => polling::TIMEOUT,
            None => config.timeout,
        };
        let idempotency_key = match (&options.idempotency_key, &target) {
            (Some(key), _) => Some(key.clone()),
            // Every POST has a key: a server that ignores it is not harmed, and the call can be
            // traced.
            (None, target) if *target.method() == http::Method::POST => {
                Some(idempotency_key::random())
            }
            _ => None,
        };
        let request_id = options.request_id.clone().or_else(|| config.request_id.clone());
        let request_id = request_id.unwrap_or_else(request::request_id::next);
        let routes = routes::list(config, &target);
        let first = routes::first(routes, &host, &target).ok_or_else(|| {
            let message = messages::no_route_in_style(target.name());
            Error::new(ErrorKind::UnsupportedOperation, message)
        })?;
        // Boxed: a call is large, and is moved several times before it runs.
        let mut call = Box::new(Self {
            max_retries: options.max_retries.unwrap_or(config.max_retries),
            deadline: now + options.timeout.unwrap_or(timeout),
            route: first.index,
            first_route: first,
            config: Arc::clone(config),
            target,
            input: Arc::new(input),
            options,
            routes,
            missing_routes: 0,
            host_is_newest: host.newest,
            learned_newest: false,
            clock_offset: host.clock_offset,
            shown_clock_offset: None,
            started_at: SystemTime::now(),
            request_id,
            idempotency_key,
            history: Vec::new(),
            sent_at: now,
            retries: 0,
            in_progress_retries: 0,
            budget: host.budget,
            spent: 0,
            url: String::new(),
            destination,
            first_request: None,
            in_flight: false,
            was_sent: false,
            earlier_unknown: false,
            last: None,
            progress: None,
            observer: observer_of(config),
            span: AttemptSpan::new(),
            warnings,
            to_record: None,
            skipped: Duration::ZERO,
            polling,
            next: Next::Send,
        });
        // Built now, so that an invalid request fails before the call runs.
        call.first_request = Some(call.request()?);
        Ok(call)
    }

    /// When the call must be over.
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// The time until the deadline.
    pub(crate) fn time_left(&self, now: Instant) -> Duration {
        self.deadline.saturating_duration_since(now)
    }

    /// Warnings about the arguments, for the language's log.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Adds an observer, for a language that makes one for each call.
    pub fn observe(&mut self, observer: Arc<dyn Observer>) {
        self.observer = Some(match self.observer.take() {
            Some(first) => Arc::new(Both(first, observer)),
            None => observer,
        });
    }

    /// The span of the attempt in flight, if spans are enabled.
    pub(crate) fn span(&self) -> &AttemptSpan {
        &self.span
    }

    /// The configuration of the call.
    pub fn config(&self) -> &Arc<Config> {
        &self.config
    }

    /// Maximum time to wait for a connection.
    pub fn connect_timeout(&self) -> Duration {
        self.options.connect_timeout.unwrap_or(self.config.connect_timeout)
    }

    /// Maximum time between two chunks of a response, after its head.
    pub fn idle_timeout(&self) -> Duration {
        self.options.idle_timeout.unwrap_or(self.config.idle_timeout)
    }

    /// The file that a successful response is written to.
    pub(crate) fn destination(&self) -> Option<&Destination> {
        self.destination.as_ref()
    }

    /// Whether this is a download from a link, to which nothing of the client is sent.
    pub fn is_download(&self) -> bool {
        matches!(self.target, Target::Download(_))
    }

    /// Whether this call only opens a connection, and sends nothing.
    pub fn is_prewarm(&self) -> bool {
        matches!(self.target, Target::Connection)
    }

    /// The limits for a caller's HTTP client, which keeps the whole body in memory.
    pub fn limits_in_memory(&self) -> Limits {
        let limits = self.config.limits;
        match &self.target {
            Target::Download(download) => {
                Limits { body: download.most_in_memory(&self.config), ..limits }
            }
            _ => limits,
        }
    }

    /// Index of the route in use, which is remembered for the base URL.
    pub fn route(&self) -> usize {
        self.route
    }

    /// What a successful call has taught about its host.
    pub(crate) fn learned(&self) -> Learned {
        let changed = self.first_route.teaches && self.route != self.first_route.index;
        let known = self.clock_offset;
        let is_new = |shown: &i64| known.is_none_or(|known| known.abs_diff(*shown) > CLOCK_STEP);
        Learned {
            route: changed.then_some(self.route),
            newest: self.learned_newest,
            clock_offset: self.shown_clock_offset.filter(is_new),
        }
    }

    pub(super) fn request(&mut self) -> Result<Request, Error> {
        let route = self
            .routes
            .get(self.route)
            .ok_or_else(|| Error::internal(messages::no_route_left()))?;
        self.url =
            request::address(route.base(&self.config), &self.target, &self.input, route.style)?;
        let headers = match &self.target {
            // Another host gets nothing about this client, its request id included.
            Target::Download(_) => self.config.common_headers.clone(),
            _ => request::headers(
                &self.config,
                &self.options,
                self.input.body.is_some(),
                &self.request_id,
                self.idempotency_key.as_deref(),
            )?,
        };
        Ok(Request {
            method: self.target.method().clone(),
            url: self.url.clone(),
            headers,
            body: request::body(&self.target, &self.input, route.style)?,
        })
    }

    /// Adds the result of the last request to the history of the call.
    pub(super) fn record_attempt(
        &mut self,
        raw: &Result<RawResponse, TransportError>,
        now: Instant,
    ) {
        let route = self.route_template();
        self.history.push(Attempt {
            method: self.target.method().clone(),
            route,
            status: raw.as_ref().ok().map(|raw| raw.status),
            failure: raw.as_ref().err().map(|failure| failure.kind),
            elapsed: now.saturating_duration_since(self.sent_at),
            request_id: raw
                .as_ref()
                .ok()
                .and_then(|raw| error_body::request_id(&raw.headers))
                .unwrap_or_else(|| self.request_id.clone()),
        });
    }

    /// The template of the route in use: it has the names of parameters, not their values.
    pub(super) fn route_template(&self) -> Cow<'static, str> {
        let style = self.routes.get(self.route).map(|route| route.style);
        style.map(|style| self.target.route_template(style)).unwrap_or_default()
    }

    pub(super) fn attempts(&self) -> u32 {
        u32::try_from(self.history.len()).unwrap_or(u32::MAX)
    }
}
