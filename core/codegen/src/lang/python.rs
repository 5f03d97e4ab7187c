//! The Python package: models, the documented API classes, the resources of
//! `LomiClient`, types of request arguments, and the tables of public names.

use minijinja::value::Serde;
use minijinja::{Environment, Value, context};
use serde::Serialize;

use crate::case::snake;
use crate::ir::{Api, Kind, Model, Role};
use crate::outputs::Outputs;
use crate::template::{attribute, render as render_template, wrap};

const FOLDER: &str = "bindings-python/python/lomi";

/// One class of a model.
#[derive(Serialize)]
struct Class<'a> {
    name: &'a str,
    module: String,
    model: &'a Model,
    /// The documented class, whose identifiers are UUIDs; else that of `LomiClient`.
    documented: bool,
}

pub(super) fn render(
    templates: &Environment<'_>,
    api: &Api,
    outputs: &mut Outputs,
) -> Result<(), String> {
    let mut templates = templates.clone();
    add_filters(&mut templates, api);
    let templates = &templates;
    let whole = &Value::from(Serde(api));
    let classes = classes(api);
    let names = &Value::from(Serde(&classes));
    let mut write = |path: String, template: &str, words: Value| {
        outputs.add(format!("{FOLDER}/{path}"), render_template(templates, template, words)?)
    };
    for class in &classes {
        let template = match class.model.role {
            Role::List => "python/list.py.j2",
            _ => "python/model.py.j2",
        };
        let words =
            context! { api => whole, class => Value::from(Serde(class)), uses => uses(api, class) };
        write(format!("models/{}.py", class.module), template, words)?;
    }
    for set in &api.enums {
        let words = context! { set => Value::from(Serde(set)) };
        write(format!("models/{}.py", snake(&set.names.python)), "python/enum.py.j2", words)?;
    }
    for resource in &api.resources {
        let operations: Vec<_> =
            api.operations.iter().filter(|o| o.resource == resource.name).collect();
        let words = context! {
            api => whole, resource => Value::from(Serde(resource)),
            operations => Value::from(Serde(&operations)),
        };
        if let Some(documented) = &resource.documented {
            write(format!("api/{}.py", documented.module), "python/api.py.j2", words.clone())?;
        }
        write(format!("resources/{}.py", resource.name), "python/resource.py.j2", words)?;
    }
    let words = context! { api => whole, classes => names };
    for (path, template) in [
        ("__init__.py", "python/package.py.j2"),
        ("models/__init__.py", "python/models.py.j2"),
        ("api/__init__.py", "python/apis.py.j2"),
        ("resources/__init__.py", "python/resources.py.j2"),
        ("types.py", "python/types.py.j2"),
    ] {
        write(path.to_owned(), template, words.clone())?;
    }
    Ok(())
}

fn classes(api: &Api) -> Vec<Class<'_>> {
    let mut classes = Vec::new();
    for model in &api.models {
        let name = &model.names.python;
        classes.push(Class { name, module: snake(name), model, documented: true });
        // A model with an identifier is a resource, which has a class in both families.
        let name = &model.names.rust;
        let resource = model.role == Role::Response && model.id.is_some();
        if resource && *name != model.names.python {
            classes.push(Class { name, module: snake(name), model, documented: false });
        }
    }
    classes.sort_by(|a, b| a.name.cmp(b.name));
    classes
}

/// Names that a model's file imports for its annotations.
fn uses(api: &Api, class: &Class<'_>) -> Value {
    let fields = || class.model.fields.iter().filter(|f| shown(class.model.role, f.read, f.write));
    let request = class.model.role == Role::Request;
    let has = |wanted: &[Kind]| fields().any(|f| wanted.contains(&f.kind));
    let mut models: Vec<Value> = Vec::new();
    for field in fields() {
        if let Kind::Model(name) | Kind::Models(name) = &field.kind
            && let Some(model) = api.models.iter().find(|m| m.name == *name)
        {
            let name = &model.names.python;
            models.push(context! { module => snake(name), name => name.as_str() });
        }
    }
    context! {
        any => has(&[Kind::Map, Kind::Maps]),
        decimal => request && has(&[Kind::Number]),
        datetime => has(&[Kind::Time]),
        uuid => has(&[Kind::Uuid]) && class.documented,
        models => models,
    }
}

fn shown(role: Role, read: bool, write: bool) -> bool {
    match role {
        Role::Request => write,
        _ => read,
    }
}

/// Filters for Python templates: names and annotations.
fn add_filters(templates: &mut Environment<'_>, api: &Api) {
    let names: std::collections::BTreeMap<String, (String, String)> = api
        .models
        .iter()
        .map(|m| (m.name.clone(), (m.names.python.clone(), m.names.rust.clone())))
        .collect();
    let of = names.clone();
    templates.add_filter("python_name", move |schema: &str| {
        of.get(schema).map_or_else(|| schema.to_owned(), |(python, _)| python.clone())
    });
    let of = names.clone();
    // The class of `LomiClient` for a resource.
    templates.add_filter("modern_name", move |schema: &str| {
        of.get(schema).map_or_else(|| schema.to_owned(), |(_, rust)| rust.clone())
    });
    let of = names;
    templates.add_filter("python_type", move |field: Value, request: bool| {
        let text = |name: &str| attribute(&field, name);
        let model = of.get(&text("of")).map(|(python, _)| python.clone()).unwrap_or_default();
        match (text("kind").as_str(), request) {
            ("uuid", _) => "UUID | str".to_owned(),
            ("time", _) => "datetime | str".to_owned(),
            ("boolean", _) => "bool".into(),
            ("integer", _) => "int".into(),
            ("number", true) => "int | float | Decimal".into(),
            ("number", false) => "int | float".into(),
            ("map", _) => "dict[str, Any]".into(),
            ("maps", _) => "list[dict[str, Any]]".into(),
            ("words", true) => "Sequence[str]".into(),
            ("words", false) => "list[str] | str".into(),
            ("model", _) => model,
            ("models", _) => format!("list[{model}]"),
            _ => "str".into(),
        }
    });
    // The documented class that an operation returns.
    let lists: std::collections::BTreeMap<String, String> = (api.models.iter())
        .filter(|m| m.role == Role::List)
        .filter_map(|m| Some((m.of.clone()?, m.names.python.clone())))
        .collect();
    let of: std::collections::BTreeMap<String, String> =
        api.models.iter().map(|m| (m.name.clone(), m.names.python.clone())).collect();
    templates.add_filter("returned_class", move |operation: Value| {
        let text = |name: &str| attribute(&operation, name);
        let model = text("returned_model");
        let class = match text("returns").as_str() {
            "one" => of.get(&model),
            "page" => lists.get(&model),
            _ => None,
        };
        class.cloned().unwrap_or_else(|| "None".to_owned())
    });
    templates.add_filter("docstring", docstring);
    templates.add_filter("member", |word: &str| word.to_uppercase().replace('-', "_MINUS_"));
}

/// A docstring: the first sentence on its line, the rest below it.
fn docstring(text: &str, indent: usize) -> String {
    let pad = " ".repeat(indent);
    let width = 96 - indent;
    let (first, rest) = match text.find(". ") {
        Some(end) => text.split_at(end + 1),
        None => (text, ""),
    };
    let mut lines = wrap(first, width, &pad);
    if !rest.trim().is_empty() {
        lines = format!("{lines}\n\n{pad}{}", wrap(rest, width, &pad));
    }
    let end = if lines.contains('\n') { format!("\n{pad}") } else { String::new() };
    format!("\"\"\"{lines}{end}\"\"\"")
}
