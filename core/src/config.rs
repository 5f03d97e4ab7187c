//! How a client behaves: plain data, cheap to clone, the same on both sides of a fork.

mod base_url;
mod builder;
mod credentials;
mod endpoint;
pub(crate) mod headers;
pub(crate) mod key;
mod proxy;
mod time;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderMap;

use crate::error::Error;
use crate::limits::Limits;
use crate::observer::Observer;
use crate::secret::Secret;
use crate::table::RouteStyle;

pub use builder::ConfigBuilder;
pub(crate) use credentials::Credentials;
pub(crate) use endpoint::Endpoint;
pub use headers::check_client_headers;
pub(crate) use proxy::Proxy;
pub use time::{milliseconds, seconds};

/// How the routes are spelt in requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum RouteChoice {
    /// Find out: the next spelling is tried when the server says it has no such route.
    #[default]
    Auto,
    /// One spelling, always.
    Only(RouteStyle),
}

impl std::str::FromStr for RouteChoice {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self, Error> {
        match word {
            "auto" => Ok(Self::Auto),
            "documented" => Ok(Self::Only(RouteStyle::Documented)),
            "current" => Ok(Self::Only(RouteStyle::Current)),
            other => Err(Error::configuration(format!(
                "routes must be auto, documented or current, not {other:?}"
            ))),
        }
    }
}

/// A checked configuration. Made with [`ConfigBuilder`].
#[derive(Clone)]
#[non_exhaustive]
pub struct Config {
    /// The secret key. Nothing is sent for it when it is not given and not required.
    pub api_key: Option<Secret>,
    /// Word before the key in its header, as the documented clients allow.
    pub api_key_prefix: Option<String>,
    /// Where the API is, without a slash at the end.
    pub base_url: String,
    /// How the routes are spelt.
    pub routes: RouteChoice,
    /// Deadline of a whole call, retries and pauses included.
    pub timeout: Duration,
    /// Longest time for one attempt, where it is given; see [`ConfigBuilder`].
    pub attempt_timeout: Option<Duration>,
    /// Longest time to wait for a connection.
    pub connect_timeout: Duration,
    /// Longest pause of the server within a response, after its head.
    pub idle_timeout: Duration,
    /// How many times a safe call is repeated.
    pub max_retries: u32,
    /// Headers for every call.
    pub headers: Vec<(String, String)>,
    /// What the client calls itself.
    pub user_agent: String,
    /// Bounds on answers.
    pub limits: Limits,
    /// More certificate authorities to trust, as files of PEM text.
    pub ca_files: Vec<PathBuf>,
    /// The language logs what calls did by itself, from their history.
    pub binding_logs: bool,
    /// Calls come from the documented classes, which send what they are given: what is
    /// doubtful about it is a warning.
    pub documented: bool,
    /// What is doubtful about the configuration itself.
    pub warnings: Vec<String>,
    pub(crate) observer: Option<Arc<dyn Observer>>,
    pub(crate) endpoint: Arc<Endpoint>,
    /// Sends every request in place of our own transport.
    #[cfg(feature = "reqwest")]
    pub(crate) http_client: Option<reqwest::Client>,
    /// The request id of every call that gives none, from the headers.
    pub(crate) request_id: Option<String>,
    /// Headers for every call, checked.
    pub(crate) common_headers: HeaderMap,
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("api_key", &self.api_key)
            .field("base_url", &self.base_url)
            .field("routes", &self.routes)
            .field("timeout", &self.timeout)
            .field("max_retries", &self.max_retries)
            .finish_non_exhaustive()
    }
}
