//! The table of resources that the sandbox serves. The sandbox shares no code with the clients, so
//! it has a table of its own.

use std::collections::BTreeSet;

use minijinja::value::Serde;
use minijinja::{Environment, Value, context};

use super::rustfmt::rustfmt;
use crate::ir::{Api, Enum, Field, Idempotency, Kind, Model, Operation, Returns};
use crate::outputs::Outputs;
use crate::template::render as render_template;

const FOLDER: &str = "tests/sandbox/src/schema";

/// The verbs of a collection of objects.
const COLLECTION: [&str; 5] = ["create", "get", "list", "update", "delete"];

pub(super) fn render(
    templates: &Environment<'_>,
    api: &Api,
    outputs: &mut Outputs,
) -> Result<(), String> {
    let mut resources: Vec<Value> = Vec::new();
    let mut actions: Vec<Value> = Vec::new();
    let mut shapes: BTreeSet<&str> = BTreeSet::new();
    for resource in &api.resources {
        let operations: Vec<_> =
            api.operations.iter().filter(|o| o.resource == resource.name).collect();
        let model = collection(api, &operations);
        if let Some(model) = model {
            let fields: Vec<Value> = model.fields.iter().map(|f| field(api, f)).collect();
            let usual = operations.iter().filter(|o| COLLECTION.contains(&o.verb.as_str()));
            resources.push(context! {
                name => resource.name.as_str(),
                model => model.name.as_str(),
                id => model.id.as_deref(),
                operations => usual.map(|o| operation(o)).collect::<Vec<_>>(),
                fields,
            });
        }
        let others =
            operations.iter().filter(|o| model.is_none() || !COLLECTION.contains(&o.verb.as_str()));
        for other in others {
            shapes.extend(returned(other));
            actions.push(action(other));
        }
    }
    let shapes = api.models.iter().filter(|m| shapes.contains(m.name.as_str()));
    let shapes: Vec<Value> = shapes
        .map(|m| {
            let fields: Vec<Value> = m.fields.iter().map(|f| field(api, f)).collect();
            context! { name => m.name.as_str(), id => m.id.as_deref(), fields }
        })
        .collect();
    for (file, words) in
        [("table", context! { resources }), ("actions", context! { actions, shapes })]
    {
        let path = format!("{FOLDER}/{file}.rs");
        let text = render_template(templates, &format!("sandbox/{file}.rs.j2"), words)?;
        let text = rustfmt(&text).map_err(|e| format!("{path}: {e}"))?;
        outputs.add(path, text)?;
    }
    Ok(())
}

/// The model of a resource that is a collection of objects: what its get and its list return.
fn collection<'a>(api: &'a Api, operations: &[&Operation]) -> Option<&'a Model> {
    let of = |verb: &str| returned(operations.iter().find(|o| o.verb == verb)?);
    let name = of("get").filter(|name| of("list") == Some(name))?;
    let creates = operations.iter().find(|o| o.verb == "create");
    let is_whole = creates.is_none_or(|create| returned(create) == Some(name));
    let has_one_id = operations
        .iter()
        .all(|o| o.path_parameters.len() < 2 || !COLLECTION.contains(&o.verb.as_str()));
    let model = api.models.iter().find(|m| m.name == name)?;
    let own = operations.first().map(|o| &o.resource) == model.resource.as_ref();
    (is_whole && has_one_id && own && model.id.is_some()).then_some(model)
}

fn returned(operation: &Operation) -> Option<&str> {
    match &operation.returns {
        Returns::One(model) | Returns::Page(model) => Some(model),
        Returns::Nothing | Returns::Any => None,
    }
}

fn operation(operation: &Operation) -> Value {
    context! {
        keyed => operation.idempotency == Idempotency::Keyed,
        ..action(operation)
    }
}

fn action(operation: &Operation) -> Value {
    let required = matches!(operation.idempotency, Idempotency::Newest | Idempotency::Confirmed);
    context! {
        required => required || operation.id == "create_payment_request",
        asks => operation.idempotency == Idempotency::Confirmed,
        parameters => Value::from(Serde(&operation.query_parameters)),
        ..Value::from(Serde(operation))
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
        Kind::Map | Kind::Model(_) | Kind::OneOf(_) => "Object",
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
