//! The options of one call.

use lomi::binding::{self, Download, NamedOptions};
use lomi::{CallOptions, Error, ErrorKind};

use super::input::value;
use super::options::STYLE;

/// The options of one call from JSON. `runtime/convert/options.js` has refused unknown names.
pub(crate) fn call_options(json: Option<&str>) -> Result<CallOptions, Error> {
    let Some(json) = json else { return Ok(CallOptions::default()) };
    binding::call_options(&named(json)?)
}

/// A download, and the options of its call.
pub(crate) fn download(url: String, json: Option<&str>) -> Result<(Download, CallOptions), Error> {
    let given = named(json.unwrap_or("null"))?;
    Ok((binding::download(url, &given)?, binding::call_options(&given)?))
}

fn named(json: &str) -> Result<NamedOptions, Error> {
    Ok(NamedOptions::new(value(json)?, ErrorKind::Validation, &STYLE))
}
