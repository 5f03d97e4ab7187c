//! Checks the options of a client and makes its configuration.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderMap;

use super::credentials::Credentials;
use super::endpoint::{Endpoint, MAX_CONNECTIONS};
use super::headers::{check_client_headers, common_headers, names, take_request_id};
use super::proxy::Proxies;
use super::time::positive;
use super::{Config, RouteChoice, base_url, key};
use crate::error::Error;
use crate::limits::Limits;
use crate::message::{Language, Message};
use crate::messages::bindings as shared;
use crate::messages::config as messages;
use crate::observer::Observer;
use crate::recording::{Offline, Recorder};
use crate::secret::{Secret, redact};

/// Environment variables that are read for options that are not given.
const API_KEY_VARIABLE: &str = "LOMI_API_KEY";
const BASE_URL_VARIABLE: &str = "LOMI_BASE_URL";
const RECORD_VARIABLE: &str = "LOMI_RECORD";

/// The key of a client that sends nothing.
const OFFLINE_KEY: &str = "lomi_sk_test_offline";

/// The options of a client. Everything is optional.
#[derive(Clone, Default)]
pub struct ConfigBuilder {
    /// The secret key; `LOMI_API_KEY` when not given.
    pub api_key: Option<Secret>,
    /// Allows calls without a key, as documented clients do.
    pub key_optional: bool,
    /// A prefix of the key in its header.
    pub api_key_prefix: Option<String>,
    /// `test` or `live`; determined by the key when not given.
    pub environment: Option<String>,
    /// The base URL; `LOMI_BASE_URL`, else the environment's host, when not given.
    pub base_url: Option<String>,
    /// Which route style requests use.
    pub routes: RouteChoice,
    /// Deadline of a whole call; 60 s when not given.
    pub timeout: Option<Duration>,
    /// Timeout of one attempt. When not given, 30 s for calls that are sent again after it (reads,
    /// and writes whose idempotency key the server checks), and the whole deadline for any other
    /// write.
    pub attempt_timeout: Option<Duration>,
    /// Maximum time to wait for a connection; 10 s when not given.
    pub connect_timeout: Option<Duration>,
    /// Maximum time between two chunks of a response, after its head; 15 s when not given.
    pub idle_timeout: Option<Duration>,
    /// How many times a safe call is retried; 2 when not given.
    pub max_retries: Option<u32>,
    /// The most connections at once; 256 when not given. Further calls wait for one, within their
    /// deadline.
    pub max_connections: Option<u32>,
    /// Allows plain HTTP to another machine, for a private network: the key is sent unencrypted.
    pub allow_http: bool,
    /// Headers for every call.
    pub headers: Vec<(String, String)>,
    /// The language of error messages, `en` or `fr`; `LOMI_LANG` when not given, else English.
    pub lang: Option<String>,
    /// `LOMI_LANG` in a language with an environment of its own; an unknown one is ignored.
    pub environment_lang: Option<String>,
    /// The `User-Agent` header.
    pub user_agent: Option<String>,
    /// The `Lomi-Version` header, such as `1.2.0`.
    pub api_version: Option<String>,
    /// Limits on responses.
    pub limits: Limits,
    /// PEM files of more certificate authorities to trust.
    pub ca_files: Vec<PathBuf>,
    /// PEM file of a client certificate, for servers that request one.
    pub certificate_file: Option<PathBuf>,
    /// PEM file of the client certificate's key; the certificate's file when not given.
    pub key_file: Option<PathBuf>,
    /// The name that the server's certificate must have; the host's name when not given.
    pub tls_server_name: Option<String>,
    /// URL of an HTTP or SOCKS5 proxy, which may contain a user and a password. When not given, the
    /// variables `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` are read.
    pub proxy: Option<Secret>,
    /// Headers that only the proxy receives.
    pub proxy_headers: Vec<(String, String)>,
    /// Proxy variables by name, from a language with an environment of its own; when not given, the
    /// process's environment is read.
    pub proxy_variables: Option<Vec<(String, Secret)>>,
    /// The binding reads `LOMI_API_KEY` and `LOMI_BASE_URL` itself.
    pub binding_reads_environment: bool,
    /// The binding writes the log itself.
    pub binding_logs: bool,
    /// The client belongs to the documented classes: a probable mistake in a key, an amount or a
    /// field name is a warning, not an error.
    pub documented: bool,
    /// Receives the events of every call's attempts.
    pub observer: Option<Arc<dyn Observer>>,
    /// The file to which every attempt is appended, without keys and personal data; `LOMI_RECORD`
    /// when not given.
    pub record: Option<PathBuf>,
    /// A recording that answers every request: nothing is sent, and no key is needed.
    pub replay: Option<PathBuf>,
    /// What answers every request, in place of `replay`.
    pub offline: Option<Offline>,
    /// Sends every request, instead of our own transport.
    #[cfg(feature = "reqwest")]
    pub http_client: Option<reqwest::Client>,
}

impl fmt::Debug for ConfigBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConfigBuilder")
            .field("api_key", &self.api_key)
            .field("environment", &self.environment)
            .field("base_url", &self.base_url.as_deref().map(redact))
            .field("timeout", &self.timeout)
            .field("max_retries", &self.max_retries)
            .field("headers", &names(&self.headers))
            .field("proxy_headers", &names(&self.proxy_headers))
            .finish_non_exhaustive()
    }
}

impl ConfigBuilder {
    /// Checks every option and fills in the defaults. Opens no connection.
    pub fn build(mut self) -> Result<Arc<Config>, Error> {
        let language = match self.lang.take() {
            Some(tag) => Some(language(&tag)?),
            None => self.environment_lang.as_deref().and_then(Language::from_tag),
        };
        self.build_in(language).map_err(|error| error.or_in_language(language))
    }

    fn build_in(mut self, language: Option<Language>) -> Result<Arc<Config>, Error> {
        let offline = self.take_offline()?;
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
                return Err(Error::configuration(messages::no_key(API_KEY_VARIABLE)));
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
        let mistake = api_key.as_ref().and_then(|key| key::probable_mistake(key, &base_url));
        let mut warnings: Vec<Message> = match mistake {
            Some(mistake) if !self.documented => return Err(Error::configuration(mistake)),
            mistake => mistake.into_iter().collect(),
        };
        warnings.extend(base_url::unencrypted(&url, &base_url));
        let of_warnings = language.unwrap_or_else(Language::of_environment);
        let warnings =
            warnings.iter().map(|warning| warning.text(of_warnings).to_owned()).collect();
        let max_connections = match self.max_connections {
            None => MAX_CONNECTIONS,
            Some(0) => {
                return Err(Error::configuration(messages::not_above_zero("max_connections")));
            }
            Some(given) => usize::try_from(given).unwrap_or(usize::MAX),
        };
        let record = match self.record {
            None if offline.is_none() => variable(RECORD_VARIABLE)?.map(PathBuf::from),
            given => given,
        };
        let recorder = record.as_deref().map(Recorder::open).transpose()?.map(Arc::new);
        let credentials =
            Credentials::of(self.ca_files.clone(), self.certificate_file, self.key_file);
        let proxies = Proxies {
            given: self.proxy,
            headers: self.proxy_headers,
            variables: self.proxy_variables,
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
            api_version: self.api_version,
            user_agent: self.user_agent.unwrap_or_else(|| format!("lomi-rust/{}", crate::VERSION)),
            limits: self.limits,
            endpoint: Arc::new(
                Endpoint::new(&url).bounded(max_connections, self.allow_http).secured(
                    &url,
                    credentials,
                    self.tls_server_name,
                    proxies.of(&url),
                ),
            ),
            proxies,
            ca_files: self.ca_files,
            binding_logs: self.binding_logs,
            documented: self.documented,
            language,
            observer: self.observer,
            recorder,
            offline,
            #[cfg(feature = "reqwest")]
            http_client: self.http_client,
            warnings,
            common_headers: HeaderMap::new(),
        };
        config.common_headers = common_headers(&config)?;
        Ok(Arc::new(config))
    }

    /// What answers in place of a server, with an address to which nothing connects.
    fn take_offline(&mut self) -> Result<Option<Offline>, Error> {
        let offline = match (self.replay.take(), self.offline.take()) {
            (None, None) => return Ok(None),
            (Some(_), Some(_)) => {
                return Err(Error::configuration(messages::replay_and_stub()));
            }
            (Some(path), None) => Offline::replay(&path)?,
            (None, Some(offline)) => offline,
        };
        // Never the keys of the environment.
        self.api_key = Some(Secret::new(OFFLINE_KEY));
        self.environment = None;
        self.base_url = Some(offline.base_url());
        Ok(Some(offline))
    }

    /// Refuses options that the caller's HTTP client decides.
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
            Some((name, _)) => Err(Error::configuration(messages::option_of_http_client(name))),
        }
    }
}

fn language(tag: &str) -> Result<Language, Error> {
    Language::from_tag(tag).ok_or_else(|| Error::configuration(messages::no_such_language(tag)))
}

/// The value of an environment variable. The error for one that is not Unicode names only the
/// variable: its value may be a key.
fn from_environment(name: &str) -> Result<Option<String>, Error> {
    match std::env::var(name) {
        Ok(value) => Ok(Some(value).filter(|value| !value.is_empty())),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => {
            Err(Error::configuration(shared::variable_not_utf(name)))
        }
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
        let named =
            ConfigBuilder { environment: Some("live".into()), ..with_key("lomi_sk_test_1") };
        assert_eq!(named.build().unwrap_err().kind(), ErrorKind::Configuration);
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
