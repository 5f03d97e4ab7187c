//! Building a request from an operation, its input and the configuration: a pure
//! function, the same for every language. Whatever is wrong is said before anything
//! is sent.

use bytes::Bytes;
use http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::check;
use crate::config::Config;
use crate::error::{Error, bounded};
use crate::input::{CallOptions, Input};
use crate::json::{Map, Value};
use crate::schema::{Kind, Model, Operation, Parameter, Routes};
use crate::secret::Secret;
use crate::spelling::Spelling;

/// Everything but the unreserved characters of RFC 3986 is escaped.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The longest URL that hyper sends.
const LONGEST_URL: usize = 65_534;

const API_KEY: HeaderName = HeaderName::from_static("x-api-key");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const ACCOUNT: HeaderName = HeaderName::from_static("lomi-account");

/// One HTTP request, ready to be sent by any transport.
#[derive(Debug, Clone)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The whole address.
    pub url: String,
    /// The headers, the key among them (marked sensitive).
    pub headers: HeaderMap,
    /// The body, where there is one.
    pub body: Option<Bytes>,
}

/// Which call this is: an operation of the table, or any other endpoint.
#[derive(Debug, Clone)]
pub enum Target {
    /// One of the table's.
    Operation(&'static Operation),
    /// A method and a path below the base URL.
    Raw {
        /// The method.
        method: Method,
        /// The path, starting with a slash.
        path: String,
    },
}

impl Target {
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Operation(operation) => operation.id.to_owned(),
            Self::Raw { method, path } => format!("{method} {path}"),
        }
    }

    /// What to tell the caller of a write that may have been carried out.
    pub(crate) fn advice(&self, idempotency_key: Option<&str>) -> String {
        let advice = match (self, idempotency_key) {
            (Self::Operation(operation), Some(key)) if operation.keyed => format!(
                "call again with the idempotency key {key} to get its result without doing it \
                 twice"
            ),
            _ => "find out before doing it again: fetch or list what it would have changed".into(),
        };
        format!("{} may have been carried out: {advice}", bounded(self.name()))
    }

    pub(crate) fn method(&self) -> &Method {
        match self {
            Self::Operation(operation) => &operation.method,
            Self::Raw { method, .. } => method,
        }
    }
}

/// The path and query of a call under one spelling.
pub(crate) fn address(
    config: &Config,
    target: &Target,
    input: &Input,
    spelling: &Spelling,
) -> Result<String, Error> {
    let mut url = spelling.base(config).to_owned();
    let known: &[Parameter] = match target {
        Target::Raw { path, .. } => {
            url.push_str(raw_path(path)?);
            &[]
        }
        Target::Operation(operation) => {
            let template = operation.path(spelling.routes).ok_or_else(|| {
                Error::internal(format!("{} has no path in {:?}", operation.id, spelling.routes))
            })?;
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
        return Err(Error::validation(format!(
            "the path and the query make a URL of more than {LONGEST_URL} bytes, which cannot be sent"
        )));
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

/// A path that the caller wrote: it stays below the base URL.
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
        return Err(Error::validation(format!(
            "the path {path:?} has to start with one slash, stay below the base URL \
             and be escaped where it is not plain ASCII"
        )));
    }
    Ok(path)
}

/// The body as bytes, with each field under the name that the spelling wants.
pub(crate) fn body(target: &Target, input: &Input, routes: Routes) -> Result<Option<Bytes>, Error> {
    let model = match target {
        Target::Operation(operation) => operation.body,
        Target::Raw { .. } => None,
    };
    let Some(body) = &input.body else {
        return match model {
            Some(_) => Err(Error::validation(format!("{} needs a body", target.name()))),
            None => Ok(None),
        };
    };
    if model.is_none() {
        match body {
            Value::Object(fields) => {
                fields.iter().try_for_each(|(name, value)| check::check_numbers(name, value))?;
            }
            body => check::check_numbers("the body", body)?,
        }
    }
    let bytes = match (model, body) {
        (Some(model), Value::Object(fields)) => {
            serde_json::to_vec(&Spelt { model, fields, routes })
        }
        (Some(_), other) => {
            return Err(Error::validation(format!(
                "the body of {} must be an object of fields and values, not {}",
                target.name(),
                check::kind_of(other)
            )));
        }
        (None, body) => serde_json::to_vec(body),
    };
    let bytes = bytes.map_err(|e| Error::validation(format!("the body cannot be written: {e}")))?;
    Ok(Some(bytes.into()))
}

/// The fields of a body, each under the name that the spelling wants.
struct Spelt<'a> {
    model: &'static Model,
    fields: &'a Map<String, Value>,
    routes: Routes,
}

impl Serialize for Spelt<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut sent = serializer.serialize_map(Some(self.fields.len()))?;
        for (name, value) in self.fields {
            let field = self.model.field(name);
            let other = field
                .and_then(|field| field.sent.iter().find(|(r, _)| *r == self.routes))
                .map(|(_, other)| *other)
                // A caller who gives both names has a reason to.
                .filter(|other| !self.fields.contains_key(*other));
            sent.serialize_key(other.unwrap_or(name))?;
            match field.map(|field| field.kind) {
                // PHP cannot tell an empty object from an empty list; the API can.
                Some(Kind::Map) if value.as_array().is_some_and(Vec::is_empty) => {
                    sent.serialize_value(&Map::new())?;
                }
                _ => sent.serialize_value(value)?,
            }
        }
        sent.end()
    }
}

/// The headers of every call of a client.
pub(crate) fn common_headers(config: &Config) -> Result<HeaderMap, Error> {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
    put(&mut headers, "user-agent", &config.user_agent)?;
    if let Some(key) = &config.api_key {
        headers.insert(API_KEY, key_header(config, key)?);
    }
    for (name, value) in &config.headers {
        put(&mut headers, name, value)?;
    }
    Ok(headers)
}

/// The headers of every attempt of a call. What the caller sets goes before what is ours,
/// and what is set for this call before what is set for all.
pub(crate) fn headers(
    config: &Config,
    options: &CallOptions,
    has_body: bool,
    request_id: &str,
    idempotency_key: Option<&str>,
) -> Result<HeaderMap, Error> {
    let mut headers = config.common_headers.clone();
    let is_free = |name: &HeaderName| {
        !config.headers.iter().any(|(other, _)| other.eq_ignore_ascii_case(name.as_str()))
    };
    let mut add = |name: HeaderName, value: &str| {
        if is_free(&name) {
            let (name, value) = checked(name, value)?;
            headers.insert(name, value);
        }
        Ok::<_, Error>(())
    };
    add(REQUEST_ID, request_id)?;
    if has_body {
        add(CONTENT_TYPE, "application/json")?;
    }
    if let Some(key) = idempotency_key {
        add(IDEMPOTENCY_KEY, key)?;
    }
    if let Some(account) = &options.account {
        add(ACCOUNT, account)?;
    }
    if let Some(key) = options.api_key.as_ref().filter(|_| is_free(&API_KEY)) {
        headers.insert(API_KEY, key_header(config, key)?);
    }
    for (name, value) in &options.headers {
        put(&mut headers, name, value)?;
    }
    Ok(headers)
}

fn key_header(config: &Config, key: &Secret) -> Result<HeaderValue, Error> {
    let text = match &config.api_key_prefix {
        Some(prefix) => format!("{prefix} {}", key.expose()),
        None => key.expose().to_owned(),
    };
    let mut value = HeaderValue::from_str(&text)
        .map_err(|_| Error::configuration("the API key cannot be sent in a header"))?;
    value.set_sensitive(true);
    Ok(value)
}

fn put(headers: &mut HeaderMap, name: &str, value: &str) -> Result<(), Error> {
    let (name, value) = check_header(name, value)?;
    headers.insert(name, value);
    Ok(())
}

/// A header that can be sent as it is, with nothing hidden in it.
pub(crate) fn check_header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), Error> {
    const OURS: &[&str] = &["content-length", "transfer-encoding", "host", "connection"];
    let header = HeaderName::from_bytes(name.as_bytes())
        .map_err(|_| Error::validation(format!("{name:?} is no header name")))?;
    if OURS.contains(&header.as_str()) {
        return Err(Error::validation(format!("the header {header} is the transport's own")));
    }
    checked(header, value)
}

fn checked(header: HeaderName, value: &str) -> Result<(HeaderName, HeaderValue), Error> {
    if !value.bytes().all(|byte| (0x20..=0x7e).contains(&byte)) {
        return Err(Error::validation(format!(
            "the header {header} has a line break or a character that is not plain ASCII"
        )));
    }
    let mut value = HeaderValue::from_str(value)
        .map_err(|_| Error::validation(format!("the header {header} cannot be sent")))?;
    if matches!(header.as_str(), "x-api-key" | "x-lomi-api-key" | "authorization") {
        value.set_sensitive(true);
    }
    Ok((header, value))
}
