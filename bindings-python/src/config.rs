//! The settings of a client, from Python's names to the core's builder.

use lomi::binding::{ConfigBuilder, messages};
use lomi::{Language, Secret};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::convert::strings::{count, flag, headers, limits, path, paths, text};
use crate::convert::timeouts::{time, times};
use crate::error::{BindingError, wrong};
use crate::offline::Offline;

/// Reads the settings. The core's default applies for each one that is None or left out.
pub(crate) fn builder(settings: &Bound<'_, PyDict>) -> Result<ConfigBuilder, BindingError> {
    let mut builder = ConfigBuilder {
        user_agent: Some(format!("lomi-python/{}", lomi::VERSION)),
        binding_logs: true, // lomi._log observes calls for Python's logging
        ..ConfigBuilder::default()
    };
    for (name, value) in settings.iter() {
        if value.is_none() {
            continue;
        }
        let name = text(messages::name_of_option(), &name)?;
        match name.as_str() {
            "api_key" => builder.api_key = Some(Secret::new(text(&name, &value)?)),
            "key_optional" => builder.key_optional = value.is_truthy()?,
            "api_key_prefix" => builder.api_key_prefix = Some(text(&name, &value)?),
            "environment" => builder.environment = Some(text(&name, &value)?),
            "base_url" => builder.base_url = Some(text(&name, &value)?),
            "routes" => builder.routes = text(&name, &value)?.parse()?,
            "timeout" => {
                let times = times(&name, &value)?;
                builder.timeout = times.whole;
                builder.connect_timeout = builder.connect_timeout.or(times.connect);
            }
            "documented" => builder.documented = value.is_truthy()?,
            "attempt_timeout" => builder.attempt_timeout = Some(time(&name, &value)?),
            "connect_timeout" => builder.connect_timeout = Some(time(&name, &value)?),
            "idle_timeout" => builder.idle_timeout = Some(time(&name, &value)?),
            "max_retries" => builder.max_retries = Some(count(&name, &value)?),
            "max_connections" => builder.max_connections = Some(count(&name, &value)?),
            "allow_http" => builder.allow_http = flag(&name, &value)?,
            "headers" => builder.headers = headers(&name, &value)?,
            "api_version" => builder.api_version = Some(text(&name, &value)?),
            "lang" => builder.lang = Some(text(&name, &value)?),
            "user_agent" => builder.user_agent = Some(text(&name, &value)?),
            "ca_file" | "ca_data_file" => builder.ca_files.push(path(&name, &value)?),
            "ca_files" => builder.ca_files.extend(paths(&name, &value)?),
            "certificate_file" => builder.certificate_file = Some(path(&name, &value)?),
            "key_file" => builder.key_file = Some(path(&name, &value)?),
            "tls_server_name" => builder.tls_server_name = Some(text(&name, &value)?),
            "proxy" => builder.proxy = Some(Secret::new(text(&name, &value)?)),
            "proxy_headers" => builder.proxy_headers = headers(&name, &value)?,
            "record" => builder.record = Some(path(&name, &value)?),
            "offline" => {
                let offline = value.cast::<Offline>().map_err(PyErr::from)?;
                builder.offline = Some(offline.get().inner.clone());
            }
            "limits" => limits(&mut builder.limits, &value)?,
            "on_request" | "on_response" => {} // the client has them
            other => {
                return Err(wrong(messages::no_client_option(other, "")));
            }
        }
    }
    Ok(builder)
}

/// The language among the settings, for an error about another setting.
pub(crate) fn language(settings: &Bound<'_, PyDict>) -> Option<Language> {
    let tag = settings.get_item("lang").ok()??.extract::<String>().ok()?;
    Language::from_tag(&tag)
}
