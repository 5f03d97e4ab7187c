//! `docs/resources.md`: every resource with its operations, routes and classes.

use minijinja::value::Serde;
use minijinja::{Environment, Value, context};

use crate::ir::{Api, Operation, Resource};
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
        let path = operation.paths.iter().find(|path| path.routes == style);
        // `served` is about the current server only.
        let path = path.filter(|path| style == "documented" || path.served);
        path.map_or_else(|| "-".to_owned(), |p| format!("`{} {}`", operation.method, p.template))
    };
    let repeated = match (operation.replay_safe, operation.keyed, operation.confirmed) {
        (true, true, _) => "by key",
        (true, false, _) => "yes",
        (false, _, true) => "when confirmed",
        (false, _, false) => "no",
    };
    context! {
        id => operation.id.as_str(),
        verb => operation.verb.as_str(),
        documented => route("documented"),
        current => route("current"),
        repeated,
    }
}
