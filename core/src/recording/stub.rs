//! Answers the requests of unit tests, without a connection.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::example;
use super::exchange::Received;
use super::sent::Sent;
use crate::error::{Error, ErrorKind, Outcome};
use crate::json::{Map, Value};
use crate::messages::recording as messages;
use crate::names;
use crate::table::{OPERATIONS, Operation};

/// Answers the requests of a client in unit tests: with an example of what the API returns, or with
/// what the test has set. Nothing is sent.
///
/// ```
/// # async fn run() -> Result<(), lomi::Error> {
/// let stub = lomi::testing::Stub::new();
/// let client = lomi::Client::builder().stub(&stub).build()?;
/// let session = client.checkout_sessions().get("cs_1").await?;
/// assert_eq!(session.checkout_session_id.as_deref(), Some("cs_1"));
///
/// stub.respond("checkout_sessions.get", 404, r#"{"error": {"message": "no such session"}}"#)?;
/// assert!(client.checkout_sessions().get("cs_1").await.is_err());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Stub {
    number: u64,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// By the operation's id: what its next calls get.
    answers: HashMap<&'static str, VecDeque<Received>>,
    /// The call that got the last failure, which its retries get too.
    failing: Option<(String, Received)>,
    requests: Vec<Value>,
}

impl Default for Stub {
    fn default() -> Self {
        Self::new()
    }
}

impl Stub {
    /// A stub that answers with examples.
    pub fn new() -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(1);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        Self { number, state: Arc::default() }
    }

    /// Sets what the next call of an operation gets, such as `checkout_sessions.get`: a status and
    /// the JSON of the body. Several are used in turn, each by one call with its retries; then the
    /// example is the answer again.
    ///
    /// # Errors [`ErrorKind::Validation`] for an unknown operation, a status that is none, and a
    /// body that is not JSON.
    pub fn respond(&self, operation: &str, status: u16, body: &str) -> Result<(), Error> {
        if !(200..=599).contains(&status) {
            return Err(Error::validation(messages::no_status(status)));
        }
        let body = match body.trim() {
            "" => Value::Null,
            json => json
                .parse()
                .map_err(|_| Error::validation(messages::body_not_json(r#"{"status": "open"}"#)))?,
        };
        self.add(operation, Received::json(status, &body))
    }

    /// Makes the next call of an operation fail: `connection` before it is sent, `timeout` after it
    /// was sent, so that the outcome of a write may be unknown.
    ///
    /// # Errors [`ErrorKind::Validation`] for an unknown operation or another word.
    pub fn fail(&self, operation: &str, how: &str) -> Result<(), Error> {
        let (kind, outcome, message) = match how {
            "connection" => {
                (ErrorKind::Connection, Outcome::NotSent, messages::server_not_reached())
            }
            "timeout" => (ErrorKind::Timeout, Outcome::Unknown, messages::no_response_in_time()),
            other => return Err(Error::validation(messages::unknown_failure(other))),
        };
        self.add(operation, Received::Failure { kind, outcome, message })
    }

    /// The requests so far, as a JSON array: `operation`, `method`, `path` (with the query), `body`
    /// and `idempotency_key` of each.
    pub fn requests(&self) -> Value {
        self.state().requests.clone().into()
    }

    pub(super) fn answer(&self, sent: Sent<'_>) -> Received {
        let mut state = self.state();
        let name = sent.operation.map_or_else(|| sent.name.to_owned(), name_of);
        state.requests.push(request(&name, &sent));
        if let Some((call, answer)) = &state.failing
            && call == sent.call
        {
            return answer.clone();
        }
        let set = sent.operation.and_then(|operation| state.answers.get_mut(operation.id));
        if let Some(answer) = set.and_then(VecDeque::pop_front) {
            if is_failure(&answer) {
                state.failing = Some((sent.call.to_owned(), answer.clone()));
            }
            return answer;
        }
        match sent.operation {
            Some(operation) => Received::json(200, &example::response(operation, &sent)),
            None => Received::json(200, &Map::new().into()),
        }
    }

    /// The base URL of its clients: a host of its own, to which nothing connects.
    pub(crate) fn base_url(&self) -> String {
        format!("https://stub-{}.invalid/v1", self.number)
    }

    fn add(&self, operation: &str, answer: Received) -> Result<(), Error> {
        let id = operation_named(operation)?.id;
        self.state().answers.entry(id).or_default().push_back(answer);
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a call may be retried after an answer.
fn is_failure(answer: &Received) -> bool {
    match answer {
        Received::Failure { .. } => true,
        Received::Response { status, .. } => *status >= 500 || *status == 429,
    }
}

/// The name of an operation in tests, such as `refunds.create`.
fn name_of(operation: &'static Operation) -> String {
    format!("{}.{}", operation.resource, operation.verb)
}

fn operation_named(name: &str) -> Result<&'static Operation, Error> {
    let is_named =
        |operation: &&&'static Operation| operation.id == name || name_of(operation) == name;
    OPERATIONS.iter().find(is_named).copied().ok_or_else(|| {
        let all: Vec<String> = OPERATIONS.iter().map(|operation| name_of(operation)).collect();
        let hint = names::hint(name, all.iter().map(String::as_str));
        Error::validation(messages::unknown_operation(name, hint))
    })
}

fn request(name: &str, sent: &Sent<'_>) -> Value {
    let text = |text: &str| Value::from(text);
    Map::from_iter([
        ("operation".to_owned(), text(name)),
        ("method".to_owned(), text(sent.method)),
        ("path".to_owned(), text(sent.target)),
        ("body".to_owned(), sent.body.clone()),
        ("idempotency_key".to_owned(), sent.idempotency_key.map(text).unwrap_or_default()),
    ])
    .into()
}
