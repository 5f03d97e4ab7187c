//! The table of resources that the sandbox serves. The sandbox shares no code with the clients, so
//! it has a table of its own.

use minijinja::value::Serde;
use minijinja::{Environment, Value, context};

use super::rustfmt::rustfmt;
use crate::ir::{Api, Enum, Field, Idempotency, Kind, Operation, Returns};
use crate::outputs::Outputs;
use crate::template::render as render_template;

const PATH: &str = "tests/sandbox/src/schema/table.rs";

pub(super) fn render(
    templates: &Environment<'_>,
    api: &Api,
    outputs: &mut Outputs,
) -> Result<(), String> {
    let mut resources: Vec<Value> = Vec::new();
    for resource in &api.resources {
        let operations: Vec<_> =
            api.operations.iter().filter(|o| o.resource == resource.name).collect();
        let at = |problem: &str| format!("{}: {problem}", resource.name);
        let get = operations.iter().find(|o| o.verb == "get").ok_or_else(|| at("no get"))?;
        let list = operations.iter().find(|o| o.verb == "list").ok_or_else(|| at("no list"))?;
        let Returns::One(model) = &get.returns else {
            return Err(at("get returns no model"));
        };
        let model = api.models.iter().find(|m| m.name == *model);
        let model = model.ok_or_else(|| at("there is no such model"))?;
        let id = model.id.as_ref().ok_or_else(|| at("its model has no id"))?;
        let fields: Vec<Value> = model.fields.iter().map(|f| field(api, f)).collect();
        resources.push(context! {
            name => resource.name.as_str(),
            model => model.name.as_str(),
            id => id.as_str(),
            documented => path(list, "documented"),
            current => path(list, "current"),
            operations => operations.iter().map(|o| operation(o)).collect::<Vec<_>>(),
            fields,
        });
    }
    let text = render_template(templates, "sandbox/table.rs.j2", context! { resources })?;
    outputs.add(PATH.into(), rustfmt(&text).map_err(|e| format!("{PATH}: {e}"))?)
}

fn path(operation: &Operation, routes: &str) -> Option<String> {
    operation.paths.iter().find(|p| p.routes == routes).map(|p| p.template.clone())
}

fn operation(operation: &Operation) -> Value {
    context! {
        verb => operation.verb.as_str(),
        keyed => operation.idempotency == Idempotency::Keyed,
        served => operation.paths.iter().any(|p| {
            p.routes == "current" && p.generations.contains(['B', 'D', 'E'])
        }),
        parameters => Value::from(Serde(&operation.query_parameters)),
    }
}

fn field(api: &Api, field: &Field) -> Value {
    let words = |set: &Enum| {
        let others = set.reads.iter().map(|read| &read.word);
        set.values.iter().chain(others).cloned().collect::<Vec<_>>()
    };
    let kind = match &field.kind {
        Kind::Text | Kind::Uuid => "Text",
        Kind::Uri => "Url",
        Kind::Email => "Email",
        Kind::Time => "Time",
        Kind::Boolean => "Boolean",
        Kind::Integer | Kind::Number => "Number",
        Kind::Map | Kind::Model(_) => "Object",
        Kind::Maps | Kind::Models(_) => "Objects",
        Kind::Words => "Words",
        Kind::Enum(_) => "OneOf",
    };
    let of = match &field.kind {
        Kind::Enum(name) => api.enums.iter().find(|e| e.name == *name).map(words),
        _ => None,
    };
    context! { kind, values => of, field => Value::from(Serde(field)) }
}
