//! The Python package: models, the documented API classes, the resources of
//! `LomiClient`, types of request arguments, and the tables of public names.

mod ruff;

use std::collections::{BTreeMap, BTreeSet};

use minijinja::value::Serde;
use minijinja::{Environment, Value, context};
use serde::Serialize;

use crate::case::snake;
use crate::ir::{Api, DocumentedClass, EarlierClass, Field, Kind, Model, Operation, Returns, Role};
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
    /// Fields that the documented client leaves out of a dictionary.
    read_only: Vec<&'a str>,
}

pub(super) fn render(
    templates: &Environment<'_>,
    api: &Api,
    outputs: &mut Outputs,
) -> Result<(), String> {
    let whole = &Value::from(Serde(api));
    let classes = classes(api);
    let names = &Value::from(Serde(&classes));
    let mut files: Vec<(String, String)> = Vec::new();
    let mut write = |path: String, template: &str, words: Value| {
        files.push((format!("{FOLDER}/{path}"), render_template(templates, template, words)?));
        Ok::<_, String>(())
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
    let mut params = BTreeMap::from([("limits", vec!["Limits".to_owned()])]);
    for resource in &api.resources {
        let operations: Vec<_> =
            api.operations.iter().filter(|o| o.resource == resource.name).collect();
        let shown = &Value::from(Serde(&operations));
        let documented: Vec<_> = operations.iter().filter(|o| o.documented).collect();
        if let Some(DocumentedClass { class, module }) = &resource.documented {
            let what = format!("the documented client's calls on {}", resource.words);
            let title = format!("Calls on {}", resource.words);
            let words =
                context! { class, what, title, operations => Value::from(Serde(&documented)) };
            write(format!("api/{module}.py"), "python/api.py.j2", words)?;
        }
        let words = context! {
            resource => Value::from(Serde(resource)), operations => shown,
            writes => operations.iter().any(|o| o.body.is_some()),
            confirmable => operations.iter().any(|o| o.alternatives.iter().any(|a| a == "ConfirmationRequired")),
            returned => returned(api, &operations),
            taken => taken(api, &operations), overlapping => overlapping(api, &operations),
            of => operations.iter().find_map(|o| match &o.returns {
                Returns::One(name) => Some(name),
                _ => None,
            }).unwrap_or(&resource.studly),
        };
        write(format!("resources/{}.py", resource.name), "python/resource.py.j2", words)?;
        let requests: Vec<&Model> = (api.models.iter())
            .filter(|m| m.role == Role::Request && m.resource.as_ref() == Some(&resource.name))
            .collect();
        let names: Vec<_> = requests.iter().map(|m| format!("{}Params", m.names.rust)).collect();
        if names.is_empty() {
            continue;
        }
        params.insert(&resource.name, names);
        let words = context! {
            resource => Value::from(Serde(resource)), requests => Value::from(Serde(&requests)),
            in_path => in_path(&operations), nested => nested(api, &requests),
        };
        write(format!("types/{}.py", resource.name), "python/params.py.j2", words)?;
    }
    for EarlierClass { class, module, operations, .. } in &api.earlier_classes {
        let Some(module) = module else { continue };
        let called = |o: &&Operation| operations.iter().any(|earlier| earlier.id == o.id);
        let operations: Vec<_> = api.operations.iter().filter(called).collect();
        let words = context! {
            class, what => "calls that the documented client had under this name as well",
            title => "Calls on several resources, each of which has a class of its own too",
            operations => Value::from(Serde(&operations)),
        };
        write(format!("api/{module}.py"), "python/api.py.j2", words)?;
    }
    let words = context! { api => whole, classes => names, params => Value::from(Serde(&params)) };
    for (path, template) in [
        ("__init__.py", "python/package.py.j2"),
        ("models/__init__.py", "python/models.py.j2"),
        ("api/__init__.py", "python/apis.py.j2"),
        ("resources/__init__.py", "python/resources.py.j2"),
        ("types/__init__.py", "python/types.py.j2"),
        ("_client_resources.py", "python/client_resources.py.j2"),
    ] {
        write(path.to_owned(), template, words.clone())?;
    }
    ruff::format(files)?.into_iter().try_for_each(|(path, text)| outputs.add(path, text))
}

/// Options of every call that a field of a body may have the name of.
const OPTIONS: [&str; 4] = ["account", "headers", "idempotency_key", "request_id"];

/// The names that are an argument of an operation already: identifiers in its path, and options.
fn arguments(operation: &Operation) -> impl Iterator<Item = &str> {
    operation.path_parameters.iter().map(|p| p.name.as_str()).chain(OPTIONS)
}

/// Models and fields of them that are an argument of an operation already.
fn in_path(operations: &[&Operation]) -> Vec<String> {
    let bodies = operations.iter().filter_map(|o| Some((o, o.body.as_ref()?)));
    bodies
        .flat_map(|(o, body)| arguments(o).map(move |name| format!("{}.{name}", body.model)))
        .collect()
}

/// The operations with a body of another resource, one of whose fields is an argument already.
fn overlapping(api: &Api, operations: &[&Operation]) -> Vec<String> {
    let overlaps = |o: &&&Operation| {
        let body = o.body.as_ref();
        let model = body.and_then(|body| api.models.iter().find(|m| m.name == body.model));
        model.is_some_and(|model| {
            let has = |name: &str| model.fields.iter().any(|f| f.write && f.name == name);
            model.resource.as_ref() != Some(&o.resource) && arguments(o).any(has)
        })
    };
    operations.iter().filter(overlaps).map(|o| o.id.clone()).collect()
}

/// The classes of objects within what callers send.
fn nested(api: &Api, requests: &[&Model]) -> BTreeSet<String> {
    let fields = requests.iter().flat_map(|m| &m.fields);
    let names = fields.filter_map(|field| match &field.kind {
        Kind::Model(name) | Kind::Models(name) => api.models.iter().find(|m| m.name == *name),
        _ => None,
    });
    names.map(|m| m.names.python.clone()).collect()
}

fn classes(api: &Api) -> Vec<Class<'_>> {
    let mut classes = Vec::new();
    for model in &api.models {
        let name = &model.names.python;
        let (read_only, documented) = (read_only(model), !is_of_events(api, model));
        classes.push(Class { name, module: snake(name), model, documented, read_only });
        // A model with an identifier is a resource, which has a class in both families.
        let name = &model.names.rust;
        let resource = model.role == Role::Response && model.id.is_some();
        if resource && *name != model.names.python {
            let (module, read_only) = (snake(name), Vec::new());
            classes.push(Class { name, module, model, documented: false, read_only });
        }
    }
    classes.sort_by(|a, b| a.name.cmp(b.name));
    classes
}

/// Whether a model is an event, or only events have it. They are read into the classes of
/// `LomiClient`.
fn is_of_events(api: &Api, model: &Model) -> bool {
    let in_union = || api.unions.iter().flat_map(|u| &u.models).any(|m| m.name == model.name);
    let has_union = |field: &Field| matches!(field.kind, Kind::OneOf(_));
    model.fields.iter().any(has_union) || (model.id.is_none() && in_union())
}

/// What only the server sets, except where an object belongs.
fn read_only(model: &Model) -> Vec<&str> {
    let set_by_server = model.fields.iter().filter(|f| f.read && !f.write && f.documented);
    let names = set_by_server.map(|f| f.name.as_str());
    let kept = |name: &&str| !["environment", "organization_id"].contains(name);
    if model.role == Role::Response && model.id.is_some() {
        names.filter(kept).collect()
    } else {
        Vec::new()
    }
}

/// The models that the operations take, each with the resource that describes it.
fn taken(api: &Api, operations: &[&Operation]) -> Vec<Value> {
    let bodies = operations.iter().filter_map(|o| o.body.as_ref());
    let models = bodies.filter_map(|body| api.models.iter().find(|m| m.name == body.model));
    models
        .map(|m| context! { name => m.names.rust.clone(), resource => m.resource.clone() })
        .collect()
}

/// The classes of what the operations of a client return, in the order of their modules.
fn returned(api: &Api, operations: &[&Operation]) -> Vec<String> {
    let model = |name: &String| api.models.iter().find(|model| model.name == *name);
    let mut names = BTreeSet::new();
    for operation in operations {
        if let Returns::One(name) | Returns::Page(name) = &operation.returns {
            names.extend(model(name).map(|model| model.names.rust.clone()));
        }
        names.extend(
            operation.alternatives.iter().filter_map(model).map(|m| m.names.python.clone()),
        );
    }
    names.into_iter().collect()
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
            let name = match class.documented {
                true => &model.names.python,
                false => &model.names.rust,
            };
            models.push(context! { module => snake(name), name => name.as_str() });
        }
        // The classes of `LomiClient`, which is what reads such a field.
        if let Kind::OneOf(name) = &field.kind {
            for name in union_classes(api, name) {
                models.push(context! { module => snake(name), name });
            }
        }
    }
    context! {
        any => !request || has(&[Kind::Map, Kind::Maps]),
        words => request && has(&[Kind::Words]),
        decimal => request && has(&[Kind::Number]),
        datetime => has(&[Kind::Time]),
        uuid => has(&[Kind::Uuid]) && class.documented,
        models => models,
    }
}

/// The classes of `LomiClient` of a union's models.
fn union_classes<'a>(api: &'a Api, union: &str) -> Vec<&'a str> {
    let found = api.unions.iter().find(|u| u.name == union);
    let of = |name: &str| api.models.iter().find(|m| m.name == name);
    let models = found.into_iter().flat_map(|union| &union.models);
    models.filter_map(|model| of(&model.name)).map(|model| model.names.rust.as_str()).collect()
}

fn shown(role: Role, read: bool, write: bool) -> bool {
    match role {
        Role::Request => write,
        _ => read,
    }
}

/// Filters for Python templates: names and annotations.
pub(super) fn add_filters(templates: &mut Environment<'_>, api: &Api) {
    let names: BTreeMap<String, (String, String)> = api
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
    let unions: BTreeMap<String, String> = (api.unions.iter())
        .map(|union| (union.name.clone(), union_classes(api, &union.name).join(" | ")))
        .collect();
    templates.add_filter(
        "python_type",
        move |field: Value, request: bool, documented: Option<bool>| {
            let text = |name: &str| attribute(&field, name);
            let names = of.get(&text("of"));
            let model = names.map(|(python, rust)| match documented {
                Some(false) => rust.clone(),
                _ => python.clone(),
            });
            let model = model.unwrap_or_default();
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
                ("one_of", _) => {
                    let classes = unions.get(&text("of")).map_or("", String::as_str);
                    format!("{classes} | dict[str, Any]")
                }
                ("models", _) => format!("list[{model}]"),
                _ => "str".into(),
            }
        },
    );
    // The documented class that an operation returns.
    let lists: BTreeMap<String, String> = (api.models.iter())
        .filter(|m| m.role == Role::List)
        .filter_map(|m| Some((m.of.clone()?, m.names.python.clone())))
        .collect();
    let of: BTreeMap<String, String> =
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
    templates.add_filter("breaks", breaks);
    // A path parameter as an argument: an option of every call may have its name.
    templates.add_filter("argument", |name: &str, schema: &str| match name {
        "request_id" => format!("{}_id", snake(schema)),
        "account" => "member_account".to_owned(),
        _ => name.to_owned(),
    });
    templates.add_filter("member", |word: &str| word.to_uppercase().replace('-', "_MINUS_"));
}

/// A union of types in one line, or in one line per type if it is longer.
fn breaks(union: &str, width: usize) -> String {
    if union.len() <= width - "params: ".len() {
        return union.to_owned();
    }
    union.replace(" | ", "\n        | ")
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
