//! The configuration of a client: plain data, cheap to clone, and valid on both sides of a fork.

mod base_url;
mod builder;
mod credentials;
mod endpoint;
pub(crate) mod headers;
pub(crate) mod key;
mod link;
mod proxy;
mod time;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderMap;

use crate::error::Error;
use crate::limits::Limits;
use crate::message::Language;
use crate::messages::config as messages;
use crate::observer::Observer;
use crate::recording::{Offline, Recorder};
use crate::secret::Secret;
use crate::table::RouteStyle;

pub use builder::ConfigBuilder;
pub(crate) use credentials::Credentials;
pub(crate) use endpoint::Endpoint;
pub use headers::check_client_headers;
use proxy::Proxies;
pub(crate) use proxy::Proxy;
pub use time::{milliseconds, moment, seconds, seconds_from_zero};

/// Which route style requests use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum RouteChoice {
    /// Detects it: the next route style is tried when the server has no such route.
    #[default]
    Auto,
    /// Always this route style.
    Only(RouteStyle),
}

impl std::str::FromStr for RouteChoice {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self, Error> {
        match word {
            "auto" => Ok(Self::Auto),
            "documented" => Ok(Self::Only(RouteStyle::Documented)),
            "current" => Ok(Self::Only(RouteStyle::Current)),
            "newest" => Ok(Self::Only(RouteStyle::Newest)),
            other => Err(Error::configuration(messages::unknown_routes(other))),
        }
    }
}

/// A checked configuration. Made with [`ConfigBuilder`].
#[derive(Clone)]
#[non_exhaustive]
pub struct Config {
    /// The secret key. If it is optional and not given, calls carry no key.
    pub api_key: Option<Secret>,
    /// A prefix of the key in its header, which the documented clients allow.
    pub api_key_prefix: Option<String>,
    /// The base URL, without a slash at the end.
    pub base_url: String,
    /// Which route style requests use.
    pub routes: RouteChoice,
    /// Deadline of a whole call, retries and pauses included.
    pub timeout: Duration,
    /// Timeout of one attempt, if given; see [`ConfigBuilder`].
    pub attempt_timeout: Option<Duration>,
    /// Maximum time to wait for a connection.
    pub connect_timeout: Duration,
    /// Maximum time between two chunks of a response, after its head.
    pub idle_timeout: Duration,
    /// How many times a safe call is retried.
    pub max_retries: u32,
    /// Headers for every call.
    pub headers: Vec<(String, String)>,
    /// The `User-Agent` header.
    pub user_agent: String,
    /// The `Lomi-Version` header.
    pub api_version: Option<String>,
    /// Limits on responses.
    pub limits: Limits,
    /// PEM files of more certificate authorities to trust.
    pub ca_files: Vec<PathBuf>,
    /// The binding writes the log itself.
    pub binding_logs: bool,
    /// The client belongs to the documented classes, which send any arguments: a probable mistake
    /// is a warning.
    pub documented: bool,
    /// The language of error messages; that of `LOMI_LANG` when not set.
    pub language: Option<Language>,
    /// Warnings about the configuration.
    pub warnings: Vec<String>,
    pub(crate) observer: Option<Arc<dyn Observer>>,
    /// Where every attempt is recorded.
    pub(crate) recorder: Option<Arc<Recorder>>,
    /// What answers every request: nothing is sent.
    pub(crate) offline: Option<Offline>,
    pub(crate) endpoint: Arc<Endpoint>,
    /// The proxy of other hosts than that of the base URL.
    proxies: Proxies,
    /// Sends every request, instead of our own transport.
    #[cfg(feature = "reqwest")]
    pub(crate) http_client: Option<reqwest::Client>,
    /// The request id of every call without one of its own, from the headers.
    pub(crate) request_id: Option<String>,
    /// Headers of every call, checked and ready to send.
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
