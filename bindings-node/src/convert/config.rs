//! From the options of `new LomiClient({...})` to the core's configuration.

use std::path::PathBuf;

use lomi::binding::ConfigBuilder;
use lomi::{Error, ErrorKind, Language, RouteChoice, Secret};

use super::input::value;
use super::options::Options;

/// The configuration of a client from JSON.
pub(crate) fn from_json(json: &str) -> Result<ConfigBuilder, Error> {
    let options = Options::new(value(json)?, ErrorKind::Configuration);
    builder(&options).map_err(|error| {
        let tag = |name| options.string(name).ok().flatten();
        let tag = tag("lang").or_else(|| tag("environmentLang"));
        error.or_in_language(tag.as_deref().and_then(Language::from_tag))
    })
}

fn builder(options: &Options) -> Result<ConfigBuilder, Error> {
    Ok(ConfigBuilder {
        api_key: options.string("apiKey")?.map(Secret::new),
        key_optional: options.flag("keyOptional")?,
        documented: options.flag("documented")?,
        api_key_prefix: options.string("apiKeyPrefix")?,
        environment: options.string("environment")?,
        base_url: options.string("baseUrl")?,
        routes: match options.string("routes")? {
            Some(word) => word.parse()?,
            None => RouteChoice::default(),
        },
        timeout: options.time("timeout")?,
        attempt_timeout: options.time("attemptTimeout")?,
        connect_timeout: options.time("connectTimeout")?,
        idle_timeout: options.time("idleTimeout")?,
        max_retries: options.count("maxRetries")?,
        max_connections: options.count("maxConnections")?,
        allow_http: options.flag("allowHttp")?,
        headers: options.headers("headers")?,
        api_version: options.string("apiVersion")?,
        lang: options.string("lang")?,
        environment_lang: options.string("environmentLang")?,
        user_agent: Some(match options.string("userAgent")? {
            Some(user_agent) => user_agent,
            None => format!("lomi-node/{}", lomi::VERSION),
        }),
        ca_files: options
            .string("caFile")?
            .into_iter()
            .chain(options.strings("caFiles")?)
            .chain(options.strings("extraCaFiles")?)
            .map(PathBuf::from)
            .collect(),
        certificate_file: options.string("certificateFile")?.map(PathBuf::from),
        key_file: options.string("keyFile")?.map(PathBuf::from),
        tls_server_name: options.string("tlsServerName")?,
        limits: options.limits("limits")?,
        record: options.string("record")?.map(PathBuf::from),
        proxy: options.string("proxy")?.map(Secret::new),
        proxy_headers: options.headers("proxyHeaders")?,
        proxy_variables: Some(
            options
                .headers("proxyVariables")?
                .into_iter()
                .map(|(name, value)| (name, Secret::new(value)))
                .collect(),
        ),
        binding_reads_environment: true, // runtime/client/environment.js reads process.env
        binding_logs: true,              // runtime/log.js logs the events
        ..ConfigBuilder::default()
    })
}
