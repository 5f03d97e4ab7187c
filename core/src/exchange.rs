//! One logical call as a state machine without I/O: it says what to send or how long
//! to wait, and is told what happened. Whoever does the I/O (`transport`, or a Guzzle
//! client that PHP code passed in) follows the same rules.

mod outcome;
mod reading;

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::HeaderMap;
use reading::Unread;

use crate::budget::Budget;
use crate::config::Config;
use crate::error::{Attempt, Error, ErrorKind, Outcome};
use crate::failure;
use crate::input::{CallOptions, Input};
use crate::progress::Progress;
use crate::reply::Reply;
use crate::request::{self, Request, Target};
use crate::retry::{self, Verdict};
use crate::spelling::{self, Spelling};
use crate::{check, idempotency_key, log};

/// What to do next for a call.
// Made once per step and taken apart at once, so its size costs nothing.
#[allow(clippy::large_enum_variant)]
#[derive(Debug)]
pub enum Step {
    /// Send this within the given time, then say what happened with [`Exchange::heard`].
    Send(Request, Duration),
    /// Wait so long, then ask again with [`Exchange::step`].
    Wait(Duration),
    /// The call is over.
    Done(Result<Reply, Error>),
}

/// An answer as the transport read it: any status, the whole body.
#[derive(Debug, Clone)]
pub struct Heard {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// The decoded body.
    pub body: Bytes,
}

/// Why no whole answer was read.
#[derive(Debug, Clone)]
pub struct Silence {
    /// Connection, Timeout, Tls or ResponseTooLarge.
    pub kind: ErrorKind,
    /// NotSent where the request cannot have arrived, Final where repeating is of no
    /// use, Unknown in every other case.
    pub outcome: Outcome,
    /// One sentence.
    pub message: String,
}

/// What a process remembers from one call to the next, per base URL.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    /// The spelling of the routes that answered.
    pub spelling: Option<usize>,
    /// What repeating is worth.
    pub budget: Arc<Budget>,
}

/// One logical call.
pub struct Exchange {
    config: Arc<Config>,
    target: Target,
    input: Input,
    options: CallOptions,
    spellings: &'static [Spelling],
    /// Which spelling is in use, which one was at first, and how many were refused as
    /// routes.
    spelling: usize,
    remembered: usize,
    refused: usize,
    request_id: String,
    idempotency_key: Option<String>,
    deadline: Instant,
    max_retries: u32,
    history: Vec<Attempt>,
    sent_at: Instant,
    retries: u32,
    /// Requests after which the server said that it still works on the key.
    asked_again: u32,
    budget: Arc<Budget>,
    /// Tokens that this call took from the budget.
    spent: i64,
    url: String,
    /// The first request, built when the call was checked.
    ready: Option<Request>,
    /// A request was handed over, and what it came to is not known yet.
    under_way: bool,
    /// An attempt that may have been carried out went before.
    risked: bool,
    /// What the last attempt came to, where the call went on after it.
    last: Option<Error>,
    /// Told of every attempt, where somebody asked for it.
    progress: Option<Progress>,
    /// What is doubtful about the call, where the client sends what it is given.
    warnings: Vec<String>,
    next: Next,
}

enum Next {
    Send,
    Wait(Duration),
    Done(Box<Result<Reply, Error>>),
    Over,
}

impl Exchange {
    /// Checks the input and prepares the call. Nothing is sent yet.
    pub fn new(
        config: &Arc<Config>,
        target: Target,
        input: Input,
        options: CallOptions,
        memory: Memory,
        now: Instant,
    ) -> Result<Self, Error> {
        let name = target.name();
        Self::prepare(config, target, input, options, memory, now).map_err(|mut error| {
            error.operation = Some(name);
            error
        })
    }

    fn prepare(
        config: &Arc<Config>,
        target: Target,
        mut input: Input,
        mut options: CallOptions,
        memory: Memory,
        now: Instant,
    ) -> Result<Self, Error> {
        options.lift_headers()?;
        let warnings = check::call(config, &target, &mut input, &mut options)?;
        if !config.own_log {
            log::warnings(&warnings);
        }
        let idempotency_key = match (&options.idempotency_key, &target) {
            (Some(key), _) => Some(key.clone()),
            // Harmless where the server ignores it, and it makes the call traceable.
            (None, target) if *target.method() == http::Method::POST => {
                Some(idempotency_key::random())
            }
            _ => None,
        };
        let request_id = options.request_id.clone().or_else(|| config.request_id.clone());
        let request_id = request_id.unwrap_or_else(idempotency_key::random);
        let spellings = spelling::list(config, &target);
        let spelling = memory.spelling.filter(|at| *at < spellings.len()).unwrap_or(0);
        let mut exchange = Self {
            max_retries: options.max_retries.unwrap_or(config.max_retries),
            deadline: now + options.timeout.unwrap_or(config.timeout),
            spelling,
            remembered: spelling,
            config: Arc::clone(config),
            target,
            input,
            options,
            spellings,
            refused: 0,
            request_id,
            idempotency_key,
            history: Vec::new(),
            sent_at: now,
            retries: 0,
            asked_again: 0,
            budget: memory.budget,
            spent: 0,
            url: String::new(),
            ready: None,
            under_way: false,
            risked: false,
            last: None,
            progress: None,
            warnings,
            next: Next::Send,
        };
        // Whatever is wrong with the request is wrong now.
        exchange.ready = Some(exchange.request()?);
        Ok(exchange)
    }

    /// When the call must be over.
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// The time until then.
    pub(crate) fn time_left(&self, now: Instant) -> Duration {
        self.deadline.saturating_duration_since(now)
    }

    /// A view of this call for whoever may stop waiting for it.
    pub fn progress(&mut self) -> Progress {
        let progress = self.progress.take().unwrap_or_else(|| {
            let key = self.idempotency_key.clone();
            Progress::new(self.target.clone(), key, self.request_id.clone(), self.attempts())
        });
        self.progress.insert(progress).clone()
    }

    /// What is doubtful about the call, for the language's own log.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// The configuration of the call.
    pub fn config(&self) -> &Arc<Config> {
        &self.config
    }

    /// Longest time to wait for a connection.
    pub fn connect_timeout(&self) -> Duration {
        self.options.connect_timeout.unwrap_or(self.config.connect_timeout)
    }

    /// Longest pause of the server within a response, after its head.
    pub fn idle_timeout(&self) -> Duration {
        self.options.idle_timeout.unwrap_or(self.config.idle_timeout)
    }

    /// The spelling that answered, to be remembered for this base URL.
    pub fn spelling(&self) -> usize {
        self.spelling
    }

    /// Whether that is news.
    pub(crate) fn has_learnt(&self) -> bool {
        self.spelling != self.remembered
    }

    /// What to do now.
    pub fn step(&mut self, now: Instant) -> Step {
        match std::mem::replace(&mut self.next, Next::Over) {
            Next::Over => Step::Done(Err(Error::internal("the call is over already"))),
            Next::Done(result) => Step::Done(*result),
            Next::Wait(pause) => {
                self.next = Next::Send;
                Step::Wait(pause)
            }
            Next::Send => {
                let left = self.deadline.saturating_duration_since(now);
                if left.is_zero() {
                    let error = self.last.take().unwrap_or_else(|| {
                        let message = failure::with_address("the deadline passed", &self.url);
                        Error::new(ErrorKind::Timeout, message)
                    });
                    return Step::Done(Err(self.finish(error)));
                }
                match self.ready.take().map_or_else(|| self.request(), Ok) {
                    Ok(request) => {
                        self.sent_at = now;
                        self.under_way = true;
                        if let Some(progress) = &self.progress {
                            progress.attempt();
                        }
                        Step::Send(request, left.min(self.attempt_timeout()))
                    }
                    Err(error) => Step::Done(Err(self.finish(error))),
                }
            }
        }
    }

    fn request(&mut self) -> Result<Request, Error> {
        let spelling = self
            .spellings
            .get(self.spelling)
            .ok_or_else(|| Error::internal("no spelling of the route is left"))?;
        self.url = request::address(&self.config, &self.target, &self.input, spelling)?;
        let headers = request::headers(
            &self.config,
            &self.options,
            self.input.body.is_some(),
            &self.request_id,
            self.idempotency_key.as_deref(),
        )?;
        Ok(Request {
            method: self.target.method().clone(),
            url: self.url.clone(),
            headers,
            body: request::body(&self.target, &self.input, spelling.routes)?,
        })
    }

    /// Takes in what the last request came to. `chance` gives a number that is uniform in
    /// 0..1, for a pause.
    pub fn heard(
        &mut self,
        heard: Result<Heard, Silence>,
        now: Instant,
        chance: impl FnOnce() -> f64,
    ) {
        self.under_way = false;
        self.note(&heard, now);
        let (error, mishap) = match heard {
            Ok(heard) => match self.read(heard) {
                Ok(reply) => {
                    self.budget.refund(self.spent);
                    self.next = Next::Done(Box::new(Ok(reply)));
                    return;
                }
                Err(Unread::OtherSpelling) => {
                    self.next = Next::Send;
                    return;
                }
                Err(Unread::Failed(error, mishap)) => {
                    // A success that cannot be read is none.
                    if let Some(attempt) = self.history.last_mut()
                        && attempt.status.is_some_and(|status| (200..300).contains(&status))
                    {
                        attempt.failure = Some(error.kind);
                    }
                    (*error, mishap)
                }
            },
            Err(silence) => self.silent(silence),
        };
        let left = self.deadline.saturating_duration_since(now);
        let safe = self.replay_safe()
            && (error.kind != ErrorKind::Timeout || self.repeats_after_timeout());
        // Asking about a request that the server still works on is bounded by the deadline.
        let (retry, most) = match mishap.in_progress {
            true if self.max_retries > 0 => (self.asked_again, u32::MAX),
            _ => (self.retries, self.max_retries),
        };
        let verdict = retry::decide(mishap, safe, retry, most, left, chance());
        let paid = match verdict {
            Verdict::Again(pause) => {
                self.budget.spend(error.kind == ErrorKind::Timeout).map(|cost| (pause, cost))
            }
            Verdict::GiveUp => None,
        };
        self.next = match paid {
            Some((pause, cost)) => {
                self.spent += cost;
                match mishap.in_progress {
                    true => self.asked_again += 1,
                    false => self.retries += 1,
                }
                self.risked |= mishap.outcome == Outcome::Unknown;
                self.last = Some(error);
                Next::Wait(pause)
            }
            None => Next::Done(Box::new(Err(self.finish(error)))),
        };
    }

    /// Adds what the last request came to to the history of the call.
    fn note(&mut self, heard: &Result<Heard, Silence>, now: Instant) {
        let route = match &self.target {
            Target::Operation(operation) => self
                .spellings
                .get(self.spelling)
                .and_then(|spelling| operation.path(spelling.routes))
                .unwrap_or_default()
                .into(),
            Target::Raw { path, .. } => log::without_values(path).into(),
        };
        self.history.push(Attempt {
            method: self.target.method().clone(),
            route,
            status: heard.as_ref().ok().map(|heard| heard.status),
            failure: heard.as_ref().err().map(|silence| silence.kind),
            elapsed: now.saturating_duration_since(self.sent_at),
            request_id: heard
                .as_ref()
                .ok()
                .and_then(|heard| failure::request_id(&heard.headers))
                .unwrap_or_else(|| self.request_id.clone()),
        });
    }

    fn attempts(&self) -> u32 {
        u32::try_from(self.history.len()).unwrap_or(u32::MAX)
    }
}
