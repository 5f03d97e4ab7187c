//! The builder of a client.

use std::marker::PhantomData;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::Client;
use crate::config::{ConfigBuilder, RouteChoice};
use crate::error::Error;
use crate::limits::Limits;
use crate::message::Language;
use crate::observer::Observer;
use crate::recording::{Offline, Stub};
use crate::secret::Secret;

/// Configures a [`Client`]. Everything is optional.
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
#[derive(Debug, Clone)]
#[must_use = "a builder makes a client with `build`"]
pub struct ClientBuilder<C = Client> {
    config: ConfigBuilder,
    client: PhantomData<fn() -> C>,
}

impl<C> ClientBuilder<C> {
    pub(crate) fn new() -> Self {
        Self { config: ConfigBuilder::default(), client: PhantomData }
    }

    /// The secret key; the environment variable `LOMI_API_KEY` when not given.
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.config.api_key = Some(Secret::new(key));
        self
    }

    /// `test` or `live`; determined by the key when not given.
    pub fn environment(mut self, environment: impl Into<String>) -> Self {
        self.config.environment = Some(environment.into());
        self
    }

    /// The base URL; `LOMI_BASE_URL`, else the environment's host, when not given.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.config.base_url = Some(url.into());
        self
    }

    /// The style of the routes; detected when not given.
    pub fn routes(mut self, routes: RouteChoice) -> Self {
        self.config.routes = routes;
        self
    }

    /// Deadline of a whole call, retries and pauses included; 60 s when not given.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.config.timeout = Some(timeout);
        self
    }

    /// Timeout of one attempt. When not given, 30 s for calls that may be retried after a timeout
    /// (reads, and writes whose idempotency key the server checks), and the whole deadline for any
    /// other write.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.config.attempt_timeout = Some(timeout);
        self
    }

    /// Maximum time to wait for a connection; 10 s when not given.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.config.connect_timeout = Some(timeout);
        self
    }

    /// Maximum time between two chunks of a response; 15 s when not given.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.config.idle_timeout = Some(timeout);
        self
    }

    /// How many times a safe call is retried; 2 when not given.
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

    /// The version of the API that the newest servers are to answer as: the `Lomi-Version` header,
    /// such as `1.2.0`. Older servers ignore it.
    pub fn api_version(mut self, version: impl Into<String>) -> Self {
        self.config.api_version = Some(version.into());
        self
    }

    /// The language of error messages; `LOMI_LANG` when not given, else English.
    pub fn lang(mut self, language: Language) -> Self {
        self.config.lang = Some(language.tag().to_owned());
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

    /// The client certificate, for servers that request one: a PEM file.
    pub fn certificate_file(mut self, file: impl Into<PathBuf>) -> Self {
        self.config.certificate_file = Some(file.into());
        self
    }

    /// The key of the client certificate; in the same file when not given.
    pub fn key_file(mut self, file: impl Into<PathBuf>) -> Self {
        self.config.key_file = Some(file.into());
        self
    }

    /// The name that the server's certificate must have; its host's when not given.
    pub fn tls_server_name(mut self, name: impl Into<String>) -> Self {
        self.config.tls_server_name = Some(name.into());
        self
    }

    /// The URL of an HTTP or SOCKS5 proxy, which may contain a user and a password. When not given,
    /// the variables `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` are read.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.config.proxy = Some(Secret::new(url));
        self
    }

    /// Adds a header that only the proxy receives.
    pub fn proxy_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.config.proxy_headers.push((name.into(), value.into()));
        self
    }

    /// Receives the events of every call's attempts.
    pub fn observer(mut self, observer: impl Observer + 'static) -> Self {
        self.config.observer = Some(Arc::new(observer));
        self
    }

    /// Appends every attempt to a file, without keys and personal data, as `LOMI_RECORD` does.
    pub fn record(mut self, file: impl Into<PathBuf>) -> Self {
        self.config.record = Some(file.into());
        self
    }

    /// Answers every call from a recording. Nothing is sent, and no key is needed.
    pub fn replay(mut self, file: impl Into<PathBuf>) -> Self {
        self.config.replay = Some(file.into());
        self
    }

    /// Answers every call from a stub. Nothing is sent, and no key is needed.
    pub fn stub(mut self, stub: &Stub) -> Self {
        self.config.offline = Some(Offline::stub(stub));
        self
    }

    /// Checks every option and makes the client. Opens no connection.
    ///
    /// # Errors [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if an option is
    /// missing or invalid.
    pub fn build(self) -> Result<C, Error>
    where
        C: From<Client>,
    {
        Client::with(self.config).map(C::from)
    }
}

#[cfg(feature = "reqwest")]
impl ClientBuilder {
    /// Sends every request through a reqwest client, with its proxies, resolver, TLS, HTTP/2 and
    /// connections.
    ///
    /// All other rules apply: one deadline, attempt and idle timeouts, limits on headers and
    /// bodies, retries only if they are safe, and the outcome of an error. Calls must be awaited
    /// within a tokio runtime.
    ///
    /// Build the client like this:
    ///
    /// ```no_run
    /// let http_client = reqwest::Client::builder()
    ///     .redirect(reqwest::redirect::Policy::none())
    ///     .retry(reqwest::retry::never())
    ///     .connect_timeout(std::time::Duration::from_secs(10))
    ///     .build()?;
    /// let client =
    ///     lomi::Client::builder().api_key("lomi_sk_test_1").http_client(http_client).build()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// - `redirect(Policy::none())`: without it reqwest follows redirects and sends the API key to
    ///   any address in them. Such a response is refused with
    ///   [`ErrorKind::UnexpectedRedirect`](crate::ErrorKind::UnexpectedRedirect), but only after
    ///   the key was sent.
    /// - `retry(never())`: reqwest repeats a request that an HTTP/2 server refused to process.
    ///   Such a repetition is safe, but it is not counted as an attempt.
    /// - `connect_timeout`: an attempt that ends while a connection is being opened has an unknown
    ///   outcome, unless reqwest reports that there was no connection.
    /// - The features `gzip`, `brotli`, `deflate` and `zstd` of reqwest decompress a response
    ///   before it is read here. The limit on the body's size still applies, but
    ///   [`Limits::ratio`](crate::Limits) does not. Without them gzip is decompressed here.
    /// - Headers that the reqwest client adds to every request are sent too; ours override them. A
    ///   proxy of the environment is used for plain HTTP too, if reqwest has its feature
    ///   `system-proxy`.
    /// - An error about a certificate ([`ErrorKind::Tls`](crate::ErrorKind::Tls)) is recognised by
    ///   its type with rustls, and by its message with another TLS library.
    /// - A task of reqwest reads the head of a response. A server that floods it with interim
    ///   responses (1xx) keeps that task busy, and tokio may not run the timer of the deadline
    ///   until the flood ends.
    ///
    /// `connect_timeout`, `max_connections`, `ca_file`, `certificate_file`, `key_file`,
    /// `tls_server_name`, `proxy` and `proxy_header` must be set on the reqwest client:
    /// [`build`](Self::build) refuses them here.
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.config.http_client = Some(client);
        self
    }
}

impl Client {
    /// A client with a secret key and the defaults for everything else.
    ///
    /// # Errors [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if the key is
    /// invalid.
    pub fn new(api_key: impl Into<String>) -> Result<Self, Error> {
        Self::builder().api_key(api_key).build()
    }

    /// A builder, to set options.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::new()
    }
}
