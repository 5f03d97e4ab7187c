//! Options by name, with a type check for each.

use std::borrow::Cow;
use std::time::Duration;

use crate::config::{milliseconds, seconds};
use crate::error::{Error, ErrorKind};
use crate::json::{Map, Value};
use crate::limits::Limits;
use crate::message::Message;
use crate::messages::bindings as messages;

/// How a language writes options.
#[derive(Debug)]
pub struct OptionStyle {
    /// Names are in camelCase, as in `apiKey`; otherwise in snake_case.
    pub camel_case: bool,
    /// Times are numbers of milliseconds; otherwise of seconds.
    pub milliseconds: bool,
    /// What the language calls a value with names and values, such as "an object".
    pub object: fn() -> Message,
    /// What the language calls the type of a value.
    pub kind: fn(&Value) -> &'static str,
    /// An example of limits.
    pub limits: &'static str,
}

/// Options by name. Each method returns an option of one type, or an error for another type.
/// Methods take names in snake_case, whatever the style.
#[derive(Debug)]
pub struct NamedOptions {
    values: Map<String, Value>,
    kind: ErrorKind,
    style: &'static OptionStyle,
}

impl NamedOptions {
    /// Options from a map. A value that is none has no options. Errors are of this kind.
    pub fn new(value: Value, kind: ErrorKind, style: &'static OptionStyle) -> Self {
        let Value::Object(given) = value else { return Self { values: Map::new(), kind, style } };
        let values = if style.camel_case {
            given.into_iter().map(|(name, value)| (snake_case(&name), value)).collect()
        } else {
            given
        };
        Self { values, kind, style }
    }

    fn get(&self, name: &str) -> Option<&Value> {
        self.values.get(name).filter(|value| !value.is_null())
    }

    /// The name of an option as the caller wrote it.
    fn shown<'a>(&self, name: &'a str) -> Cow<'a, str> {
        if self.style.camel_case { camel_case(name).into() } else { name.into() }
    }

    fn kind_of(&self, value: &Value) -> &'static str {
        (self.style.kind)(value)
    }

    fn refuse<T>(&self, message: Message) -> Result<T, Error> {
        Err(Error::new(self.kind, message))
    }

    /// A string.
    pub fn string(&self, name: &str) -> Result<Option<String>, Error> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(string)) => Ok(Some(string.clone())),
            Some(other) => {
                self.refuse(messages::not_a_string(self.shown(name), self.kind_of(other)))
            }
        }
    }

    /// True or false; false when not given.
    pub fn flag(&self, name: &str) -> Result<bool, Error> {
        match self.get(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(other) => self.refuse(messages::not_a_flag(self.shown(name), self.kind_of(other))),
        }
    }

    /// A whole number from 0.
    pub fn count(&self, name: &str) -> Result<Option<u32>, Error> {
        match self.get(name) {
            None => Ok(None),
            Some(value) => match value.as_u64().and_then(|count| u32::try_from(count).ok()) {
                Some(count) => Ok(Some(count)),
                None => self.refuse(messages::not_a_count(self.shown(name), value)),
            },
        }
    }

    /// A number of bytes.
    pub fn bytes(&self, name: &str) -> Result<Option<u64>, Error> {
        match self.get(name) {
            None => Ok(None),
            Some(value) => match value.as_u64() {
                Some(bytes) => Ok(Some(bytes)),
                None => self.refuse(messages::not_whole_above_zero(self.shown(name), value)),
            },
        }
    }

    /// A time above zero.
    pub fn time(&self, name: &str) -> Result<Option<Duration>, Error> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let name = &*self.shown(name);
        // Not `as_f64`, which gives nothing for infinity.
        let number = value.as_number().and_then(|number| number.to_string().parse().ok());
        let unit = if self.style.milliseconds { milliseconds } else { seconds };
        match number.map(|number| unit(name, number)) {
            Some(Ok(time)) => Ok(Some(time)),
            _ if self.style.milliseconds => self.refuse(messages::not_milliseconds(name, value)),
            _ => self.refuse(messages::not_seconds(name, value)),
        }
    }

    /// Names and values.
    pub fn fields(&self, name: &str) -> Result<Map<String, Value>, Error> {
        match self.get(name) {
            None => Ok(Map::new()),
            Some(Value::Object(fields)) => Ok(fields.clone()),
            Some(other) => self.refuse(self.not_names_and_values(name, other)),
        }
    }

    /// Limits by name. One that is left out, or null, has its default.
    pub fn limits(&self, name: &str) -> Result<Limits, Error> {
        let mut limits = Limits::default();
        let fields = match self.get(name) {
            None => return Ok(limits),
            Some(Value::Object(fields)) => fields,
            Some(other) => {
                let object = (self.style.object)();
                let example = self.style.limits;
                return self.refuse(messages::not_limits(object, example, self.kind_of(other)));
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
    pub fn headers(&self, name: &str) -> Result<Vec<(String, String)>, Error> {
        let fields = match self.get(name) {
            None => return Ok(Vec::new()),
            Some(Value::Object(fields)) => fields,
            Some(other) => return self.refuse(self.not_names_and_values(name, other)),
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
                    return self.refuse(messages::not_a_string(name, self.kind_of(other)));
                }
            };
            headers.push((header.clone(), string));
        }
        Ok(headers)
    }

    /// A list of strings; one string is a list of one.
    pub fn strings(&self, name: &str) -> Result<Vec<String>, Error> {
        match self.get(name) {
            None => Ok(Vec::new()),
            Some(Value::String(string)) => Ok(vec![string.clone()]),
            Some(list @ Value::Array(items)) => {
                match items.iter().map(|item| item.as_str().map(str::to_owned)).collect() {
                    Some(strings) => Ok(strings),
                    None => self.refuse(messages::not_paths(self.shown(name), self.kind_of(list))),
                }
            }
            Some(other) => self.refuse(messages::not_paths(self.shown(name), self.kind_of(other))),
        }
    }

    fn not_names_and_values(&self, name: &str, given: &Value) -> Message {
        messages::not_names_and_values(self.shown(name), (self.style.object)(), self.kind_of(given))
    }
}

fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

fn camel_case(name: &str) -> String {
    let mut camel = String::with_capacity(name.len());
    let mut starts_word = false;
    for letter in name.chars() {
        if letter == '_' {
            starts_word = true;
            continue;
        }
        camel.push(if starts_word { letter.to_ascii_uppercase() } else { letter });
        starts_word = false;
    }
    camel
}
