//! The URL of a request: base URL, path and query.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::arguments::Input;
use super::check;
use super::target::Target;
use crate::error::Error;
use crate::json::Value;
use crate::messages::request as messages;
use crate::table::{Parameter, RouteStyle};

/// Everything but the unreserved characters of RFC 3986 is escaped.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The longest URL that hyper sends.
const LONGEST_URL: usize = 65_534;

/// Bytes that are reserved for a path, since growing would copy the URL.
const TYPICAL_PATH: usize = 64;

/// The URL of a call in a route style.
pub(crate) fn address(
    base: &str,
    target: &Target,
    input: &Input,
    style: RouteStyle,
) -> Result<String, Error> {
    let mut url = String::with_capacity(base.len() + TYPICAL_PATH);
    url.push_str(base);
    let known: &[Parameter] = match target {
        Target::Download(download) => {
            url = download.address()?;
            &[]
        }
        Target::Connection => &[],
        Target::Raw { path, .. } => {
            url.push_str(raw_path(path)?);
            &[]
        }
        Target::Operation(operation) => {
            let template = operation
                .path(style)
                .ok_or_else(|| Error::internal(messages::no_path(operation.id, style)))?;
            fill_path(&mut url, template, input)?;
            operation.query_parameters
        }
    };
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in &input.query {
        if let Some(text) = check::query_value(known, name, value)? {
            check::check_numbers(name, value)?;
            query.append_pair(name, &text);
        }
    }
    let query = query.finish();
    if !query.is_empty() {
        url.push(if url.contains('?') { '&' } else { '?' });
        url.push_str(&query);
    }
    if url.len() > LONGEST_URL {
        return Err(Error::validation(messages::url_too_long(LONGEST_URL)));
    }
    Ok(url)
}

/// Adds the path of a template, with the values of its parameters.
fn fill_path(url: &mut String, template: &str, input: &Input) -> Result<(), Error> {
    let mut rest = template;
    while let Some((before, parameter)) = rest.split_once('{') {
        let (name, after) = parameter.split_once('}').unwrap_or((parameter, ""));
        let value = check::path_value(name, input.path.get(name).unwrap_or(&Value::Null))?;
        url.push_str(before);
        url.extend(utf8_percent_encode(&value, SEGMENT));
        rest = after;
    }
    url.push_str(rest);
    Ok(())
}

/// Checks a path from the caller: it must stay below the base URL.
fn raw_path(path: &str) -> Result<&str, Error> {
    let plain = path.split(['?', '#']).next().unwrap_or_default();
    let climbs = plain.split('/').any(|segment| {
        let decoded = segment.to_ascii_lowercase().replace("%2e", ".");
        decoded == ".." || decoded == "."
    });
    let printable = path.bytes().all(|byte| (0x21..=0x7e).contains(&byte) && byte != b'\\');
    if !path.starts_with('/')
        || path.starts_with("//")
        || climbs
        || !printable
        || path.contains('#')
    {
        return Err(Error::validation(messages::wrong_path(path)));
    }
    Ok(path)
}
