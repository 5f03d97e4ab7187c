//! The arguments of one call: the values of its path, query and body, and its options.

use std::fmt;
use std::time::Duration;

use crate::config::headers::names;
use crate::error::Error;
use crate::json::{Map, Value};
use crate::limits::LONGEST_TIME;
use crate::messages::request as messages;
use crate::secret::Secret;

/// The values of one call. Numbers keep all their digits. A body may have names that the schema
/// does not list; they are sent unchanged.
#[derive(Debug, Clone, Default)]
pub struct Input {
    /// Path parameters by name.
    pub path: Map<String, Value>,
    /// Query parameters by name; null is left out.
    pub query: Map<String, Value>,
    /// The body: an object, or any value for endpoints outside the table.
    pub body: Option<Value>,
}

impl Input {
    /// An input with only a body.
    pub fn body(body: impl Into<Value>) -> Self {
        Self { body: Some(body.into()), ..Self::default() }
    }

    /// An input with only a query.
    pub fn query(query: Map<String, Value>) -> Self {
        Self { query, ..Self::default() }
    }

    /// Adds a path parameter.
    #[must_use]
    pub fn with_path(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.path.insert(name.to_owned(), value.into());
        self
    }
}

/// Options of one call. An option that is left out has the client's value.
///
/// ```
/// use std::time::Duration;
/// use lomi::CallOptions;
///
/// let key = lomi::idempotency_key::for_order("order-123")?;
/// let options = CallOptions::new().idempotency_key(key).timeout(Duration::from_secs(20));
/// # Ok::<(), lomi::Error>(())
/// ```
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct CallOptions {
    /// Deadline of the whole call, retries and pauses included.
    pub timeout: Option<Duration>,
    /// Longest time for one attempt.
    pub attempt_timeout: Option<Duration>,
    /// Longest time to wait for a connection.
    pub connect_timeout: Option<Duration>,
    /// Longest pause of the server within a response, after its head.
    pub idle_timeout: Option<Duration>,
    /// How many times to repeat after the first attempt; 0 is exactly one request.
    pub max_retries: Option<u32>,
    /// The caller's own idempotency key, 1 to 255 visible ASCII characters.
    pub idempotency_key: Option<String>,
    /// The caller's own request id.
    pub request_id: Option<String>,
    /// Headers of this call. They replace the client's headers of the same name. An
    /// `Idempotency-Key` or an `X-Request-Id` among them is treated as the option of that name.
    pub headers: Vec<(String, String)>,
    /// Headers that a documented client adds to each of its calls, before `headers`. An
    /// `Idempotency-Key` among them is refused.
    pub default_headers: Vec<(String, String)>,
    /// A key for this call in place of the client's.
    pub api_key: Option<Secret>,
    /// The network member to act for (`Lomi-Account`).
    pub account: Option<String>,
    /// Returns the response whatever its status is, instead of an error.
    pub any_status: bool,
    /// Fields to add to the body unchanged, whatever their names; they are not checked.
    pub extra_body: Map<String, Value>,
    /// Repeats a read until its object is in this state, or in one that is final. `final` is any
    /// final state. The timeout, 300 s by default, limits the whole wait.
    pub until: Option<String>,
}

impl fmt::Debug for CallOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallOptions")
            .field("timeout", &self.timeout)
            .field("max_retries", &self.max_retries)
            .field("idempotency_key", &self.idempotency_key)
            .field("request_id", &self.request_id)
            .field("account", &self.account)
            .field("headers", &names(&self.headers))
            .finish_non_exhaustive()
    }
}

impl CallOptions {
    /// No options: the client's configuration applies.
    pub fn new() -> Self {
        Self::default()
    }

    /// Deadline of the whole call, retries and pauses included.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout: Some(timeout), ..self }
    }

    /// Longest time for one attempt.
    #[must_use]
    pub fn attempt_timeout(self, timeout: Duration) -> Self {
        Self { attempt_timeout: Some(timeout), ..self }
    }

    /// Longest time to wait for a connection.
    #[must_use]
    pub fn connect_timeout(self, timeout: Duration) -> Self {
        Self { connect_timeout: Some(timeout), ..self }
    }

    /// Maximum time between two chunks of a response.
    #[must_use]
    pub fn idle_timeout(self, timeout: Duration) -> Self {
        Self { idle_timeout: Some(timeout), ..self }
    }

    /// How many times to repeat after the first attempt; 0 is exactly one request.
    #[must_use]
    pub fn max_retries(self, retries: u32) -> Self {
        Self { max_retries: Some(retries), ..self }
    }

    /// For a read: repeats it until its object is in this state, or in one that is final.
    #[must_use]
    pub fn until(self, state: impl Into<String>) -> Self {
        Self { until: Some(state.into()), ..self }
    }

    /// With `final` as the state to wait for, unless another one is given.
    pub(crate) fn or_until_final(self) -> Self {
        Self { until: self.until.or_else(|| Some("final".to_owned())), ..self }
    }

    /// The caller's own idempotency key, 1 to 255 visible ASCII characters.
    #[must_use]
    pub fn idempotency_key(self, key: impl Into<String>) -> Self {
        Self { idempotency_key: Some(key.into()), ..self }
    }

    /// The caller's own request id.
    #[must_use]
    pub fn request_id(self, id: impl Into<String>) -> Self {
        Self { request_id: Some(id.into()), ..self }
    }

    /// Adds a header to this call.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// A key for this call in place of the client's.
    #[must_use]
    pub fn api_key(self, key: impl Into<String>) -> Self {
        Self { api_key: Some(Secret::new(key)), ..self }
    }

    /// The network member to act for (`Lomi-Account`).
    #[must_use]
    pub fn account(self, account: impl Into<String>) -> Self {
        Self { account: Some(account.into()), ..self }
    }

    /// Adds a field to the body unchanged, whatever its name.
    #[must_use]
    pub fn extra_body(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.extra_body.insert(name.into(), value.into());
        self
    }

    /// Refuses a time of zero, and limits one that is too long for a clock.
    pub(crate) fn bound_times(&mut self) -> Result<(), Error> {
        for (name, time) in [
            ("timeout", &mut self.timeout),
            ("connect_timeout", &mut self.connect_timeout),
            ("attempt_timeout", &mut self.attempt_timeout),
            ("idle_timeout", &mut self.idle_timeout),
        ] {
            if let Some(time) = time {
                if time.is_zero() {
                    return Err(Error::validation(messages::not_above_zero(name)));
                }
                *time = (*time).min(LONGEST_TIME);
            }
        }
        Ok(())
    }
}
