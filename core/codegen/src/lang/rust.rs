//! The tables of the core and the typed Rust.

use std::collections::BTreeMap;

use minijinja::value::Serde;
use minijinja::{Environment, Value, context};

use super::rustfmt::rustfmt;
use crate::case::{snake, studly};
use crate::ir::{Api, Role};
use crate::outputs::Outputs;
use crate::template::{attribute, render as render_template};

pub(super) fn render(
    templates: &Environment<'_>,
    api: &Api,
    outputs: &mut Outputs,
) -> Result<(), String> {
    let whole = &Value::from(Serde(api));
    let mut write = |path: String, template: &str, context: Value| {
        let text = render_template(templates, template, context)?;
        outputs.add(path.clone(), rustfmt(&text).map_err(|e| format!("{path}: {e}"))?)
    };
    write("core/src/table/models.rs".into(), "rust/table_models.rs.j2", context! { api => whole })?;
    write(
        "core/src/table/operations.rs".into(),
        "rust/table_operations.rs.j2",
        context! { api => whole },
    )?;
    for model in &api.models {
        let (template, path) = match model.role {
            Role::List => continue,
            Role::Response => ("rust/model.rs.j2", snake(&model.names.rust)),
            Role::Request => ("rust/request.rs.j2", snake(&model.names.rust)),
        };
        write(
            format!("core/src/models/{path}.rs"),
            template,
            context! { api => whole, model => Value::from(Serde(model)) },
        )?;
    }
    for set in &api.enums {
        let path = snake(&set.names.rust);
        write(
            format!("core/src/models/{path}.rs"),
            "rust/enum.rs.j2",
            context! { set => Value::from(Serde(set)) },
        )?;
    }
    for union in &api.unions {
        write(
            format!("core/src/models/{}.rs", snake(&union.name)),
            "rust/union.rs.j2",
            context! { union => Value::from(Serde(union)) },
        )?;
    }
    let mut modules: Vec<Value> = Vec::new();
    let models = api.models.iter().filter(|m| m.role != Role::List).map(|m| &m.names.rust);
    let others = api.enums.iter().map(|e| &e.names.rust).chain(api.unions.iter().map(|u| &u.name));
    for name in models.chain(others) {
        modules.push(context! { module => snake(name), name => name.as_str() });
    }
    for operation in &api.operations {
        let Some(name) = &operation.params else { continue };
        let module = snake(name);
        let words = context! {
            summary => operation.summary.as_str(),
            name,
            parameters => Value::from(Serde(&operation.query_parameters)),
        };
        write(format!("core/src/models/{module}.rs"), "rust/list_params.rs.j2", words)?;
        modules.push(context! { module, name });
    }
    write("core/src/models.rs".into(), "rust/models.rs.j2", context! { modules })?;

    for resource in &api.resources {
        let operations: Vec<_> =
            api.operations.iter().filter(|o| o.resource == resource.name).collect();
        for (room, blocking) in [("", false), ("blocking/", true)] {
            let context = context! { api => whole, blocking, resource => Value::from(Serde(resource)), operations => Value::from(Serde(&operations)) };
            let path = format!("core/src/{room}resources/{}.rs", resource.name);
            write(path, "rust/resource.rs.j2", context)?;
        }
    }
    for path in ["core/src/resources.rs", "core/src/blocking/resources.rs"] {
        write(path.into(), "rust/resources.rs.j2", context! { api => whole })?;
    }
    Ok(())
}

/// Filters for Rust templates: names, types and readers of fields.
pub(super) fn add_filters(templates: &mut Environment<'_>, api: &Api) {
    let names: BTreeMap<String, String> = (api.models.iter().map(|m| (&m.name, &m.names.rust)))
        .chain(api.enums.iter().map(|e| (&e.name, &e.names.rust)))
        .map(|(name, rust)| (name.clone(), rust.clone()))
        .collect();
    let rust_name = move |name: &str| names.get(name).cloned().unwrap_or_else(|| name.to_owned());
    let name = rust_name.clone();
    templates.add_filter("rust_name", move |schema: &str| name(schema));
    templates.add_filter("rust_field", rust_field);
    templates.add_filter("variant", |word: &str| studly(&word.to_lowercase().replace('-', "_")));
    let name = rust_name.clone();
    templates.add_filter("rust_type", move |field: Value| {
        let (kind, of) = kind_of(&field);
        match kind.as_str() {
            "boolean" => "bool".into(),
            "integer" => "i64".into(),
            "number" => "Number".into(),
            "map" => "Map<String, Value>".into(),
            "maps" => "Vec<Map<String, Value>>".into(),
            "words" => "Vec<String>".into(),
            "enum" | "model" | "one_of" => name(&of),
            "models" => format!("Vec<{}>", name(&of)),
            _ => "String".to_owned(),
        }
    });
    templates.add_filter("rust_reader", |field: Value| match kind_of(&field).0.as_str() {
        "enum" => "word".to_owned(),
        kind @ ("boolean" | "integer" | "number" | "map" | "maps" | "words" | "model"
        | "models" | "one_of") => kind.to_owned(),
        _ => "text".to_owned(),
    });
    templates.add_filter("rust_argument", move |field: Value| {
        let (kind, of) = kind_of(&field);
        match kind.as_str() {
            "number" if is_money(&field) => "impl Into<crate::Amount>".into(),
            "boolean" => "bool".into(),
            "integer" => "i64".into(),
            "number" => "impl Into<Number>".into(),
            "map" => "Map<String, Value>".into(),
            "maps" => "Vec<Map<String, Value>>".into(),
            "words" => "impl IntoIterator<Item = impl Into<String>>".into(),
            "enum" => format!("impl Into<{}>", rust_name(&of)),
            "model" => "impl Into<Value>".into(),
            "models" => "impl IntoIterator<Item = impl Into<Value>>".into(),
            _ => "impl Into<String>".to_owned(),
        }
    });
    templates.add_filter("rust_value", |field: Value| {
        let name = rust_field(&attribute(&field, "name"));
        match kind_of(&field).0.as_str() {
            "boolean" | "integer" | "map" | "maps" => name,
            "number" if is_money(&field) => format!("{name}.into().0"),
            "number" => format!("Value::Number({name}.into())"),
            "words" => format!("{name}.into_iter().map(Into::into).collect::<Vec<String>>()"),
            "enum" => format!("{name}.into().as_str()"),
            "model" => name,
            "models" => format!("{name}.into_iter().map(Into::into).collect::<Vec<Value>>()"),
            _ => format!("Value::String({name}.into())"),
        }
    });
}

/// The name of a field or parameter in Rust.
fn rust_field(name: &str) -> String {
    match snake(name).as_str() {
        name @ ("type" | "ref" | "match" | "use" | "move" | "in" | "as") => format!("r#{name}"),
        name => name.to_owned(),
    }
}

fn kind_of(field: &Value) -> (String, String) {
    let text = |name: &str| attribute(field, name);
    (text("kind"), text("of"))
}

fn is_money(field: &Value) -> bool {
    field.get_attr("money").is_ok_and(|money| money.is_true())
}
