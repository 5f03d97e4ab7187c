//! Setting a client up.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::Client;
use crate::config::{ConfigBuilder, RouteChoice};
use crate::error::Error;
use crate::limits::Limits;
use crate::observer::Observer;
use crate::secret::Secret;

/// Sets a [`Client`] up. Everything is optional.
///
/// ```
/// use std::time::Duration;
///
/// let client = lomi::Client::builder()
///     .api_key("lomi_sk_test_1")
///     .timeout(Duration::from_secs(20))
///     .max_retries(3)
///     .build()?;
/// # Ok::<(), lomi::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
#[must_use = "a builder makes a client with `build`"]
pub struct ClientBuilder {
    config: ConfigBuilder,
}

impl ClientBuilder {
    /// The secret key; the environment variable `LOMI_API_KEY` when not given.
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.config.api_key = Some(Secret::new(key));
        self
    }

    /// `test` or `live`; follows from the key when not given.
    pub fn environment(mut self, environment: impl Into<String>) -> Self {
        self.config.environment = Some(environment.into());
        self
    }

    /// Where the API is; `LOMI_BASE_URL`, else the environment's host, when not given.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.config.base_url = Some(url.into());
        self
    }

    /// The style of the routes; found out when not given.
    pub fn routes(mut self, routes: RouteChoice) -> Self {
        self.config.routes = routes;
        self
    }

    /// Deadline of a whole call, retries and pauses included; 60 s when not given.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.config.timeout = Some(timeout);
        self
    }

    /// Longest time for one attempt. When not given, 30 s for what may be repeated after a
    /// timeout (reads, and writes whose idempotency key the server knows), and the whole
    /// deadline for any other write.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.config.attempt_timeout = Some(timeout);
        self
    }

    /// Longest time to wait for a connection; 10 s when not given.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.config.connect_timeout = Some(timeout);
        self
    }

    /// Maximum time between two chunks of a response; 15 s when not given.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.config.idle_timeout = Some(timeout);
        self
    }

    /// How many times a safe call is repeated; 2 when not given.
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.config.max_retries = Some(retries);
        self
    }

    /// The most connections at once; 256 when not given. Calls beyond that wait for a free one
    /// until their deadline.
    pub fn max_connections(mut self, connections: u32) -> Self {
        self.config.max_connections = Some(connections);
        self
    }

    /// Allows plain HTTP to another machine, in a network of your own: the API key is sent
    /// unencrypted.
    pub fn allow_http(mut self, allow: bool) -> Self {
        self.config.allow_http = allow;
        self
    }

    /// Adds a header to every call.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.config.headers.push((name.into(), value.into()));
        self
    }

    /// The `User-Agent` header.
    pub fn user_agent(mut self, agent: impl Into<String>) -> Self {
        self.config.user_agent = Some(agent.into());
        self
    }

    /// Limits on responses.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.config.limits = limits;
        self
    }

    /// Trusts the certificate authorities of a file besides the system's: PEM, or DER.
    pub fn ca_file(mut self, file: impl Into<PathBuf>) -> Self {
        self.config.ca_files.push(file.into());
        self
    }

    /// The client's own certificate, for servers that ask for one: a PEM file.
    pub fn certificate_file(mut self, file: impl Into<PathBuf>) -> Self {
        self.config.certificate_file = Some(file.into());
        self
    }

    /// The key of the client's own certificate; in the same file when not given.
    pub fn key_file(mut self, file: impl Into<PathBuf>) -> Self {
        self.config.key_file = Some(file.into());
        self
    }

    /// The name that the server's certificate must have; its host's when not given.
    pub fn tls_server_name(mut self, name: impl Into<String>) -> Self {
        self.config.tls_server_name = Some(name.into());
        self
    }

    /// The URL of an HTTP or SOCKS5 proxy, which may contain a user and a password. When not
    /// given, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` are followed.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.config.proxy = Some(Secret::new(url));
        self
    }

    /// Adds a header for the proxy alone.
    pub fn proxy_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.config.proxy_headers.push((name.into(), value.into()));
        self
    }

    /// Is told about each attempt of every call.
    pub fn observer(mut self, observer: impl Observer + 'static) -> Self {
        self.config.observer = Some(Arc::new(observer));
        self
    }

    /// Checks everything and makes the client. Nothing is opened or sent.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) where a setting is missing
    /// or cannot be used.
    pub fn build(self) -> Result<Client, Error> {
        Client::with(self.config)
    }
}

impl Client {
    /// A client with a secret key and the defaults for everything else.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) where the key cannot be one.
    pub fn new(api_key: impl Into<String>) -> Result<Self, Error> {
        Self::builder().api_key(api_key).build()
    }

    /// A client with more settings.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }
}
