//! The core's client for a `LomiSDK\Configuration`.

use ext_php_rs::types::Zval;
use lomi::Secret;

use crate::documented::configuration::CONFIGURATION;
use crate::documented::hosts;
use crate::documented::settings::{self, API_KEY, BuiltClient, Settings};
use crate::zend::{Object, Thrown, call_method, is_overridden, php_string, string_zval};

/// The client for a configuration and a host index. It is built once and cached until a setting
/// changes.
pub(crate) fn client(object: Object<'_>, host_index: u32) -> Result<BuiltClient, Thrown> {
    let settings = settings::settings(object)?;
    // A subclass in PHP may override the getters, so they are called.
    if object.ce != CONFIGURATION.raw() {
        let made = overridden(object, settings, host_index)?;
        return warn(settings, made);
    }
    if let Some((_, made)) =
        settings.clients.borrow().iter().find(|(index, _)| *index == host_index)
    {
        return Ok(made.clone());
    }
    let made = match host_index {
        0 => settings.build(settings.host())?,
        index => settings.build(hosts::at(index.into())?)?,
    };
    settings.clients.borrow_mut().push((host_index, made.clone()));
    warn(settings, made)
}

/// Logs the warnings about a new client. A subclass makes a client for each call, so the
/// same warnings are not logged again.
fn warn(settings: &Settings, made: BuiltClient) -> Result<BuiltClient, Thrown> {
    let warnings = &made.client.config().warnings;
    let is_new = *settings.logged_warnings.borrow() != *warnings;
    if is_new {
        settings.logged_warnings.replace(warnings.clone());
        crate::send::log::warn(warnings)?;
    }
    Ok(made)
}

fn overridden(
    object: Object<'_>,
    settings: &Settings,
    host_index: u32,
) -> Result<BuiltClient, Thrown> {
    let mut answers = settings.clone();
    let class = CONFIGURATION.get().ok_or_else(|| Thrown::defect("there is no Configuration"))?;
    let ask = |name: &str, arguments: &mut [Zval]| -> Result<Option<String>, Thrown> {
        let value = call_method(object, name, arguments)?;
        if value.is_null() { Ok(None) } else { php_string(format!("{name}()"), &value) }
    };
    let identifier = || [string_zval(API_KEY)];
    if let Some(key) = ask("getApiKey", &mut identifier())? {
        answers.api_keys = vec![(API_KEY.to_owned(), Secret::new(key))];
    }
    if let Some(prefix) = ask("getApiKeyPrefix", &mut identifier())? {
        answers.prefixes = vec![(API_KEY.to_owned(), prefix)];
    }
    if is_overridden(object, class, "getapikeywithprefix")
        && let Some(key) = ask("getApiKeyWithPrefix", &mut identifier())?
    {
        let (prefix, key) = match key.rsplit_once(' ') {
            Some((prefix, key)) => (Some(prefix), key),
            None => (None, key.as_str()),
        };
        answers.api_keys = vec![(API_KEY.to_owned(), Secret::new(key))];
        answers.prefixes =
            prefix.map(|it| (API_KEY.to_owned(), it.to_owned())).into_iter().collect();
    }
    answers.user_agent = ask("getUserAgent", &mut [])?;
    let host = match host_index {
        0 => ask("getHost", &mut [])?.unwrap_or_default(),
        index => hosts::at(index.into())?.to_owned(),
    };
    answers.build(&host)
}
