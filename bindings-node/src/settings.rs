//! From the options of `new LomiClient({...})` to the core's configuration.

use std::path::PathBuf;

use lomi::{ConfigBuilder, Error, ErrorKind, RouteChoice, Secret};

use crate::read::{Given, value};

pub(crate) fn read(text: &str) -> Result<ConfigBuilder, Error> {
    let given = Given::new(value(text)?, ErrorKind::Configuration);
    Ok(ConfigBuilder {
        api_key: given.text("apiKey")?.map(Secret::new),
        key_optional: given.flag("keyOptional")?,
        documented: given.flag("documented")?,
        api_key_prefix: given.text("apiKeyPrefix")?,
        environment: given.text("environment")?,
        base_url: given.text("baseUrl")?,
        routes: match given.text("routes")? {
            Some(word) => word.parse()?,
            None => RouteChoice::default(),
        },
        timeout: given.time("timeout")?,
        attempt_timeout: given.time("attemptTimeout")?,
        connect_timeout: given.time("connectTimeout")?,
        idle_timeout: given.time("idleTimeout")?,
        max_retries: given.count("maxRetries")?,
        max_connections: given.count("maxConnections")?,
        allow_http: given.flag("allowHttp")?,
        headers: given.headers("headers")?,
        user_agent: Some(match given.text("userAgent")? {
            Some(own) => own,
            None => format!("lomi-node/{}", lomi::VERSION),
        }),
        ca_files: given
            .texts("caFiles")?
            .into_iter()
            .chain(given.texts("extraCaFiles")?)
            .map(PathBuf::from)
            .collect(),
        proxy: given.text("proxy")?.map(Secret::new),
        proxy_variables: Some(
            given
                .headers("proxyVariables")?
                .into_iter()
                .map(|(name, value)| (name, Secret::new(value)))
                .collect(),
        ),
        own_environment: true, // runtime/environment.js reads process.env
        own_log: true,         // runtime/log.js hands the history on
        ..ConfigBuilder::default()
    })
}
