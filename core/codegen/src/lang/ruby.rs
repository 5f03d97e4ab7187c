//! The Ruby of the gem: models, resources, enums, and their signatures for RBS.

use std::collections::BTreeMap;

use minijinja::value::Serde;
use minijinja::{Environment, Value, context};

use crate::ir::{Api, Model, Operation, Returns, Role};
use crate::outputs::Outputs;
use crate::template::{attribute as text, render as render_template, wrap};

const FOLDER: &str = "bindings-uniffi/ruby";

/// Methods that Ruby itself calls on any object: no field may have such a name.
const RESERVED: &[&str] =
    &["class", "hash", "object_id", "send", "freeze", "frozen", "dup", "then"];

/// Arguments of a method that creates or changes something: no field of a body may have such a name.
const ARGUMENTS: &[&str] = &["params", "options", "confirm"];

pub(super) fn render(
    templates: &Environment<'_>,
    api: &Api,
    outputs: &mut Outputs,
) -> Result<(), String> {
    check_names(api)?;
    let mut write = |path: &str, template: &str, words: &Value| {
        let text = render_template(templates, &format!("ruby/{template}.j2"), words.clone())?;
        outputs.add(format!("{FOLDER}/{path}"), text)
    };
    let rooms: Vec<Value> = rooms(api);
    let resources: Vec<Value> = api
        .resources
        .iter()
        .map(|one| {
            let operations: Vec<Value> = (api.operations.iter().enumerate())
                .filter(|(_, o)| o.resource == one.name)
                .map(|(number, o)| operation(api, number, o))
                .collect();
            context! { operations, ..Value::from(Serde(one)) }
        })
        .collect();
    let words = context! {
        api => Value::from(Serde(api)), rooms => rooms.clone(), resources => resources.clone(),
        numbers => Value::from(Serde(&numbers(api))),
    };
    for file in ["version.rb", "models.rb", "enums.rb", "resources.rb"] {
        write(&format!("lib/lomi/{file}"), file, &words)?;
    }
    for file in ["models.rbs", "enums.rbs", "resources.rbs"] {
        write(&format!("sig/lomi/{file}"), file, &words)?;
    }
    for room in &rooms {
        let path = format!("lib/lomi/models/{}.rb", text(room, "name"));
        write(&path, "model.rb", &context! { room })?;
    }
    for resource in &resources {
        let path = format!("lib/lomi/resources/{}.rb", text(resource, "name"));
        write(&path, "resource.rb", &context! { resource })?;
    }
    Ok(())
}

/// Refuses names that would break the Ruby.
fn check_names(api: &Api) -> Result<(), String> {
    for model in &api.models {
        let refused = match model.role {
            Role::Request => ARGUMENTS,
            _ => RESERVED,
        };
        if let Some(field) = model.fields.iter().find(|f| refused.contains(&f.name.as_str())) {
            return Err(format!("{}.{}: a name that Ruby's methods use", model.name, field.name));
        }
    }
    match api.operations.iter().find(|o| o.body.is_some() && o.params.is_some()) {
        Some(both) => Err(format!("{}: Ruby has no method with a query and a body yet", both.id)),
        None => Ok(()),
    }
}

/// The models of responses, by the resource that describes them: each room is a file.
fn rooms(api: &Api) -> Vec<Value> {
    let mut rooms: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for model in api.models.iter().filter(|m| m.role == Role::Response) {
        let fields: Vec<Value> = (model.fields.iter().enumerate())
            .filter(|(_, field)| field.read)
            .map(|(number, field)| context! { number, ..Value::from(Serde(field)) })
            .collect();
        let words =
            context! { shown => fields, made => is_made(api, model), ..Value::from(Serde(model)) };
        rooms.entry(model.resource.as_deref().unwrap_or("shared")).or_default().push(words);
    }
    rooms.into_iter().map(|(name, models)| context! { name, models }).collect()
}

/// Whether a call returns either this model or `PaymentRequired`.
fn is_made(api: &Api, model: &Model) -> bool {
    let returned = |o: &Operation| matches!(&o.returns, Returns::One(name) if *name == model.name);
    api.operations
        .iter()
        .any(|o| o.alternatives.iter().any(|a| a == "PaymentRequired") && returned(o))
}

/// The class of each model by its number in the native library; none for what is only sent.
fn numbers(api: &Api) -> Vec<Option<&str>> {
    let numbered = api.models.iter().filter(|m| m.role != Role::List);
    numbered.map(|m| (m.role == Role::Response).then_some(m.names.rust.as_str())).collect()
}

fn operation(api: &Api, number: usize, operation: &Operation) -> Value {
    let body = operation.body.as_ref().and_then(|b| api.models.iter().find(|m| m.name == b.model));
    let sent: Vec<Value> = (body.into_iter().flat_map(|model| &model.fields))
        .filter(|field| field.write)
        .map(|field| Value::from(Serde(field)))
        .collect();
    context! { number, sent, ..Value::from(Serde(operation)) }
}

/// The class of a value in a language of types: YARD's, or RBS.
struct Words {
    boolean: &'static str,
    map: &'static str,
    list: fn(&str) -> String,
    or: &'static str,
}

const YARD: Words =
    Words { boolean: "Boolean", map: "Hash", list: |of| format!("Array<{of}>"), or: ", " };
const RBS: Words = Words {
    boolean: "bool",
    map: "Hash[String, untyped]",
    list: |of| format!("Array[{of}]"),
    or: " | ",
};

impl Words {
    fn read(&self, kind: &str, names: &[String]) -> String {
        match kind {
            "boolean" => self.boolean.to_owned(),
            "integer" => "Integer".to_owned(),
            "number" => ["Integer", "Float", "BigDecimal"].join(self.or),
            "map" => self.map.to_owned(),
            "maps" => (self.list)(self.map),
            "words" => ["String".to_owned(), (self.list)("String")].join(self.or),
            "time" => ["Time", "String"].join(self.or),
            "model" => names.join(self.or),
            "models" => (self.list)(&names.join(self.or)),
            "one_of" => format!("{}{}{}", names.join(self.or), self.or, self.map),
            _ => "String".to_owned(),
        }
    }

    fn sent(&self, kind: &str, money: bool) -> String {
        let fields = if self.or == YARD.or { "Hash" } else { "Hash[Symbol | String, untyped]" };
        match kind {
            "number" if money => ["Integer", "Money"].join(self.or),
            "number" => "Numeric".to_owned(),
            "time" => ["Time", "String"].join(self.or),
            "map" | "model" | "one_of" => fields.to_owned(),
            "maps" | "models" => (self.list)(fields),
            kind => self.read(kind, &[]),
        }
    }
}

pub(super) fn add_filters(templates: &mut Environment<'_>, api: &Api) {
    let names: BTreeMap<String, String> =
        api.models.iter().map(|m| (m.name.clone(), m.names.rust.clone())).collect();
    let unions: BTreeMap<String, Vec<String>> = (api.unions.iter())
        .map(|union| (union.name.clone(), union.models.iter().map(|m| m.name.clone()).collect()))
        .collect();
    let class = move |schema: &str| names.get(schema).cloned().unwrap_or_else(|| schema.to_owned());
    let ruby_class = class.clone();
    templates.add_filter("ruby_class", move |schema: &str| ruby_class(schema));
    templates.add_filter("ruby_type", move |field: Value, language: &str, sent: bool| {
        let words = if language == "rbs" { &RBS } else { &YARD };
        let (kind, of) = (text(&field, "kind"), text(&field, "of"));
        let is_money = field.get_attr("money").is_ok_and(|money| money.is_true());
        match sent {
            true => words.sent(&kind, is_money),
            false => {
                let of = unions.get(&of).cloned().unwrap_or_else(|| vec![of]);
                words.read(&kind, &of.iter().map(|name| class(name)).collect::<Vec<_>>())
            }
        }
    });
    // A comment of whole lines.
    templates.add_filter("ruby_comment", |text: &str, indent: usize| {
        let prefix = format!("{}# ", " ".repeat(indent));
        format!("{prefix}{}", wrap(text, 98 - indent, &prefix))
    });
    // A tag of YARD, whose later lines are indented.
    templates.add_filter("yard", |text: &str, indent: usize| {
        let prefix = format!("{}# ", " ".repeat(indent));
        format!("{prefix}{}", wrap(text, 96 - indent, &format!("{prefix}  ")))
    });
    templates.add_filter("ruby_constant", |word: &str| {
        let plain: String =
            word.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        let plain = plain.to_uppercase();
        if plain.starts_with(|c: char| c.is_ascii_digit()) { format!("N{plain}") } else { plain }
    });
}
