//! Options by name, with a type check for each.

use std::time::Duration;

use lomi::binding::{messages, milliseconds};
use lomi::{Error, ErrorKind, Limits, Map, Message, Value};

/// Options by name. Each method returns an option of one type, or an error for another type.
pub(crate) struct Options {
    values: Map<String, Value>,
    kind: ErrorKind,
}

impl Options {
    pub(crate) fn new(value: Value, kind: ErrorKind) -> Self {
        let values = if let Value::Object(values) = value { values } else { Map::new() };
        Self { values, kind }
    }

    fn get(&self, name: &str) -> Option<&Value> {
        self.values.get(name).filter(|value| !value.is_null())
    }

    fn refuse<T>(&self, message: Message) -> Result<T, Error> {
        Err(Error::new(self.kind, message))
    }

    pub(crate) fn string(&self, name: &str) -> Result<Option<String>, Error> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(string)) => Ok(Some(string.clone())),
            Some(other) => self.refuse(messages::not_a_string(name, kind(other))),
        }
    }

    pub(crate) fn flag(&self, name: &str) -> Result<bool, Error> {
        match self.get(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(other) => self.refuse(messages::not_a_flag(name, kind(other))),
        }
    }

    pub(crate) fn count(&self, name: &str) -> Result<Option<u32>, Error> {
        match self.get(name) {
            None => Ok(None),
            Some(value) => match value.as_u64().and_then(|count| u32::try_from(count).ok()) {
                Some(count) => Ok(Some(count)),
                None => self.refuse(messages::not_a_count(name, value)),
            },
        }
    }

    pub(crate) fn bytes(&self, name: &str) -> Result<Option<u64>, Error> {
        match self.get(name) {
            None => Ok(None),
            Some(value) => match value.as_u64() {
                Some(bytes) => Ok(Some(bytes)),
                None => self.refuse(messages::not_whole_above_zero(name, value)),
            },
        }
    }

    /// A time in milliseconds.
    pub(crate) fn time(&self, name: &str) -> Result<Option<Duration>, Error> {
        let Some(value) = self.get(name) else { return Ok(None) };
        // Not `as_f64`, which gives nothing for infinity.
        let number = value.as_number().and_then(|number| number.to_string().parse().ok());
        match number.map(|number| milliseconds(name, number)) {
            Some(Ok(time)) => Ok(Some(time)),
            _ => self.refuse(messages::not_milliseconds(name, value)),
        }
    }

    /// An object of names and values.
    pub(crate) fn fields(&self, name: &str) -> Result<Map<String, Value>, Error> {
        match self.get(name) {
            None => Ok(Map::new()),
            Some(Value::Object(fields)) => Ok(fields.clone()),
            Some(other) => self.refuse(not_names_and_values(name, other)),
        }
    }

    /// Limits by name. One that is left out, or null, has its default.
    pub(crate) fn limits(&self, name: &str) -> Result<Limits, Error> {
        let mut limits = Limits::default();
        let fields = match self.get(name) {
            None => return Ok(limits),
            Some(Value::Object(fields)) => fields,
            Some(other) => {
                let example = "{ body: 1000000 }";
                let object = messages::an_object();
                return self.refuse(messages::not_limits(object, example, kind(other)));
            }
        };
        for (limit, value) in fields {
            let number = value.as_u64();
            let mut changed = limits;
            // First, because it suggests the right name for an unknown one, whatever its value.
            changed.set(limit, number.unwrap_or(1))?;
            match number {
                Some(_) => limits = changed,
                None if value.is_null() => {}
                None => {
                    let name = format!("{name}.{limit}");
                    return self.refuse(messages::not_whole_above_zero(name, value));
                }
            }
        }
        Ok(limits)
    }

    /// Headers by name. A null leaves its header out.
    pub(crate) fn headers(&self, name: &str) -> Result<Vec<(String, String)>, Error> {
        let fields = match self.get(name) {
            None => return Ok(Vec::new()),
            Some(Value::Object(fields)) => fields,
            Some(other) => return self.refuse(not_names_and_values(name, other)),
        };
        let mut headers = Vec::with_capacity(fields.len());
        for (header, value) in fields {
            let string = match value {
                Value::Null => continue,
                Value::String(string) => string.clone(),
                Value::Number(number) => number.to_string(),
                Value::Bool(flag) => flag.to_string(),
                other => {
                    let name = messages::the_header(header);
                    return self.refuse(messages::not_a_string(name, kind(other)));
                }
            };
            headers.push((header.clone(), string));
        }
        Ok(headers)
    }

    /// A list of strings; one string is a list of one.
    pub(crate) fn strings(&self, name: &str) -> Result<Vec<String>, Error> {
        match self.get(name) {
            None => Ok(Vec::new()),
            Some(Value::String(string)) => Ok(vec![string.clone()]),
            Some(list @ Value::Array(items)) => {
                match items.iter().map(|item| item.as_str().map(str::to_owned)).collect() {
                    Some(strings) => Ok(strings),
                    None => self.refuse(messages::not_paths(name, kind(list))),
                }
            }
            Some(other) => self.refuse(messages::not_paths(name, kind(other))),
        }
    }
}

fn not_names_and_values(name: &str, given: &Value) -> Message {
    messages::not_names_and_values(name, messages::an_object(), kind(given))
}

/// The type of a value, as JavaScript calls it.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
