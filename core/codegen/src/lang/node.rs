//! The JavaScript and the type declarations of the Node package.

mod declarations;
mod layout;

use std::collections::BTreeMap;

use minijinja::value::Serde;
use minijinja::{Environment, Value, context};

use crate::ir::{Api, Operation, Resource};
use crate::outputs::Outputs;
use crate::template::{attribute as text, render as render_template};
use layout::{js_comment, js_constant, js_return, ts_doc, ts_fit, ts_union};

const FOLDER: &str = "bindings-node";

/// The systems with a platform package: name, os, cpu, libc.
const PLATFORMS: &[(&str, &str, &str, &str)] = &[
    ("linux-x64-gnu", "linux", "x64", "glibc"),
    ("linux-x64-musl", "linux", "x64", "musl"),
    ("linux-arm64-gnu", "linux", "arm64", "glibc"),
    ("linux-arm64-musl", "linux", "arm64", "musl"),
    ("darwin-x64", "darwin", "x64", ""),
    ("darwin-arm64", "darwin", "arm64", ""),
    ("win32-x64-msvc", "win32", "x64", ""),
];

pub(super) fn render(
    templates: &Environment<'_>,
    api: &Api,
    outputs: &mut Outputs,
) -> Result<(), String> {
    // A method has one argument for either.
    if let Some(both) = api.operations.iter().find(|o| o.body.is_some() && o.params.is_some()) {
        return Err(format!("{}: Node has no method with a query and a body yet", both.id));
    }
    let whole = &Value::from(Serde(api));
    let resources: Vec<Value> = api.resources.iter().map(|one| resource(api, one)).collect();
    declarations::render(templates, api, &resources, FOLDER, outputs)?;
    let words = context! { api => whole, resources => resources.clone() };
    let mut write = |path: &str, template: &str, words: &Value| {
        let text = render_template(templates, &format!("node/{template}.j2"), words.clone())?;
        outputs.add(format!("{FOLDER}/{path}"), text)
    };
    for file in ["index.js", "index.mjs", "esm.js", "package.json"] {
        write(file, file, &words)?;
    }
    for file in ["models.js", "enums.js", "resources.js", "documented.js"] {
        write(&format!("lib/{file}"), file, &words)?;
    }
    for resource in &resources {
        let words = context! { api => whole, resource };
        let camel = text(resource, "camel");
        write(&format!("lib/resources/{camel}.js"), "resource.js", &words)?;
    }
    for &(name, os, cpu, libc) in PLATFORMS {
        let words = context! { api => whole, name, os, cpu, libc };
        write(&format!("npm/{name}/package.json"), "platform.json", &words)?;
        write(&format!("npm/{name}/README.md"), "platform.md", &words)?;
    }
    Ok(())
}

fn resource(api: &Api, resource: &Resource) -> Value {
    let operations: Vec<&Operation> =
        api.operations.iter().filter(|o| o.resource == resource.name).collect();
    context! { operations => Value::from(Serde(&operations)), ..Value::from(Serde(resource)) }
}

pub(super) fn add_filters(templates: &mut Environment<'_>, api: &Api) {
    let names: BTreeMap<String, String> = (api.models.iter().map(|m| (&m.name, &m.names.node)))
        .chain(api.enums.iter().map(|e| (&e.name, &e.names.node)))
        .map(|(name, node)| (name.clone(), node.clone()))
        .collect();
    let node_name = move |name: &str| names.get(name).cloned().unwrap_or_else(|| name.to_owned());
    let name = node_name.clone();
    templates.add_filter("node_name", move |schema: &str| name(schema));
    // `sends`: a type that callers pass, which is wider than that of a response.
    templates.add_filter("ts_type", move |field: Value, sends: bool| {
        let of = text(&field, "of");
        match text(&field, "kind").as_str() {
            "boolean" => "boolean".to_owned(),
            "number" if sends && field.get_attr("money").is_ok_and(|money| money.is_true()) => {
                "number | bigint | Money".to_owned()
            }
            "integer" | "number" if sends => "number | bigint".to_owned(),
            "integer" | "number" => "number".to_owned(),
            "map" => "Record<string, unknown>".to_owned(),
            "maps" => "Record<string, unknown>[]".to_owned(),
            "words" => "string[] | string".to_owned(),
            "enum" | "model" | "one_of" => node_name(&of),
            "models" => format!("{}[]", node_name(&of)),
            "time" if sends => "string | Date".to_owned(),
            _ => "string".to_owned(),
        }
    });
    templates.add_filter("with_article", |name: &str| {
        let article = if name.starts_with(['A', 'E', 'I', 'O', 'U']) { "an" } else { "a" };
        format!("{article} {name}")
    });
    templates.add_filter("js_constant", js_constant);
    templates.add_filter("js_comment", js_comment);
    templates.add_filter("js_return", js_return);
    templates.add_filter("ts_doc", ts_doc);
    templates.add_filter("ts_union", ts_union);
    templates.add_filter("ts_fit", ts_fit);
}
