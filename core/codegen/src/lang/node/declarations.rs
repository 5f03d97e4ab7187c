//! The type declarations: a file for each resource with its models, shared files, and an index that
//! exports them all.

use std::collections::BTreeMap;

use minijinja::value::Serde;
use minijinja::{Environment, Value, context};

use super::layout::WIDTH;
use crate::case::camel;
use crate::ir::{Api, Kind, Model, Operation, Returns, Role};
use crate::outputs::Outputs;
use crate::template::render as render_template;

/// The files that belong to no resource, each with its template.
const SHARED: &[&str] = &[
    "options",
    "configuration",
    "client",
    "model",
    "shared",
    "responses",
    "verification",
    "inbox",
    "money",
    "errors",
];

/// Words before the name of what a declaration exports.
const EXPORTS: &[&str] = &["class", "interface", "type", "const"];

/// Writes `types/*.d.ts` and the index.
pub(super) fn render(
    templates: &Environment<'_>,
    api: &Api,
    resources: &[Value],
    folder: &str,
    outputs: &mut Outputs,
) -> Result<(), String> {
    let whole = &Value::from(Serde(api));
    let owners = owners(api);
    let mut files: Vec<(String, String)> = Vec::new();
    for (resource, words) in api.resources.iter().zip(resources) {
        let own = schemas(api, &owners, Some(&resource.name));
        let words = context! { api => whole, r => words, ..own };
        let text = render_template(templates, "node/types/resource.d.ts.j2", words)?;
        files.push((camel(&resource.name), text));
    }
    for &name in SHARED {
        let words = context! { api => whole, resources, ..schemas(api, &owners, None) };
        let template = format!("node/types/{name}.d.ts.j2");
        files.push((name.to_owned(), render_template(templates, &template, words)?));
    }
    let homes: BTreeMap<&str, &str> = (files.iter())
        .flat_map(|(file, text)| exports(text).map(move |name| (name, file.as_str())))
        .collect();
    let mut texts = Vec::new();
    for (file, text) in &files {
        let words = context! { imports => imports(file, text, &homes), body => squeezed(text) };
        let module = render_template(templates, "node/types/module.d.ts.j2", words)?;
        texts.push((format!("{folder}/types/{file}.d.ts"), module));
    }
    let words =
        context! { files => files.iter().map(|(file, _)| file.clone()).collect::<Vec<_>>() };
    let index = render_template(templates, "node/index.d.ts.j2", words)?;
    texts.push((format!("{folder}/index.d.ts"), index));
    texts.into_iter().try_for_each(|(path, text)| outputs.add(path, text))
}

/// The models and enums of one resource, or those of none. Of the models that callers send, only
/// those that an operation takes.
fn schemas(api: &Api, owners: &BTreeMap<&str, &str>, resource: Option<&str>) -> Value {
    let here = |name: &str| owners.get(name).copied() == resource;
    let sent = |m: &Model| {
        api.operations.iter().any(|o| o.body.as_ref().is_some_and(|b| b.model == m.name))
    };
    let models: Vec<&Model> = (api.models.iter())
        .filter(|m| {
            here(&m.name) && (m.role == Role::Response || (m.role == Role::Request && sent(m)))
        })
        .collect();
    let enums: Vec<_> = api.enums.iter().filter(|e| here(&e.name)).collect();
    context! { models => Value::from(Serde(&models)), enums => Value::from(Serde(&enums)) }
}

/// The resource of each model and enum that only one resource uses.
fn owners(api: &Api) -> BTreeMap<&str, &str> {
    let mut users: BTreeMap<&str, Option<&str>> = BTreeMap::new();
    for operation in &api.operations {
        let mut found = Vec::new();
        for name in named(operation) {
            reach(api, name, &mut found);
        }
        for name in found {
            let resource = operation.resource.as_str();
            let user = users.entry(name).or_insert(Some(resource));
            if *user != Some(resource) {
                *user = None;
            }
        }
    }
    users.into_iter().filter_map(|(name, user)| Some((name, user?))).collect()
}

/// The models that an operation names.
fn named(operation: &Operation) -> Vec<&str> {
    let body = operation.body.as_ref().map(|body| body.model.as_str());
    let others = operation.alternatives.iter().map(String::as_str);
    body.into_iter().chain(returned(&operation.returns)).chain(others).collect()
}

/// The model of the object that a call returns, or of those in a page.
fn returned(returns: &Returns) -> Option<&str> {
    match returns {
        Returns::Nothing | Returns::Any => None,
        Returns::One(model) | Returns::Page(model) => Some(model),
    }
}

/// Adds a schema and those of its fields.
fn reach<'a>(api: &'a Api, name: &'a str, found: &mut Vec<&'a str>) {
    if found.contains(&name) {
        return;
    }
    found.push(name);
    let Some(model) = api.models.iter().find(|m| m.name == name) else { return };
    for field in &model.fields {
        if let Kind::Enum(of) | Kind::Model(of) | Kind::Models(of) = &field.kind {
            reach(api, of, found);
        }
    }
}

/// Source without repeated empty lines, which a template leaves where its parts meet.
fn squeezed(text: &str) -> String {
    let mut lines: Vec<&str> = text.trim().lines().collect();
    lines.dedup_by(|next, line| next.is_empty() && line.is_empty());
    lines.join("\n")
}

/// The names that a source file declares and exports.
fn exports(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| {
        let mut words =
            line.strip_prefix("export ")?.split_whitespace().skip_while(|w| *w == "declare");
        EXPORTS.contains(&words.next()?).then_some(())?;
        words.next().map(|name| name.split(['<', ':', '(', ';']).next().unwrap_or(name))
    })
}

/// The imports that a source file needs: one line for each file whose names it uses.
fn imports(file: &str, text: &str, homes: &BTreeMap<&str, &str>) -> String {
    let mut used: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for name in names(text) {
        if let Some(home) = homes.get(name).filter(|home| **home != file) {
            let list = used.entry(home).or_default();
            if !list.contains(&name) {
                list.push(name);
            }
        }
    }
    used.into_iter()
        .map(|(home, mut list)| {
            list.sort_unstable();
            let line = format!("import type {{ {} }} from './{home}.js';\n", list.join(", "));
            if line.chars().count() <= WIDTH + 1 {
                return line;
            }
            let lines: String = list.iter().map(|name| format!("  {name},\n")).collect();
            format!("import type {{\n{lines}}} from './{home}.js';\n")
        })
        .collect()
}

/// The type names in source, except those in comments and strings.
fn names(text: &str) -> impl Iterator<Item = &str> {
    let mut comment = false;
    let lines = text.lines().filter(move |line| {
        let line = line.trim();
        let starts = line.starts_with("/**");
        let skip = comment || starts || line.starts_with("//");
        comment = (comment || starts) && !line.ends_with("*/");
        !skip
    });
    lines
        .flat_map(|line| line.split('\'').step_by(2))
        .flat_map(|code| code.split(|c: char| !c.is_alphanumeric() && c != '_'))
        .filter(|word| word.starts_with(|c: char| c.is_uppercase()))
}
