//! The settings of a `LomiSDK\Configuration`, and building a client from them.

use std::cell::RefCell;
use std::path::PathBuf;

use lomi::binding::ConfigBuilder;
use lomi::binding::messages;
use lomi::{Client, Limits, Secret};

use crate::config::ini::default_timeout;
use crate::documented::hosts;
use crate::send::hook::Hook;
use crate::send::reporter::Reporter;
use crate::zend::{Call, Done, Object, Thrown, payload, payload_mut, payload_type};

/// The settings of a configuration.
#[derive(Clone, Default)]
pub(crate) struct Settings {
    pub(crate) api_keys: Vec<(String, Secret)>,
    pub(crate) prefixes: Vec<(String, String)>,
    pub(crate) access_token: Option<Secret>,
    pub(crate) username: Option<String>,
    pub(crate) password: Option<Secret>,
    pub(crate) host: Option<String>,
    pub(crate) user_agent: Option<String>,
    pub(crate) debug: bool,
    pub(crate) debug_file: Option<String>,
    pub(crate) temp_folder: Option<String>,
    pub(crate) cert_file: Option<String>,
    pub(crate) key_file: Option<String>,
    pub(crate) boolean_as_text: bool,
    pub(crate) timeout: Option<f64>,
    pub(crate) connect_timeout: Option<f64>,
    pub(crate) attempt_timeout: Option<f64>,
    pub(crate) idle_timeout: Option<f64>,
    pub(crate) max_connections: Option<u32>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) ca_file: Option<String>,
    pub(crate) ca_files: Vec<String>,
    pub(crate) tls_server_name: Option<String>,
    pub(crate) proxy: Option<Secret>,
    pub(crate) proxy_headers: Vec<(String, String)>,
    pub(crate) limits: Limits,
    pub(crate) max_retries: Option<u32>,
    pub(crate) allow_http: bool,
    pub(crate) routes: Option<String>,
    pub(crate) on_request: Option<Hook>,
    pub(crate) on_response: Option<Hook>,
    /// The clients built from these settings, by host index; cleared when a setting changes.
    pub(crate) clients: RefCell<Vec<(u32, BuiltClient)>>,
    /// The last warnings about a client that were logged.
    pub(crate) logged_warnings: RefCell<Vec<String>>,
}

/// A client, and whether `LOMI_LOG` asked for its log when it was made.
#[derive(Clone)]
pub(crate) struct BuiltClient {
    pub(crate) client: Client,
    pub(crate) logs: bool,
}

payload_type!(Settings, |settings, visit| {
    let hooks = [&settings.on_request, &settings.on_response];
    hooks.into_iter().flatten().map(Hook::callable).for_each(visit);
});

/// The settings of a configuration.
pub(crate) fn settings(object: Object<'_>) -> Result<&Settings, Thrown> {
    payload(object)
        .ok_or_else(|| Thrown::validation(messages::not_constructed("LomiSDK\\Configuration")))
}

/// Changes a configuration's settings and returns the configuration.
pub(super) fn change(call: &mut Call<'_>, set: impl FnOnce(&mut Settings)) -> Done {
    let settings = payload_mut::<Settings>(call.this()?)
        .ok_or_else(|| Thrown::validation(messages::not_constructed("LomiSDK\\Configuration")))?;
    set(settings);
    settings.clients.borrow_mut().clear();
    call.give_this()
}

impl Settings {
    pub(crate) fn host(&self) -> &str {
        self.host.as_deref().unwrap_or(hosts::FIRST)
    }

    pub(crate) fn user_agent(&self) -> &str {
        self.user_agent.as_deref().unwrap_or(crate::config::USER_AGENT)
    }

    pub(crate) fn debug_file(&self) -> &str {
        self.debug_file.as_deref().unwrap_or("php://output")
    }

    /// Who receives the events of the calls that use these settings.
    pub(crate) fn reporter(&self, stderr: bool) -> Option<Box<Reporter>> {
        let reporter = Reporter {
            on_request: self.on_request.clone(),
            on_response: self.on_response.clone(),
            logger: None,
            debug_file: self.debug.then(|| self.debug_file().to_owned()),
            stderr,
        };
        reporter.wanted()
    }

    pub(crate) fn routes(&self) -> &str {
        self.routes.as_deref().unwrap_or("auto")
    }

    pub(crate) fn key(&self, identifier: &str) -> Option<&Secret> {
        self.api_keys.iter().find(|(name, _)| name == identifier).map(|(_, key)| key)
    }

    pub(crate) fn prefix(&self, identifier: &str) -> Option<&str> {
        self.prefixes.iter().find(|(name, _)| name == identifier).map(|(_, p)| p.as_str())
    }

    pub(crate) fn build(&self, host: &str) -> Result<BuiltClient, Thrown> {
        let seconds = |name: &str, value: Option<f64>| {
            value.map(|value| lomi::binding::seconds(name, value)).transpose()
        };
        let given = self.ca_file.iter().chain(&self.ca_files).map(PathBuf::from);
        let client = Client::with(ConfigBuilder {
            api_key: self.key(API_KEY).cloned(),
            documented: true,
            key_optional: true,
            api_key_prefix: self.prefix(API_KEY).map(str::to_owned),
            base_url: Some(host.to_owned()),
            user_agent: Some(self.user_agent().to_owned()),
            routes: self.routes().parse()?,
            timeout: Some(lomi::binding::seconds(
                "timeout",
                self.timeout.unwrap_or_else(default_timeout),
            )?),
            connect_timeout: seconds("connect_timeout", self.connect_timeout)?,
            attempt_timeout: seconds("attempt_timeout", self.attempt_timeout)?,
            idle_timeout: seconds("idle_timeout", self.idle_timeout)?,
            max_connections: self.max_connections,
            headers: self.headers.clone(),
            limits: self.limits,
            proxy: self.proxy.clone(),
            proxy_headers: self.proxy_headers.clone(),
            max_retries: self.max_retries,
            allow_http: self.allow_http,
            certificate_file: self.cert_file.as_ref().map(PathBuf::from),
            key_file: self.key_file.as_ref().map(PathBuf::from),
            ca_files: given.chain(crate::config::ini::authorities()).collect(),
            tls_server_name: self.tls_server_name.clone(),
            binding_logs: true,
            ..ConfigBuilder::default()
        })?;
        Ok(BuiltClient { client, logs: crate::config::environment::wants_log()? })
    }
}

/// The documented identifier of the API key: its header.
pub(crate) const API_KEY: &str = "X-API-KEY";
