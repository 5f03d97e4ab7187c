//! How a client behaves: plain data, cheap to clone, the same on both sides of a fork.

mod base_url;
pub(crate) mod key;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderMap;

use crate::error::Error;
use crate::input::LONGEST;
use crate::log;
use crate::option_headers::{check_client_headers, take_request_id};
use crate::request;
use crate::schema::Routes;
use crate::secret::Secret;
use crate::tls::Credentials;
use crate::transport::{Destination, MAX_CONNECTIONS, Proxy};

/// Environment variables that stand in for what is not given.
const API_KEY_VARIABLE: &str = "LOMI_API_KEY";
const BASE_URL_VARIABLE: &str = "LOMI_BASE_URL";

/// How the routes are spelt in requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RouteChoice {
    /// Find out: the next spelling is tried when the server says it has no such route.
    #[default]
    Auto,
    /// One spelling, always.
    Only(Routes),
}

impl std::str::FromStr for RouteChoice {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self, Error> {
        match word {
            "auto" => Ok(Self::Auto),
            "documented" => Ok(Self::Only(Routes::Documented)),
            "current" => Ok(Self::Only(Routes::Current)),
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
    pub own_log: bool,
    /// Calls come from the documented classes, which send what they are given: what is
    /// doubtful about it is a warning.
    pub documented: bool,
    /// What is doubtful about the configuration itself.
    pub warnings: Vec<String>,
    pub(crate) destination: Arc<Destination>,
    /// The request id of every call that gives none, from the headers.
    pub(crate) request_id: Option<String>,
    /// Headers for every call, checked.
    pub(crate) common_headers: HeaderMap,
}

/// Bounds on what a server may answer.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of a decoded body.
    pub body: usize,
    /// Bytes of all headers together.
    pub headers: usize,
    /// Levels of nesting in JSON.
    pub depth: usize,
    /// Values in one JSON text, containers included.
    pub values: usize,
    /// How many times larger a compressed body may become.
    pub ratio: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { body: 16 << 20, headers: 64 << 10, depth: 128, values: 250_000, ratio: 100 }
    }
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

/// What a client is set up with. Everything is optional.
#[derive(Debug, Clone, Default)]
pub struct ConfigBuilder {
    /// The secret key; `LOMI_API_KEY` when not given.
    pub api_key: Option<Secret>,
    /// A call without any key is let through (documented clients send none).
    pub key_optional: bool,
    /// Word before the key in its header.
    pub api_key_prefix: Option<String>,
    /// `test` or `live`; follows from the key when not given.
    pub environment: Option<String>,
    /// Where the API is; `LOMI_BASE_URL`, else the environment's host, when not given.
    pub base_url: Option<String>,
    /// How the routes are spelt.
    pub routes: RouteChoice,
    /// Deadline of a whole call; 60 s when not given.
    pub timeout: Option<Duration>,
    /// Longest time for one attempt. When not given, 30 s for what is sent again after it
    /// (reads, and writes whose idempotency key the server knows), and the whole deadline
    /// for any other write.
    pub attempt_timeout: Option<Duration>,
    /// Longest time to wait for a connection; 10 s when not given.
    pub connect_timeout: Option<Duration>,
    /// Longest pause of the server within a response, after its head; 15 s when not given.
    pub idle_timeout: Option<Duration>,
    /// How many times a safe call is repeated; 2 when not given.
    pub max_retries: Option<u32>,
    /// The most connections at once; 256 when not given. Calls beyond wait in their deadline.
    pub max_connections: Option<u32>,
    /// Plain HTTP to another machine, in a network of one's own: the key is unencrypted.
    pub allow_http: bool,
    /// Headers for every call.
    pub headers: Vec<(String, String)>,
    /// What the client calls itself.
    pub user_agent: Option<String>,
    /// Bounds on answers.
    pub limits: Limits,
    /// More certificate authorities to trust, as files of PEM text.
    pub ca_files: Vec<PathBuf>,
    /// A certificate of the client's own, as a file of PEM text, for servers that ask.
    pub certificate_file: Option<PathBuf>,
    /// The file of its key; the certificate's, when not given.
    pub key_file: Option<PathBuf>,
    /// The name that the server's certificate has to show; its host's, when not given.
    pub tls_server_name: Option<String>,
    /// The address of a proxy of HTTP or SOCKS5, which may hold a user and a password. The variables
    /// `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` count, when not given.
    pub proxy: Option<Secret>,
    /// Headers for the proxy alone.
    pub proxy_headers: Vec<(String, String)>,
    /// `HTTPS_PROXY` and the like by name, of a language whose environment is not that of the
    /// process; the environment of the process, when not given.
    pub proxy_variables: Option<Vec<(String, Secret)>>,
    /// The language looks up `LOMI_API_KEY` and `LOMI_BASE_URL` by itself.
    pub own_environment: bool,
    /// The language logs what calls did by itself, from their history.
    pub own_log: bool,
    /// For the documented classes: a doubtful key, amount or field name is a warning, not an
    /// error.
    pub documented: bool,
}

impl ConfigBuilder {
    /// Checks everything and fills in what was left out. Nothing is opened or sent.
    pub fn build(self) -> Result<Arc<Config>, Error> {
        let variable = |name| if self.own_environment { Ok(None) } else { from_environment(name) };
        let api_key = match self.api_key {
            Some(key) => Some(key),
            None if self.key_optional => None,
            None => variable(API_KEY_VARIABLE)?.map(Secret::new),
        };
        match &api_key {
            Some(key) => key::check(key)?,
            None if self.key_optional => {}
            None => {
                return Err(Error::configuration(format!(
                    "no API key: give one, or set {API_KEY_VARIABLE}; keys are made in the \
                     merchant's dashboard of lomi. (a test key starts with lomi_sk_test_)"
                )));
            }
        }
        let base_url = match self.base_url {
            None => variable(BASE_URL_VARIABLE)?,
            given => given,
        };
        let base_url = match base_url {
            Some(given) => given,
            None => base_url::host_for(self.environment.as_deref(), api_key.as_ref())?.to_owned(),
        };
        let (base_url, url) = base_url::check(&base_url, self.allow_http)?;
        let doubt = api_key.as_ref().and_then(|key| key::doubt(key, &base_url));
        let mut warnings: Vec<String> = match doubt {
            Some(doubt) if !self.documented => return Err(Error::configuration(doubt)),
            doubt => doubt.into_iter().collect(),
        };
        warnings.extend(base_url::unencrypted(&url, &base_url));
        if !self.own_log {
            log::warnings_of_client(&warnings);
        }
        let max_connections = match self.max_connections {
            None => MAX_CONNECTIONS,
            Some(0) => return Err(Error::configuration("max_connections must be above 0")),
            Some(given) => usize::try_from(given).unwrap_or(usize::MAX),
        };
        let credentials =
            Credentials::of(self.ca_files.clone(), self.certificate_file, self.key_file);
        let headers = self.proxy_headers;
        let proxy = match (self.proxy, url.scheme()) {
            (Some(proxy), _) => Some(Proxy { url: proxy.expose().to_owned(), headers }),
            (None, "https") => Proxy::of_environment(&url, self.proxy_variables.as_deref()),
            (None, _) => None,
        };
        let mut client_headers = self.headers;
        check_client_headers(client_headers.iter().map(|(name, _)| name.as_str()))?;
        let request_id = take_request_id(&mut client_headers)?;
        let mut config = Config {
            api_key,
            api_key_prefix: self.api_key_prefix,
            base_url,
            routes: self.routes,
            timeout: positive("timeout", self.timeout, 60)?,
            attempt_timeout: self
                .attempt_timeout
                .map(|given| positive("attempt_timeout", Some(given), 0))
                .transpose()?,
            connect_timeout: positive("connect_timeout", self.connect_timeout, 10)?,
            idle_timeout: positive("idle_timeout", self.idle_timeout, 15)?,
            max_retries: self.max_retries.unwrap_or(2),
            headers: client_headers,
            request_id,
            user_agent: self.user_agent.unwrap_or_else(|| format!("lomi-rust/{}", crate::VERSION)),
            limits: self.limits,
            destination: Arc::new(
                Destination::new(&url).bounded(max_connections, self.allow_http).secured(
                    &url,
                    credentials,
                    self.tls_server_name,
                    proxy,
                ),
            ),
            ca_files: self.ca_files,
            own_log: self.own_log,
            documented: self.documented,
            warnings,
            common_headers: HeaderMap::new(),
        };
        config.common_headers = request::common_headers(&config)?;
        Ok(Arc::new(config))
    }
}

/// A time given in seconds, as every language but Node does. Infinity, and whatever a clock
/// cannot hold, is a time without end. Refuses what is no time.
pub fn seconds(name: &str, value: f64) -> Result<Duration, Error> {
    time_of(value).ok_or_else(|| {
        Error::validation(format!("{name} must be a number of seconds above 0, not {value}"))
    })
}

/// The same in milliseconds, as Node has it.
pub fn milliseconds(name: &str, value: f64) -> Result<Duration, Error> {
    time_of(value / 1000.0).ok_or_else(|| {
        Error::validation(format!("{name} must be a number of milliseconds above 0, not {value}"))
    })
}

/// A thousand years: larger than any time that is meant, moments since 1970 among them. What
/// a call waits for is bounded further, see [`LONGEST`].
const ENDLESS: Duration = Duration::from_secs(1000 * 365 * 24 * 60 * 60);

fn time_of(seconds: f64) -> Option<Duration> {
    if seconds >= ENDLESS.as_secs_f64() {
        return Some(ENDLESS);
    }
    Duration::try_from_secs_f64(seconds).ok().filter(|time| !time.is_zero())
}

/// What an environment variable holds. One that is not Unicode is refused by its name: its
/// value may be a key.
fn from_environment(name: &str) -> Result<Option<String>, Error> {
    match std::env::var(name) {
        Ok(value) => Ok(Some(value).filter(|value| !value.is_empty())),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => Err(Error::configuration(format!(
            "the environment variable {name} has bytes that are not UTF-8: set it again, from a \
             file or a shell that uses UTF-8"
        ))),
    }
}

fn positive(name: &str, given: Option<Duration>, seconds: u64) -> Result<Duration, Error> {
    match given {
        None => Ok(Duration::from_secs(seconds)),
        Some(duration) if duration.is_zero() => {
            Err(Error::configuration(format!("{name} must be above 0")))
        }
        Some(duration) => Ok(duration.min(LONGEST)),
    }
}

#[cfg(test)]
mod tests {
    use super::base_url::{LIVE, TEST};
    use super::*;
    use crate::error::ErrorKind;

    fn with_key(key: &str) -> ConfigBuilder {
        ConfigBuilder { api_key: Some(Secret::new(key)), ..ConfigBuilder::default() }
    }

    #[test]
    fn the_host_follows_from_the_key() {
        assert_eq!(with_key("lomi_sk_test_1").build().unwrap().base_url, TEST);
        assert_eq!(with_key("lomi_sk_live_1").build().unwrap().base_url, LIVE);
        assert_eq!(with_key("lomi_sk_1").build().unwrap().base_url, LIVE);
        let said = ConfigBuilder { environment: Some("live".into()), ..with_key("lomi_sk_test_1") };
        assert_eq!(said.build().unwrap_err().kind, ErrorKind::Configuration);
        let typo = ConfigBuilder { environment: Some("Sandbox".into()), ..with_key("lomi_sk_1") };
        assert!(typo.build().unwrap_err().message.contains("Sandbox"));
    }

    #[test]
    fn keys_that_no_server_may_send_are_refused() {
        for key in ["lomi_pk_test_1", "", "  ", "lomi_sk_test_1\n", "lomi sk", "clé"] {
            let error = with_key(key).build().unwrap_err();
            assert_eq!(error.kind, ErrorKind::Configuration, "{key:?}");
        }
    }

    #[test]
    fn allow_http_is_a_warning_of_the_client() {
        let to = |base: &str| ConfigBuilder {
            base_url: Some(base.into()),
            allow_http: true,
            ..with_key("lomi_sk_test_1")
        };
        assert_eq!(to("http://10.0.0.1").build().unwrap().warnings.len(), 1);
        assert!(to("http://127.0.0.1").build().unwrap().warnings.is_empty());
    }

    #[test]
    fn debug_shows_no_key() {
        let shown = format!("{:?}", with_key("lomi_sk_test_verysecret").build().unwrap());
        assert!(shown.contains("lomi_sk_test_***") && !shown.contains("verysecret"), "{shown}");
    }
}
