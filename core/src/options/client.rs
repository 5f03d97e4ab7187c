//! The options of a client.

use std::path::PathBuf;

use super::named::NamedOptions;
use crate::config::{ConfigBuilder, RouteChoice};
use crate::error::Error;
use crate::message::Language;
use crate::secret::Secret;

/// The configuration of a client. Its errors are in the language of the option `lang`.
pub fn config_builder(given: &NamedOptions) -> Result<ConfigBuilder, Error> {
    read(given).map_err(|error| {
        let tag = |name| given.string(name).ok().flatten();
        let tag = tag("lang").or_else(|| tag("environment_lang"));
        error.or_in_language(tag.as_deref().and_then(Language::from_tag))
    })
}

fn read(given: &NamedOptions) -> Result<ConfigBuilder, Error> {
    let path = |name| given.string(name).map(|path| path.map(PathBuf::from));
    let ca_files = given
        .string("ca_file")?
        .into_iter()
        .chain(given.strings("ca_files")?)
        .chain(given.strings("extra_ca_files")?);
    Ok(ConfigBuilder {
        api_key: given.string("api_key")?.map(Secret::new),
        key_optional: given.flag("key_optional")?,
        documented: given.flag("documented")?,
        api_key_prefix: given.string("api_key_prefix")?,
        environment: given.string("environment")?,
        base_url: given.string("base_url")?,
        routes: match given.string("routes")? {
            Some(word) => word.parse()?,
            None => RouteChoice::default(),
        },
        timeout: given.time("timeout")?,
        attempt_timeout: given.time("attempt_timeout")?,
        connect_timeout: given.time("connect_timeout")?,
        idle_timeout: given.time("idle_timeout")?,
        max_retries: given.count("max_retries")?,
        max_connections: given.count("max_connections")?,
        allow_http: given.flag("allow_http")?,
        headers: given.headers("headers")?,
        api_version: given.string("api_version")?,
        lang: given.string("lang")?,
        environment_lang: given.string("environment_lang")?,
        user_agent: given.string("user_agent")?,
        ca_files: ca_files.map(PathBuf::from).collect(),
        certificate_file: path("certificate_file")?,
        key_file: path("key_file")?,
        tls_server_name: given.string("tls_server_name")?,
        limits: given.limits("limits")?,
        record: path("record")?,
        proxy: given.string("proxy")?.map(Secret::new),
        proxy_headers: given.headers("proxy_headers")?,
        proxy_variables: match given.headers("proxy_variables")? {
            none if none.is_empty() => None,
            some => {
                Some(some.into_iter().map(|(name, value)| (name, Secret::new(value))).collect())
            }
        },
        ..ConfigBuilder::default()
    })
}
