//! The languages behind the bridge, and what each calls a value.

use lomi::binding::table::{Model, Operation};
use lomi::binding::{MODELS, NamedOptions, OPERATIONS, OptionStyle, messages};
use lomi::{Error, ErrorKind, Value};

/// A language behind the bridge.
pub(crate) struct Binding {
    /// Its name in the `User-Agent`.
    pub(crate) name: &'static str,
    pub(crate) style: OptionStyle,
    /// How frameworks pass on the raw body of a webhook, for the error about a changed one.
    pub(crate) raw_body: &'static str,
}

static KOTLIN: Binding = Binding {
    name: "kotlin",
    style: OptionStyle {
        camel_case: true,
        milliseconds: false,
        object: messages::a_map,
        kind: jvm_kind,
        limits: "Limits(body = 1000000)",
    },
    raw_body: "Spring: @RequestBody byte[] body, Ktor: call.receive<ByteArray>()",
};

static JAVA: Binding = Binding {
    name: "java",
    style: OptionStyle {
        camel_case: true,
        milliseconds: false,
        object: messages::a_map,
        kind: jvm_kind,
        limits: "Limits.builder().body(1000000)",
    },
    raw_body: "Spring: @RequestBody byte[] body, servlets: request.getInputStream().readAllBytes()",
};

static RUBY: Binding = Binding {
    name: "ruby",
    style: OptionStyle {
        camel_case: false,
        milliseconds: false,
        object: messages::a_hash,
        kind: ruby_kind,
        limits: "{ body: 1_000_000 }",
    },
    raw_body: "Rails: request.raw_post, Sinatra: request.body.read",
};

impl Binding {
    /// The language with this name.
    pub(crate) fn named(name: Option<&str>) -> Result<&'static Self, Error> {
        [&KOTLIN, &JAVA, &RUBY]
            .into_iter()
            .find(|binding| Some(binding.name) == name)
            .ok_or_else(|| Error::internal(format!("there is no binding {name:?}")))
    }

    /// The options of a call of this language.
    pub(crate) fn options(&'static self, given: Value) -> NamedOptions {
        NamedOptions::new(given, ErrorKind::Validation, &self.style)
    }
}

fn jvm_kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "Boolean",
        Value::Number(_) => "Number",
        Value::String(_) => "String",
        Value::Array(_) => "List",
        Value::Object(_) => "Map",
    }
}

fn ruby_kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nil",
        Value::Bool(true) => "true",
        Value::Bool(false) => "false",
        Value::Number(_) => "Numeric",
        Value::String(_) => "String",
        Value::Array(_) => "Array",
        Value::Object(_) => "Hash",
    }
}

/// An operation by its number.
pub(crate) fn operation_at(number: u16) -> Result<&'static Operation, Error> {
    let operation = OPERATIONS.get(usize::from(number)).copied();
    operation.ok_or_else(|| Error::internal(format!("there is no operation {number}")))
}

/// A model by its number.
pub(crate) fn model_at(number: u16) -> Result<&'static Model, Error> {
    let model = MODELS.get(usize::from(number)).copied();
    model.ok_or_else(|| Error::internal(format!("there is no model {number}")))
}

/// The number of a model.
pub(crate) fn number_of(model: &'static Model) -> u16 {
    let at = MODELS.iter().position(|other| std::ptr::eq(*other, model));
    at.and_then(|at| u16::try_from(at).ok()).unwrap_or(u16::MAX)
}
