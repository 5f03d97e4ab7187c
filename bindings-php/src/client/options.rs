//! The options of a client and of one call, as PHP arrays. Names may be written as
//! `idempotency_key` or `idempotencyKey`; one that does not exist is an error.

use std::path::PathBuf;

use ext_php_rs::types::Zval;
use lomi::binding::{ConfigBuilder, messages, names};
use lomi::{CallOptions, Language, Message, Secret, Value};

use crate::config::environment::variable;
use crate::convert::option::{
    connections, flag, headers, idempotency_key, limits, not_names_and_values, paths, retries,
    seconds, string,
};
use crate::send::hook::Hook;
use crate::send::psr18::Certificates;
use crate::send::reporter::Reporter;
use crate::zend::{AsObject, Thrown, pairs, type_name};

/// The entries of an options array, names in snake case.
pub(crate) fn entries(options: Option<&Zval>) -> Result<Vec<(String, Zval)>, Thrown> {
    let Some(options) = options.filter(|value| !value.is_null()) else { return Ok(Vec::new()) };
    let table = options.array().ok_or_else(|| {
        Thrown::type_error(format!("the options must be an array, not {}", type_name(options)))
    })?;
    Ok(pairs(table)
        .map(|(name, value)| (snake(&name.to_string()), value.dereference().shallow_clone()))
        .filter(|(_, value)| !value.is_null())
        .collect())
}

/// `idempotencyKey` to `idempotency_key`.
fn snake(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            text.push('_');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}

/// The end of an error about an unknown name: a similar name that exists.
pub(super) fn hint(name: &str, names: &[&str]) -> Message {
    names::hint(name, names.iter().copied())
}

/// The options of one call. Those that only this method has are `others`, and are passed to `take`.
pub(crate) fn call_options(
    options: Option<&Zval>,
    others: &[&str],
    mut take: impl FnMut(&str, &Zval) -> Result<(), Thrown>,
) -> Result<CallOptions, Thrown> {
    let mut call = CallOptions::default();
    for (name, value) in entries(options)? {
        match name.as_str() {
            "idempotency_key" => call.idempotency_key = Some(idempotency_key(&name, &value)?),
            "timeout" => call.timeout = Some(seconds(&name, &value)?),
            "attempt_timeout" => call.attempt_timeout = Some(seconds(&name, &value)?),
            "connect_timeout" => call.connect_timeout = Some(seconds(&name, &value)?),
            "idle_timeout" => call.idle_timeout = Some(seconds(&name, &value)?),
            "extra_body" => call.extra_body = extra_body(&value)?,
            "max_retries" => call.max_retries = Some(retries(&name, &value)?),
            "headers" => call.headers = headers(&name, &value)?,
            "api_key" => call.api_key = Some(Secret::new(string(&name, &value)?)),
            "account" => call.account = Some(string(&name, &value)?),
            "request_id" => call.request_id = Some(string(&name, &value)?),
            other if others.contains(&other) => take(other, &value)?,
            _ => {
                return Err(Thrown::validation(messages::no_call_option(
                    &name,
                    hint(&name, &[names::OPTIONS, others].concat()),
                )));
            }
        }
    }
    Ok(call)
}

/// Fields of any name to add to the body.
fn extra_body(value: &Zval) -> Result<lomi::Map<String, Value>, Thrown> {
    match crate::convert::to_json::for_core("extra_body", value)? {
        Value::Object(fields) => Ok(fields),
        Value::Array(items) if items.is_empty() => Ok(lomi::Map::new()),
        _ => Err(Thrown::validation(not_names_and_values("extra_body", value))),
    }
}

/// The options of a client.
const CLIENT_OPTIONS: &[&str] = &[
    "environment",
    "base_url",
    "routes",
    "timeout",
    "attempt_timeout",
    "connect_timeout",
    "idle_timeout",
    "max_retries",
    "max_connections",
    "allow_http",
    "headers",
    "user_agent",
    "api_version",
    "lang",
    "ca_file",
    "ca_files",
    "proxy",
    "proxy_headers",
    "certificate_file",
    "key_file",
    "tls_server_name",
    "limits",
    "record",
    "http_client",
    "logger",
    "on_request",
    "on_response",
];

/// The options of a client: configuration, HTTP client, and who receives events.
pub(crate) struct ClientOptions {
    pub(crate) builder: ConfigBuilder,
    pub(crate) http: Option<Zval>,
    /// The client certificate, for such a client.
    pub(crate) certificates: Certificates,
    pub(crate) reporter: Reporter,
}

/// Reads the options of a client. An error has the language among them.
pub(crate) fn client_options(
    key: Option<String>,
    options: Option<&Zval>,
) -> Result<ClientOptions, Thrown> {
    read(key, options).map_err(|thrown| {
        let lang = options.and_then(|options| options.array()?.get("lang"));
        let tag = lang.and_then(|lang| lang.dereference().string());
        thrown.in_language(tag.as_deref().and_then(Language::from_tag))
    })
}

fn read(key: Option<String>, options: Option<&Zval>) -> Result<ClientOptions, Thrown> {
    let key = match key.map_or_else(crate::config::ini::api_key, |key| Ok(Some(key)))? {
        Some(key) => Some(key),
        None => variable("LOMI_API_KEY")?,
    };
    let base_url = match crate::config::ini::base_url()? {
        Some(url) => Some(url),
        None => variable("LOMI_BASE_URL")?,
    };
    let mut builder = ConfigBuilder {
        api_key: key.map(Secret::new),
        base_url,
        binding_reads_environment: true,
        environment_lang: variable("LOMI_LANG")?,
        binding_logs: true,
        user_agent: Some(crate::config::USER_AGENT.to_owned()),
        timeout: Some(lomi::binding::seconds(
            "lomi.timeout",
            crate::config::ini::default_timeout(),
        )?),
        ..ConfigBuilder::default()
    };
    let mut record = None;
    let mut http = None;
    let mut certificates = Certificates::default();
    let mut reporter = Reporter::default();
    for (name, value) in entries(options)? {
        match name.as_str() {
            "environment" => {
                builder.environment = Some(string(&name, &value)?);
            }
            "base_url" => builder.base_url = Some(string(&name, &value)?),
            "routes" => builder.routes = string(&name, &value)?.parse()?,
            "timeout" => builder.timeout = Some(seconds(&name, &value)?),
            "attempt_timeout" => builder.attempt_timeout = Some(seconds(&name, &value)?),
            "connect_timeout" => builder.connect_timeout = Some(seconds(&name, &value)?),
            "idle_timeout" => builder.idle_timeout = Some(seconds(&name, &value)?),
            "max_retries" => builder.max_retries = Some(retries(&name, &value)?),
            "max_connections" => builder.max_connections = Some(connections(&name, &value)?),
            "allow_http" => builder.allow_http = flag(&name, &value)?,
            "headers" => builder.headers = headers(&name, &value)?,
            "lang" => builder.lang = Some(string(&name, &value)?),
            "api_version" => builder.api_version = Some(string(&name, &value)?),
            "user_agent" => builder.user_agent = Some(string(&name, &value)?),
            "ca_file" => builder.ca_files.push(PathBuf::from(string(&name, &value)?)),
            "ca_files" => {
                let files = paths(&name, &value)?;
                builder.ca_files.extend(files.into_iter().map(PathBuf::from));
            }
            "proxy" => builder.proxy = Some(Secret::new(string(&name, &value)?)),
            "proxy_headers" => builder.proxy_headers = headers(&name, &value)?,
            "certificate_file" => certificates.cert = Some(string(&name, &value)?),
            "key_file" => certificates.key = Some(string(&name, &value)?),
            "tls_server_name" => builder.tls_server_name = Some(string(&name, &value)?),
            "limits" => builder.limits = limits(&value)?,
            "record" => record = Some(string(&name, &value)?),
            "http_client" => {
                if !value.handle().is_some_and(crate::send::psr18::is_client) {
                    return Err(Thrown::configuration(crate::send::psr18::not_a_client()));
                }
                http = Some(value);
            }
            "logger" => reporter.logger = Some(Hook::new("logger", &value)?),
            "on_request" => reporter.on_request = Some(Hook::new("on_request", &value)?),
            "on_response" => reporter.on_response = Some(Hook::new("on_response", &value)?),
            _ => {
                return Err(Thrown::configuration(messages::no_client_option(
                    &name,
                    hint(&name, CLIENT_OPTIONS),
                )));
            }
        }
    }
    let record = match record {
        Some(file) => Some(file),
        None => variable("LOMI_RECORD")?,
    };
    if let Some(file) = &record {
        crate::config::ini::check_open_basedir(file)?;
    }
    builder.record = record.map(PathBuf::from);
    builder.ca_files.extend(crate::config::ini::authorities());
    builder.certificate_file = certificates.cert.as_ref().map(PathBuf::from);
    builder.key_file = certificates.key.as_ref().map(PathBuf::from);
    Ok(ClientOptions { builder, http, certificates, reporter })
}

/// Query values: PHP's lists and booleans as the API wants them.
pub(crate) fn query(values: Option<&Zval>) -> Result<lomi::Map<String, Value>, Thrown> {
    match values.filter(|value| !value.is_null()) {
        None => Ok(lomi::Map::new()),
        Some(value) => match crate::convert::to_json::for_core(messages::the_query(), value)? {
            Value::Object(fields) => Ok(fields),
            Value::Array(items) if items.is_empty() => Ok(lomi::Map::new()),
            _ => Err(Thrown::validation(not_names_and_values(messages::the_query(), value))),
        },
    }
}
