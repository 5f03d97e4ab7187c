//! Python arguments to values of the core: numbers keep every digit, nothing is dropped.
//! `lomi._convert.plain_data` converts everything that is not a built-in type: enums, dates,
//! models, dataclasses. The error for a value that cannot be sent names its field.

use lomi::binding::{Argument, messages};
use lomi::{Error, Map, Message, Number, Value};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};

use crate::error::{BindingError, wrong};
use crate::model_set::ModelSet;
use crate::python_code;

/// Deepest nesting of an argument; a cyclic one ends here.
const DEEPEST: usize = 64;

/// How many steps of a path an error shows.
const SHOWN: usize = 6;

/// Converts a dictionary; None gives an empty map.
pub(crate) fn named(
    argument: impl Argument,
    given: Option<&Bound<'_, PyAny>>,
    models: ModelSet,
) -> Result<Map<String, Value>, BindingError> {
    let Some(given) = given else { return Ok(Map::new()) };
    let argument = Message::of(&argument);
    match any(&argument, given, models)? {
        Value::Object(fields) => Ok(fields),
        Value::Null => Ok(Map::new()),
        _ => {
            let dictionary = messages::a_dictionary();
            Err(wrong(messages::not_names_and_values(argument, dictionary, kind(given))))
        }
    }
}

/// Converts any value. `argument` names it in an error that concerns no field.
pub(crate) fn any(
    argument: impl Argument,
    given: &Bound<'_, PyAny>,
    models: ModelSet,
) -> Result<Value, BindingError> {
    let reader = Reader { as_given: models == ModelSet::Documented };
    reader.value(given, DEEPEST).map_err(|refused| refused.into_error(argument))
}

/// Why an argument cannot be sent, and the path to the value that is wrong.
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
    /// A sentence about the field.
    Sentence(Box<dyn FnOnce(Message) -> Message>),
    /// The caller's code raised, such as a `to_dict` method.
    Raised(PyErr),
}

impl From<PyErr> for Box<Refused> {
    fn from(error: PyErr) -> Self {
        Box::new(Refused { path: Vec::new(), why: Why::Raised(error) })
    }
}

fn refuse(why: impl FnOnce(Message) -> Message + 'static) -> Box<Refused> {
    Box::new(Refused { path: Vec::new(), why: Why::Sentence(Box::new(why)) })
}

impl Refused {
    fn into_error(self, argument: impl Argument) -> BindingError {
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
        wrong(why(match subject.is_empty() {
            true => Message::of(&argument),
            false => Message::untranslated(subject),
        }))
    }

    fn within(mut self: Box<Self>, step: Step) -> Box<Self> {
        self.path.push(step);
        self
    }
}

struct Reader {
    /// Sends what the documented client sent, such as times without a zone.
    as_given: bool,
}

impl Reader {
    fn value(&self, given: &Bound<'_, PyAny>, deepest: usize) -> Result<Value, Box<Refused>> {
        let Some(deepest) = deepest.checked_sub(1) else {
            return Err(refuse(|place| messages::too_deep(place, DEEPEST)));
        };
        if let Ok(text) = given.cast::<PyString>() {
            return Ok(Value::String(unicode(text).ok_or_else(|| refuse(messages::not_unicode))?));
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
        // Any other object is converted by Python code first.
        let plain = plain(given, self.as_given)?;
        if plain.is(given) {
            let kind = kind(given);
            let container = messages::a_dictionary();
            return Err(refuse(|place| messages::not_sendable(place, kind, container)));
        }
        if let Ok(special) = plain.cast_exact::<PyTuple>() {
            return match special.len() {
                // The digits of a decimal, which no float can hold.
                1 => {
                    let digits: String = special.get_item(0)?.extract()?;
                    Ok(Value::Number(Number::from_string_unchecked(digits)))
                }
                _ => Err(refused_time(&special.get_item(1)?.extract::<String>()?, kind(given))),
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
            Ok(name) => unicode(name).ok_or_else(|| refuse(messages::name_not_unicode)),
            Err(_) => {
                let kind = kind(name);
                Err(refuse(|place| messages::name_of_type(place, kind)))
            }
        }
    }
}

/// The error for a time, by the name of the sentence that `lomi._convert.plain_data` gives.
fn refused_time(sentence: &str, kind: String) -> Box<Refused> {
    match sentence {
        "not_a_time" => refuse(messages::not_a_time),
        "time_without_zone" => refuse(messages::time_without_zone),
        "time_of_numpy" => refuse(|place| messages::time_of_numpy(place, kind)),
        other => PyErr::from(BindingError::from(Error::internal(format!("no {other}")))).into(),
    }
}

/// A Python string as UTF-8; None where it has no UTF-8 form.
pub(crate) fn unicode(text: &Bound<'_, PyString>) -> Option<String> {
    text.to_cow().ok().map(std::borrow::Cow::into_owned)
}

/// Converts an object to built-in types; gives the object itself where that is not possible.
pub(crate) fn plain<'py>(given: &Bound<'py, PyAny>, as_given: bool) -> PyResult<Bound<'py, PyAny>> {
    let py = given.py();
    let module = python_code::import(py, c"lomi._convert.plain_data")?;
    let plain = python_code::attribute(&module, pyo3::intern!(py, "plain"))?;
    python_code::call(&plain, (given, as_given))
}

fn whole(given: &Bound<'_, PyAny>) -> Result<Value, Box<Refused>> {
    if let Ok(small) = given.extract::<i64>() {
        return Ok(Value::Number(small.into()));
    }
    // `int.__repr__` rather than `str`: a subclass may override `__str__`.
    match given.py().get_type::<PyInt>().call_method1("__repr__", (given,)) {
        Ok(digits) => Ok(Value::Number(Number::from_string_unchecked(digits.extract()?))),
        // Python converts a few thousand digits at most.
        Err(_) => Err(refuse(messages::too_many_digits)),
    }
}

fn float(value: f64) -> Value {
    match Number::from_f64(value) {
        Some(number) => Value::Number(number),
        // NaN or an infinity: the core refuses it and names its field.
        None => Value::Number(Number::from_string_unchecked(value.to_string())),
    }
}

/// The type of an argument, without its content: it may be a secret.
pub(crate) fn kind(given: &Bound<'_, PyAny>) -> String {
    given.get_type().name().map_or_else(|_| "object".to_owned(), |name| name.to_string())
}
