//! One attempt of a call: what was sent, and what came back. A line of a recording.

use bytes::Bytes;
use http::HeaderMap;

use super::mask;
use crate::error::{ErrorKind, Outcome};
use crate::json::{Map, Value};
use crate::message::{Language, Message};

/// The version of the format.
const VERSION: i64 = 1;

/// Headers of a response that are recorded, by the start of their names. Of others, some would
/// identify the merchant, and the time of the server would be wrong in a replay.
const HEADERS: &[&str] = &[
    "content-type",
    "idempoten",
    "location",
    "lomi-",
    "ratelimit-",
    "retry-after",
    "x-idempoten",
    "x-ratelimit-",
    "x-request-id",
];

/// The longest body that is no JSON, in bytes: an error page says little after that.
const LONGEST_TEXT: usize = 16 * 1024;

/// What was received for a request.
#[derive(Debug, Clone)]
pub(crate) enum Received {
    Response { status: u16, headers: HeaderMap, body: Bytes },
    Failure { kind: ErrorKind, outcome: Outcome, message: Message },
}

/// One attempt.
#[derive(Debug, Clone)]
pub(crate) struct Exchange {
    /// The operation, such as `get_refund`, or the method and path of another endpoint.
    pub(crate) operation: String,
    pub(crate) method: String,
    /// The path of the base URL, such as `/v1`.
    pub(crate) base: String,
    /// The path and the query.
    pub(crate) target: String,
    pub(crate) idempotency_key: Option<String>,
    /// The JSON of the body; null if there is none.
    pub(crate) body: Value,
    pub(crate) received: Received,
}

impl Exchange {
    /// One line of a recording, with masks. `at` is the time, `seconds` how long it took.
    pub(super) fn to_line(&self, at: &str, seconds: f64) -> String {
        let mut line = Map::new();
        let mut add = |name: &str, value: Value| drop(line.insert(name.to_owned(), value));
        add("lomi", VERSION.into());
        add("at", at.into());
        add("operation", mask::string(&self.operation).into());
        add("method", self.method.as_str().into());
        add("base", self.base.as_str().into());
        add("path", mask::target(&self.target).into());
        if let Some(key) = &self.idempotency_key {
            add("idempotency_key", mask::string(key).into());
        }
        if !self.body.is_null() {
            add("body", mask::value(self.body.clone()));
        }
        match &self.received {
            Received::Response { status, headers, body } => {
                add("status", i64::from(*status).into());
                add("headers", recorded(headers).into());
                match std::str::from_utf8(body).ok().map(str::parse::<Value>) {
                    Some(Ok(json)) => add("response", mask::value(json)),
                    _ if body.is_empty() => {}
                    _ => add("text", mask::string(&start(body)).into()),
                }
            }
            Received::Failure { kind, outcome, message } => {
                let failure = [
                    ("kind", kind.class_name()),
                    ("outcome", outcome.as_str()),
                    ("message", &mask::string(message.text(Language::English))),
                ];
                let failure = failure.map(|(name, value)| (name.to_owned(), Value::from(value)));
                add("failure", Map::from_iter(failure).into());
            }
        }
        add("seconds", Value::from((seconds * 1000.0).round() / 1000.0));
        let mut line = Value::from(line).to_string();
        line.push('\n');
        line
    }

    /// Reads a line; `None` if it is no line of a recording.
    pub(super) fn of_line(line: &str) -> Option<Self> {
        let all: Value = line.parse().ok()?;
        let text = |name: &str| all.get(name).and_then(Value::as_str).map(str::to_owned);
        if all.get("lomi").and_then(Value::as_i64) != Some(VERSION) {
            return None;
        }
        Some(Self {
            operation: text("operation")?,
            method: text("method")?,
            base: text("base")?,
            target: text("path")?,
            idempotency_key: text("idempotency_key"),
            body: all.get("body").cloned().unwrap_or_default(),
            received: match all.get("failure") {
                Some(failure) => Received::failure_of(failure)?,
                None => Received::response_of(&all)?,
            },
        })
    }

    /// Whether a request with masks is the one of this exchange.
    pub(super) fn is_of(&self, method: &str, target: &str, body: &Value) -> bool {
        self.method == method && self.target == target && self.body == *body
    }
}

impl Received {
    /// A response with a JSON body.
    pub(super) fn json(status: u16, body: &Value) -> Self {
        let mut headers = HeaderMap::new();
        let json = http::HeaderValue::from_static("application/json");
        headers.insert(http::header::CONTENT_TYPE, json);
        Self::Response { status, headers, body: body.to_string().into() }
    }

    /// A failure that no retry can mend.
    pub(crate) fn refused(message: Message) -> Self {
        let (kind, outcome) = (ErrorKind::Configuration, Outcome::Final);
        Self::Failure { kind, outcome, message }
    }

    fn failure_of(failure: &Value) -> Option<Self> {
        let text = |name: &str| failure.get(name).and_then(Value::as_str);
        let kinds = [
            ErrorKind::Connection,
            ErrorKind::Timeout,
            ErrorKind::Tls,
            ErrorKind::ResponseTooLarge,
            ErrorKind::UnexpectedResponse,
            ErrorKind::UnexpectedRedirect,
            ErrorKind::Configuration,
        ];
        let outcomes = [Outcome::NotSent, Outcome::Rejected, Outcome::Unknown, Outcome::Final];
        let (kind, outcome) = (text("kind")?, text("outcome")?);
        Some(Self::Failure {
            kind: kinds.into_iter().find(|known| known.class_name() == kind)?,
            outcome: outcomes.into_iter().find(|known| known.as_str() == outcome)?,
            message: Message::untranslated(text("message")?),
        })
    }

    fn response_of(all: &Value) -> Option<Self> {
        let mut headers = HeaderMap::new();
        for (name, value) in all.get("headers")?.as_object()? {
            let name = http::HeaderName::try_from(name.as_str()).ok()?;
            headers.append(name, http::HeaderValue::try_from(value.as_str()?).ok()?);
        }
        let body = match (all.get("response"), all.get("text")) {
            (Some(json), _) => json.to_string(),
            (None, text) => text.and_then(Value::as_str).unwrap_or_default().to_owned(),
        };
        Some(Self::Response {
            status: u16::try_from(all.get("status")?.as_i64()?).ok()?,
            headers,
            body: body.into(),
        })
    }
}

/// The headers that are recorded.
fn recorded(headers: &HeaderMap) -> Map<String, Value> {
    let named = headers
        .iter()
        .filter(|(name, _)| HEADERS.iter().any(|start| name.as_str().starts_with(start)));
    let named = named.filter_map(|(name, value)| {
        Some((name.as_str().to_owned(), mask::string(value.to_str().ok()?).into()))
    });
    named.collect()
}

fn start(body: &[u8]) -> String {
    String::from_utf8_lossy(body.get(..LONGEST_TEXT).unwrap_or(body)).into_owned()
}
