//! Settings of the environment: `LOMI_API_KEY` and the like, read when a client is made. A dotenv
//! library writes `$_ENV` and `$_SERVER`, and not always the process's own environment. Only exact
//! names are read, because `$_SERVER` has a request's headers as `HTTP_...`.

use std::ffi::OsString;
use std::sync::OnceLock;

use ext_php_rs::ffi::ext_php_rs_executor_globals;
use ext_php_rs::types::Zval;
use lomi::binding::messages;

use crate::zend::{Thrown, bytes_zval, call_enabled, string_zval};

/// The variables that this SDK reads.
const NAMES: [&str; 6] = [
    "LOMI_API_KEY",
    "LOMI_BASE_URL",
    "LOMI_LANG",
    "LOMI_LOG",
    "LOMI_RECORD",
    "LOMI_WEBHOOK_SECRET",
];

/// The values when the process started.
static AT_START: OnceLock<Vec<(&str, OsString)>> = OnceLock::new();

/// Reads the variables at module start.
pub(crate) fn read_at_start() {
    let variables = NAMES.iter().filter_map(|name| Some((*name, std::env::var_os(name)?)));
    let _ = AT_START.set(variables.collect());
}

/// A variable, from `$_ENV`, `$_SERVER` or `getenv()`, which php.ini may disable. What the script has set wins over
/// what the process was started with. One that is empty counts as not set.
pub(crate) fn variable(name: &str) -> Result<Option<String>, Thrown> {
    let at_start =
        AT_START.get().into_iter().flatten().find(|(variable_name, _)| *variable_name == name);
    let at_start = at_start.map(|(_, value)| value.as_encoded_bytes());
    let from_process = match call_enabled("getenv", &mut [string_zval(name)])? {
        Some(value) => Some(value),
        None => std::env::var_os(name).map(|value| bytes_zval(value.as_encoded_bytes())),
    };
    let given = [global("_ENV", name), global("_SERVER", name), from_process];
    let mut given = given.into_iter().flatten().filter(|value| bytes(value).is_some());
    let mut found = given.next();
    if found.as_ref().and_then(bytes) == at_start {
        found = given.find(|value| bytes(value) != at_start).or(found);
    }
    match found {
        None => Ok(None),
        Some(value) => match value.str() {
            Some(text) => Ok(Some(text.to_owned())),
            None => Err(Thrown::configuration(messages::variable_not_utf(name))),
        },
    }
}

/// Whether `LOMI_LOG` asks for a log of every request.
pub(crate) fn wants_log() -> Result<bool, Thrown> {
    Ok(lomi::binding::log::is_enabled(Some(variable("LOMI_LOG")?.as_deref().unwrap_or_default())))
}

/// A string that is not empty.
fn bytes(value: &Zval) -> Option<&[u8]> {
    value.zend_str().map(|text| text.as_bytes()).filter(|text| !text.is_empty())
}

/// An entry of a superglobal as the script sees it now. PHP creates a superglobal only where the
/// script mentions it; one that is missing has nothing beyond `getenv()`.
fn global(array: &str, name: &str) -> Option<Zval> {
    // SAFETY: the globals of this thread; the table is only read.
    let symbols = unsafe { &(*ext_php_rs_executor_globals()).symbol_table };
    let array = symbols.get(array)?.dereference().array()?;
    Some(array.get(name)?.dereference().shallow_clone())
}
