//! From the options of `new LomiClient({...})` to the core's configuration.

use lomi::binding::{ConfigBuilder, NamedOptions, config_builder};
use lomi::{Error, ErrorKind};

use super::input::value;
use super::options::STYLE;

/// The configuration of a client from JSON.
pub(crate) fn from_json(json: &str) -> Result<ConfigBuilder, Error> {
    let given = NamedOptions::new(value(json)?, ErrorKind::Configuration, &STYLE);
    let mut builder = config_builder(&given)?;
    builder.user_agent.get_or_insert_with(|| format!("lomi-node/{}", lomi::VERSION));
    builder.proxy_variables.get_or_insert_default();
    builder.binding_reads_environment = true; // runtime/client/environment.js reads process.env
    builder.binding_logs = true; // runtime/log.js logs the events
    Ok(builder)
}
