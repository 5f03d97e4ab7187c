//! From what a caller gives to a checked configuration.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderMap;

use super::credentials::Credentials;
use super::endpoint::{Endpoint, MAX_CONNECTIONS};
use super::headers::{check_client_headers, common_headers, take_request_id};
use super::proxy::Proxy;
use super::time::positive;
use super::{Config, RouteChoice, base_url, key};
use crate::error::Error;
use crate::limits::Limits;
use crate::observer::Observer;
use crate::secret::Secret;

/// Environment variables that are read for what is not given.
const API_KEY_VARIABLE: &str = "LOMI_API_KEY";
const BASE_URL_VARIABLE: &str = "LOMI_BASE_URL";

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
    pub binding_reads_environment: bool,
    /// The language logs what calls did by itself, from their history.
    pub binding_logs: bool,
    /// For the documented classes: a doubtful key, amount or field name is a warning, not an
    /// error.
    pub documented: bool,
    /// Is told about each attempt of every call.
    pub observer: Option<Arc<dyn Observer>>,
    /// Sends every request in place of our own transport.
    #[cfg(feature = "reqwest")]
    pub http_client: Option<reqwest::Client>,
}

impl ConfigBuilder {
    /// Checks everything and fills in what was left out. Nothing is opened or sent.
    pub fn build(self) -> Result<Arc<Config>, Error> {
        #[cfg(feature = "reqwest")]
        self.check_http_client()?;
        let variable =
            |name| if self.binding_reads_environment { Ok(None) } else { from_environment(name) };
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
            endpoint: Arc::new(
                Endpoint::new(&url).bounded(max_connections, self.allow_http).secured(
                    &url,
                    credentials,
                    self.tls_server_name,
                    proxy,
                ),
            ),
            ca_files: self.ca_files,
            binding_logs: self.binding_logs,
            documented: self.documented,
            observer: self.observer,
            #[cfg(feature = "reqwest")]
            http_client: self.http_client,
            warnings,
            common_headers: HeaderMap::new(),
        };
        config.common_headers = common_headers(&config)?;
        Ok(Arc::new(config))
    }

    /// Refuses what the caller's HTTP client decides.
    #[cfg(feature = "reqwest")]
    fn check_http_client(&self) -> Result<(), Error> {
        if self.http_client.is_none() {
            return Ok(());
        }
        let given = [
            ("connect_timeout", self.connect_timeout.is_some()),
            ("max_connections", self.max_connections.is_some()),
            ("ca_file", !self.ca_files.is_empty()),
            ("certificate_file", self.certificate_file.is_some()),
            ("key_file", self.key_file.is_some()),
            ("tls_server_name", self.tls_server_name.is_some()),
            ("proxy", self.proxy.is_some()),
            ("proxy_header", !self.proxy_headers.is_empty()),
        ];
        match given.into_iter().find(|(_, is_given)| *is_given) {
            None => Ok(()),
            Some((name, _)) => Err(Error::configuration(format!(
                "{name} has no effect together with http_client: set it where the client of \
                 reqwest is built"
            ))),
        }
    }
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

#[cfg(test)]
mod tests {
    use super::super::base_url::{LIVE, TEST};
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
        assert_eq!(said.build().unwrap_err().kind(), ErrorKind::Configuration);
        let typo = ConfigBuilder { environment: Some("Sandbox".into()), ..with_key("lomi_sk_1") };
        assert!(typo.build().unwrap_err().message().contains("Sandbox"));
    }

    #[test]
    fn keys_that_no_server_may_send_are_refused() {
        for key in ["lomi_pk_test_1", "", "  ", "lomi_sk_test_1\n", "lomi sk", "clé"] {
            let error = with_key(key).build().unwrap_err();
            assert_eq!(error.inner.kind, ErrorKind::Configuration, "{key:?}");
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
