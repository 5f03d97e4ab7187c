//! `docs/resources.md`: every resource with its operations, routes and classes.

use minijinja::value::Serde;
use minijinja::{Environment, Value, context};

use crate::ir::{Api, Idempotency, Operation, Resource};
use crate::outputs::Outputs;
use crate::template;

const PAGE: &str = "docs/resources.md";

pub(crate) fn render(
    templates: &Environment<'_>,
    api: &Api,
    outputs: &mut Outputs,
) -> Result<(), String> {
    let resources: Vec<Value> = api.resources.iter().map(|one| resource(api, one)).collect();
    let earlier = Value::from(Serde(&api.earlier_classes));
    let words = context! { resources, earlier };
    outputs.add(PAGE.to_owned(), template::render(templates, "docs/resources.md.j2", words)?)
}

fn resource(api: &Api, resource: &Resource) -> Value {
    let operations = api.operations.iter().filter(|o| o.resource == resource.name);
    let rows: Vec<Value> = operations.map(operation).collect();
    context! { operations => rows, ..Value::from(Serde(resource)) }
}

fn operation(operation: &Operation) -> Value {
    let route = |style: &str| {
        let generations = if style == "documented" { "AC" } else { "BDE" };
        let path = operation.paths.iter().find(|path| {
            path.routes == style && path.generations.contains(|letter| generations.contains(letter))
        });
        path.map_or_else(|| "-".to_owned(), |p| format!("`{} {}`", operation.method, p.template))
    };
    let repeated = match (operation.idempotency, operation.replay_safe) {
        (Idempotency::Keyed, _) => "by key",
        (Idempotency::Newest, _) => "by key on the newest API",
        (Idempotency::Confirmed, _) => "when confirmed",
        (Idempotency::Unknown, true) => "yes",
        (Idempotency::Unknown, false) if operation.natural_key.is_some() => "by its id",
        (Idempotency::Unknown, false) => "no",
    };
    let mut typescript: Vec<String> = Vec::new();
    for name in operation.paths.iter().filter_map(|path| path.typescript.as_ref()) {
        let name = format!("`{name}`");
        if !typescript.contains(&name) {
            typescript.push(name);
        }
    }
    let mut generations: Vec<char> =
        operation.paths.iter().flat_map(|path| path.generations.chars()).collect();
    generations.sort_unstable();
    generations.dedup();
    context! {
        generations => generations.into_iter().collect::<String>(),
        typescript => if typescript.is_empty() { "-".to_owned() } else { typescript.join(", ") },
        id => operation.id.as_str(),
        verb => operation.verb.as_str(),
        documented => route("documented"),
        current => route("current"),
        newest => route("newest"),
        repeated,
    }
}
