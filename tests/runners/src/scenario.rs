//! A scenario: a call, the exchanges it must cause, and its outcome.

pub(crate) mod load;

use serde::Deserialize;
use serde_json::{Map, Value};

/// One call, and everything that it must cause.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scenario {
    pub(crate) name: String,
    /// Ids of the requirements that it shows.
    pub(crate) groups: Vec<String>,
    /// One sentence.
    pub(crate) why: String,
    /// How the server accepts connections.
    #[serde(default)]
    pub(crate) listen: Listen,
    /// Options of the client; `base` is the path of its base URL.
    #[serde(default)]
    pub(crate) client: Map<String, Value>,
    /// Calls before it, which must succeed.
    #[serde(default)]
    pub(crate) before: Vec<Value>,
    /// Pause between those and the call.
    #[serde(default)]
    pub(crate) pause_ms: u64,
    pub(crate) call: Value,
    /// Requests and responses in order. The client must send no others.
    #[serde(default)]
    pub(crate) serve: Vec<Exchange>,
    pub(crate) outcome: Map<String, Value>,
    pub(crate) within_ms: Option<u64>,
    pub(crate) at_least_ms: Option<u64>,
    /// Maximum growth of the runner's memory; such a scenario runs alone.
    pub(crate) grows_mib: Option<u64>,
    /// Compare the bytes of the first request with a file.
    #[serde(default)]
    pub(crate) golden: bool,
    /// Error messages may differ between languages: they contain a time, or names in the
    /// language's own case.
    #[serde(default)]
    pub(crate) own_words: bool,
    /// Values may differ between languages: Rust has types where others have none.
    #[serde(default)]
    pub(crate) own_values: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Listen {
    #[default]
    Plain,
    /// The port is closed.
    Closed,
    /// A certificate that the client is configured to trust.
    TlsTrusted,
    /// A self-signed certificate.
    TlsSelfSigned,
    /// A trusted certificate that has expired.
    TlsExpired,
    /// A trusted certificate that is not valid yet.
    TlsTooEarly,
    /// A trusted certificate for another host.
    TlsOtherHost,
    /// The handshake is cut off.
    TlsCutOff,
    /// The server speaks plain HTTP on an `https` address.
    TlsNot,
}

impl Listen {
    pub(crate) fn scheme(self) -> &'static str {
        if matches!(self, Self::Plain | Self::Closed) { "http" } else { "https" }
    }
}

impl Scenario {
    /// Whether it depends on time.
    pub(crate) fn is_timed(&self) -> bool {
        let limited = |options: Option<&Value>| {
            let timeouts = ["timeout", "attempt_timeout", "idle_timeout"];
            timeouts.iter().any(|name| options.is_some_and(|given| given.get(*name).is_some()))
        };
        self.within_ms.is_some()
            || self.at_least_ms.is_some()
            || limited(Some(&Value::Object(self.client.clone())))
            || limited(self.call.get("options"))
    }
}

/// One request and its response.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Exchange {
    #[serde(default)]
    pub(crate) expect: Expect,
    #[serde(rename = "answer")]
    pub(crate) response: Response,
    /// Repeats the exchange.
    #[serde(default = "once")]
    pub(crate) times: usize,
}

fn once() -> usize {
    1
}

/// Conditions for a request. Parts that are not named can have any value.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expect {
    pub(crate) method: Option<String>,
    /// The path as it is sent, without the query.
    pub(crate) path: Option<String>,
    /// The whole query, with names and values decoded.
    pub(crate) query: Option<Map<String, Value>>,
    #[serde(default)]
    pub(crate) headers: Map<String, Value>,
    /// The body; numbers must have the same digits.
    pub(crate) json: Option<Value>,
}

/// What the server sends: a well-formed response, or steps.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Response {
    pub(crate) status: Option<u16>,
    #[serde(default)]
    pub(crate) headers: Map<String, Value>,
    pub(crate) json: Option<Value>,
    /// A list of this many sessions, whose ids continue from request to request.
    pub(crate) rows: Option<usize>,
    /// A string, or parts: strings and `{"repeat": "text", "times": 9}`.
    pub(crate) text: Option<Value>,
    pub(crate) base64: Option<String>,
    /// Compress the body.
    #[serde(default)]
    pub(crate) gzip: bool,
    /// Chunked instead of with a `Content-Length`.
    #[serde(default)]
    pub(crate) chunked: bool,
    /// What happens to the connection afterwards: `close`, `reset` or `hang`.
    pub(crate) then: Option<Step>,
    pub(crate) steps: Option<Vec<Step>>,
}

/// One action of the server on the connection.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Step {
    Send(String),
    SendBase64(String),
    /// The text, repeated.
    Repeat {
        text: String,
        times: u64,
    },
    /// The text, byte by byte.
    Drip {
        text: String,
        every_ms: u64,
    },
    PauseMs(u64),
    /// This many mebibytes of zeros, compressed.
    GzipZerosMib(u64),
    Close,
    Reset,
    /// Sends nothing until the client closes the connection.
    Hang,
}
