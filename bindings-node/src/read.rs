//! Reading what the JavaScript half hands over: JSON text in which tagged strings
//! stand for the numbers that JSON cannot hold.

use std::time::Duration;

use lomi::{CallOptions, Error, ErrorKind, Input, Map, Number, Secret, Value, milliseconds};

/// `\0n123`: a number as it was written (a bigint, NaN, Infinity). `\0s...`: a text
/// that starts with NUL itself.
const TAG: char = '\0';

/// Any JSON text of the other half's making.
pub(crate) fn value(text: &str) -> Result<Value, Error> {
    let mut value: Value = text.parse().map_err(|error: Error| {
        Error::new(ErrorKind::Validation, format!("the input is not usable: {}", error.message))
    })?;
    if text.contains("\\u0000") {
        untag(&mut value);
    }
    Ok(value)
}

fn untag(value: &mut Value) {
    match value {
        Value::String(text) => {
            let Some(tagged) = text.strip_prefix(TAG) else { return };
            if let Some(digits) = tagged.strip_prefix('n') {
                *value = Value::Number(Number::from_string_unchecked(digits.to_owned()));
            } else if let Some(plain) = tagged.strip_prefix('s') {
                *text = plain.to_owned();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(untag),
        Value::Object(fields) => fields.values_mut().for_each(untag),
        _ => {}
    }
}

/// The values of a call: `{path, query, body}`.
pub(crate) fn input(text: Option<&str>) -> Result<Input, Error> {
    let Some(text) = text else { return Ok(Input::default()) };
    let Value::Object(mut given) = value(text)? else { return Ok(Input::default()) };
    let mut part = |name: &str| match given.remove(name) {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(fields)) => Ok(fields),
        Some(_) => Err(Error::new(
            ErrorKind::Validation,
            format!("the {name} must be an object of names and values"),
        )),
    };
    let (path, query) = (part("path")?, part("query")?);
    Ok(Input { path, query, body: given.remove("body") })
}

/// The options of one call. What is not known has been refused by the other half.
pub(crate) fn options(text: Option<&str>) -> Result<CallOptions, Error> {
    let Some(text) = text else { return Ok(CallOptions::default()) };
    let given = Given::new(value(text)?, ErrorKind::Validation);
    Ok(CallOptions {
        timeout: given.time("timeout")?,
        attempt_timeout: given.time("attemptTimeout")?,
        connect_timeout: given.time("connectTimeout")?,
        idle_timeout: given.time("idleTimeout")?,
        max_retries: given.count("maxRetries")?,
        idempotency_key: given.text("idempotencyKey")?,
        request_id: given.text("requestId")?,
        headers: given.headers("headers")?,
        api_key: given.text("apiKey")?.map(Secret::new),
        account: given.text("account")?,
        default_headers: Vec::new(),
        any_status: given.flag("anyStatus")?,
        extra_body: given.fields("extraBody")?,
    })
}

/// Options by name, with a sentence for each that is not what it has to be.
pub(crate) struct Given {
    values: Map<String, Value>,
    kind: ErrorKind,
}

impl Given {
    pub(crate) fn new(value: Value, kind: ErrorKind) -> Self {
        let values = if let Value::Object(values) = value { values } else { Map::new() };
        Self { values, kind }
    }

    fn get(&self, name: &str) -> Option<&Value> {
        self.values.get(name).filter(|value| !value.is_null())
    }

    fn refuse<T>(&self, name: &str, wants: &str) -> Result<T, Error> {
        Err(Error::new(self.kind, format!("{name} must be {wants}")))
    }

    pub(crate) fn text(&self, name: &str) -> Result<Option<String>, Error> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => self.refuse(name, "text"),
        }
    }

    pub(crate) fn flag(&self, name: &str) -> Result<bool, Error> {
        match self.get(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => self.refuse(name, "true or false"),
        }
    }

    pub(crate) fn count(&self, name: &str) -> Result<Option<u32>, Error> {
        match self.get(name) {
            None => Ok(None),
            Some(value) => match value.as_u64().and_then(|count| u32::try_from(count).ok()) {
                Some(count) => Ok(Some(count)),
                None => self.refuse(name, &format!("a whole number from 0, not {value}")),
            },
        }
    }

    /// A time in milliseconds.
    pub(crate) fn time(&self, name: &str) -> Result<Option<Duration>, Error> {
        let Some(value) = self.get(name) else { return Ok(None) };
        // Not `as_f64`, which leaves infinity out.
        let number = value.as_number().and_then(|number| number.to_string().parse().ok());
        match number.map(|number| milliseconds(name, number)) {
            Some(Ok(time)) => Ok(Some(time)),
            _ => self.refuse(name, &format!("a number of milliseconds above 0, not {value}")),
        }
    }

    /// An object of names and values.
    fn fields(&self, name: &str) -> Result<Map<String, Value>, Error> {
        match self.get(name) {
            None => Ok(Map::new()),
            Some(Value::Object(fields)) => Ok(fields.clone()),
            Some(_) => self.refuse(name, "an object of names and values"),
        }
    }

    pub(crate) fn headers(&self, name: &str) -> Result<Vec<(String, String)>, Error> {
        let fields = match self.get(name) {
            None => return Ok(Vec::new()),
            Some(Value::Object(fields)) => fields,
            Some(_) => return self.refuse(name, "an object of names and texts"),
        };
        let mut headers = Vec::with_capacity(fields.len());
        for (header, value) in fields {
            let text = match value {
                Value::Null => continue,
                Value::String(text) => text.clone(),
                Value::Number(number) => number.to_string(),
                Value::Bool(flag) => flag.to_string(),
                _ => return self.refuse(&format!("{name}.{header}"), "text"),
            };
            headers.push((header.clone(), text));
        }
        Ok(headers)
    }

    pub(crate) fn texts(&self, name: &str) -> Result<Vec<String>, Error> {
        match self.get(name) {
            None => Ok(Vec::new()),
            Some(Value::String(text)) => Ok(vec![text.clone()]),
            Some(Value::Array(items)) => {
                match items.iter().map(|item| item.as_str().map(str::to_owned)).collect() {
                    Some(texts) => Ok(texts),
                    None => self.refuse(name, "a list of texts"),
                }
            }
            Some(_) => self.refuse(name, "a list of texts"),
        }
    }
}
