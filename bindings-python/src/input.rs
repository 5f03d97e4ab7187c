//! Python arguments as the core takes them: exact numbers, nothing dropped. Whatever is
//! not plain data is handed to `lomi._convert.plain_data`, which knows enums, dates, models,
//! dataclasses and the like. What cannot be sent is refused by the name of its field.

use lomi::{Map, Number, Value};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};

use crate::fault::{Fault, wrong};
use crate::shapes::Family;

/// Deepest nesting of an argument; a cyclic one ends here.
const DEEPEST: usize = 64;

/// How many steps of a path a sentence shows.
const SHOWN: usize = 6;

/// A dictionary as named values; nothing for None.
pub(crate) fn named(
    argument: &str,
    given: Option<&Bound<'_, PyAny>>,
    family: Family,
) -> Result<Map<String, Value>, Fault> {
    let Some(given) = given else { return Ok(Map::new()) };
    match any(argument, given, family)? {
        Value::Object(fields) => Ok(fields),
        Value::Null => Ok(Map::new()),
        _ => Err(wrong(format!("{argument} must be a dictionary, not {}", shown(given)))),
    }
}

/// Any value. `argument` names it where no field does.
pub(crate) fn any(
    argument: &str,
    given: &Bound<'_, PyAny>,
    family: Family,
) -> Result<Value, Fault> {
    let reader = Reader { as_given: family == Family::Documented };
    reader.value(given, DEEPEST).map_err(|refused| refused.told(argument))
}

/// Why an argument cannot be sent, and where in it the reason stands.
struct Refused {
    /// Names and positions, from the inside out.
    path: Vec<Step>,
    why: Why,
}

enum Step {
    Name(String),
    Position(usize),
}

enum Why {
    /// A sentence whose subject is the field.
    Sentence(String),
    /// Code of the caller's raised.
    Raised(PyErr),
}

impl From<PyErr> for Box<Refused> {
    fn from(error: PyErr) -> Self {
        Box::new(Refused { path: Vec::new(), why: Why::Raised(error) })
    }
}

fn refuse(why: impl Into<String>) -> Box<Refused> {
    Box::new(Refused { path: Vec::new(), why: Why::Sentence(why.into()) })
}

impl Refused {
    fn told(self, argument: &str) -> Fault {
        let why = match self.why {
            Why::Raised(error) => return error.into(),
            Why::Sentence(why) => why,
        };
        let mut subject = String::new();
        for (depth, step) in self.path.iter().rev().enumerate() {
            match step {
                _ if depth == SHOWN => {
                    subject.push_str("...");
                    break;
                }
                Step::Name(name) if depth == 0 => subject.push_str(name),
                Step::Name(name) => {
                    subject.push('.');
                    subject.push_str(name);
                }
                Step::Position(position) => subject.push_str(&format!("[{position}]")),
            }
        }
        if subject.is_empty() {
            argument.clone_into(&mut subject);
        }
        wrong(format!("{subject} {why}"))
    }

    fn within(mut self: Box<Self>, step: Step) -> Box<Self> {
        self.path.push(step);
        self
    }
}

struct Reader {
    /// Send what the documented client sent, such as times without a zone.
    as_given: bool,
}

impl Reader {
    fn value(&self, given: &Bound<'_, PyAny>, deepest: usize) -> Result<Value, Box<Refused>> {
        let Some(deepest) = deepest.checked_sub(1) else {
            return Err(refuse("is nested too deeply, or holds itself"));
        };
        if let Ok(text) = given.cast::<PyString>() {
            return Ok(Value::String(unicode(text).ok_or_else(|| refuse(NOT_UNICODE))?));
        }
        if given.is_none() {
            return Ok(Value::Null);
        }
        if let Ok(flag) = given.cast::<PyBool>() {
            return Ok(Value::Bool(flag.is_true()));
        }
        if given.is_instance_of::<PyInt>() {
            return whole(given);
        }
        if let Ok(number) = given.cast::<PyFloat>() {
            return Ok(float(number.value()));
        }
        if let Ok(fields) = given.cast_exact::<PyDict>() {
            let mut map = Map::with_capacity(fields.len());
            for (name, inner) in fields.iter() {
                let name = self.name(&name)?;
                match self.value(&inner, deepest) {
                    Ok(value) => map.insert(name, value),
                    Err(refused) => return Err(refused.within(Step::Name(name))),
                };
            }
            return Ok(Value::Object(map));
        }
        if let Ok(items) = given.cast::<PyList>() {
            return self.items(items.iter(), deepest);
        }
        if let Ok(items) = given.cast_exact::<PyTuple>() {
            return self.items(items.iter(), deepest);
        }
        // Everything else must say itself what it is as plain data.
        let plain = plain(given, self.as_given)?;
        if plain.is(given) {
            return Err(refuse(format!("is {}, which cannot be sent", shown(given))));
        }
        if let Ok(special) = plain.cast_exact::<PyTuple>() {
            return match special.len() {
                // A decimal: its digits, which no Python number can carry across.
                1 => {
                    let digits: String = special.get_item(0)?.extract()?;
                    Ok(Value::Number(Number::from_string_unchecked(digits)))
                }
                _ => Err(refuse(special.get_item(1)?.extract::<String>()?)),
            };
        }
        self.value(&plain, deepest)
    }

    fn items<'py>(
        &self,
        items: impl Iterator<Item = Bound<'py, PyAny>>,
        deepest: usize,
    ) -> Result<Value, Box<Refused>> {
        let read = items.enumerate().map(|(position, item)| {
            self.value(&item, deepest).map_err(|refused| refused.within(Step::Position(position)))
        });
        read.collect()
    }

    fn name(&self, name: &Bound<'_, PyAny>) -> Result<String, Box<Refused>> {
        match name.cast::<PyString>() {
            Ok(name) => unicode(name).ok_or_else(|| refuse("has a name that is not Unicode")),
            Err(_) => {
                Err(refuse(format!("has a name that is {}; names must be strings", shown(name))))
            }
        }
    }
}

pub(crate) const NOT_UNICODE: &str = "has text that is not Unicode (half of a surrogate pair)";

/// The text of a string; nothing where it has no UTF-8 form.
pub(crate) fn unicode(text: &Bound<'_, PyString>) -> Option<String> {
    text.to_cow().ok().map(std::borrow::Cow::into_owned)
}

/// What an object is as plain data: itself, where nothing is known of it.
pub(crate) fn plain<'py>(given: &Bound<'py, PyAny>, as_given: bool) -> PyResult<Bound<'py, PyAny>> {
    given.py().import("lomi._convert.plain_data")?.getattr("plain")?.call1((given, as_given))
}

fn whole(given: &Bound<'_, PyAny>) -> Result<Value, Box<Refused>> {
    if let Ok(small) = given.extract::<i64>() {
        return Ok(Value::Number(small.into()));
    }
    // `int.__repr__` rather than `str`: a subclass may show itself otherwise.
    match given.py().get_type::<PyInt>().call_method1("__repr__", (given,)) {
        Ok(digits) => Ok(Value::Number(Number::from_string_unchecked(digits.extract()?))),
        // Python writes out a few thousand digits at most.
        Err(_) => Err(refuse("is a number with too many digits")),
    }
}

fn float(value: f64) -> Value {
    match Number::from_f64(value) {
        Some(number) => Value::Number(number),
        // Refused by the core with the name of its field.
        None => Value::Number(Number::from_string_unchecked(value.to_string())),
    }
}

/// What an argument is, without its content.
pub(crate) fn shown(given: &Bound<'_, PyAny>) -> String {
    match given.get_type().name() {
        Ok(name) => format!("an object of type {name}"),
        Err(_) => "an object".to_owned(),
    }
}
