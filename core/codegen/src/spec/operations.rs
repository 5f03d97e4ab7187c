//! Paths to operations: an operation with several route styles becomes one.

use super::document::{OperationEntry, Ordered, ParameterEntry, PropertyExtension, ResponseEntry};
use super::reference::{is_reference, referred};
use super::schemas::{documented, kind};
use crate::case::{camel, studly};
use crate::ir::{
    Body, Idempotency, Model, Operation, Paging, Parameter, Path, Returns, Role, Wait,
};

/// The styles of a path that is the same in all of them; the newest API has that of `current`.
const ROUTE_STYLES: [&str; 2] = ["documented", "current"];

/// Reads the paths of a resource. `own` are the schemas of its file.
pub(super) fn read(
    resource: &str,
    (paths, own): (&Ordered, &Ordered),
    models: &[Model],
) -> Result<Vec<Operation>, String> {
    let mut operations: Vec<Operation> = Vec::new();
    for (template, item) in paths {
        let item = item.as_object().ok_or_else(|| format!("paths{template}: not an object"))?;
        let shared = match item.get("parameters") {
            Some(value) => parameters(value.clone(), template)?,
            None => Vec::new(),
        };
        for (method, entry) in item.iter().filter(|(key, _)| *key != "parameters") {
            let at = |problem: String| format!("{} {template}: {problem}", method.to_uppercase());
            let entry: OperationEntry =
                serde_json::from_value(entry.clone()).map_err(|e| at(e.to_string()))?;
            let styles = match &entry.lomi.routes {
                Some(style) => vec![style.clone()],
                None => ROUTE_STYLES.map(String::from).to_vec(),
            };
            let paths = styles.into_iter().map(|routes| Path {
                routes,
                template: template.clone(),
                typescript: entry.lomi.typescript.clone(),
                generations: entry.lomi.generations.clone(),
            });
            match operations.iter_mut().find(|o| o.id == entry.lomi.operation) {
                Some(_) if entry.lomi.find.is_some() => {
                    return Err(at("find belongs to the first path of an operation".into()));
                }
                Some(operation) => operation.paths.extend(paths),
                None => operations.push(
                    read_one(resource, method, paths.collect(), &shared, &entry, (models, own))
                        .map_err(at)?,
                ),
            }
        }
    }
    for operation in &mut operations {
        operation.documented = operation.paths.iter().any(|path| path.generations.contains('C'));
    }
    let usual = ["create", "get", "list", "update", "delete"];
    operations.sort_by_key(|o| usual.iter().position(|v| *v == o.verb).unwrap_or(usual.len()));
    Ok(operations)
}

fn parameters(value: serde_json::Value, template: &str) -> Result<Vec<ParameterEntry>, String> {
    serde_json::from_value(value).map_err(|e| format!("{template}: parameters: {e}"))
}

fn read_one(
    resource: &str,
    method: &str,
    paths: Vec<Path>,
    shared: &[ParameterEntry],
    entry: &OperationEntry,
    (models, own): (&[Model], &Ordered),
) -> Result<Operation, String> {
    if !["get", "post", "patch", "delete"].contains(&method) {
        return Err("an unsupported method".into());
    }
    let mut path_parameters = Vec::new();
    let mut query_parameters = Vec::new();
    for parameter in shared.iter().chain(&entry.parameters) {
        let read = read_parameter(parameter)?;
        match parameter.place.as_str() {
            "path" if parameter.required => path_parameters.push(read),
            "query" if !parameter.required => query_parameters.push(read),
            place => return Err(format!("{}: a parameter in {place}", parameter.name)),
        }
    }
    let idempotency = match entry.lomi.idempotency.as_deref() {
        Some("keyed") => Idempotency::Keyed,
        Some("newest") => Idempotency::Newest,
        Some("confirmed") => Idempotency::Confirmed,
        None => Idempotency::Unknown,
        Some(other) => return Err(format!("idempotency {other:?}")),
    };
    // Bare lists come from the servers of generations A, B and D, or from E against its contract.
    let has = |name: &str| {
        let mut parameters = query_parameters.iter();
        parameters.any(|p| p.name == name && p.generations.contains(['A', 'B', 'D', 'E']))
    };
    let paging = match entry.lomi.paging.as_deref() {
        Some("page") => Paging::Number,
        None if has("offset") => Paging::Offset,
        None if has("page") => Paging::Number,
        None => Paging::Whole,
        Some(other) => return Err(format!("paging {other:?}")),
    };
    let body = match &entry.request_body {
        Some(body) => Some(Body {
            name: body.name.clone(),
            model: match &body.content.json.schema.reference {
                Some(reference) => find_model(reference, models)?.name.clone(),
                None => return Err("the body has no schema".into()),
            },
        }),
        None => None,
    };
    if body.is_some() && !query_parameters.is_empty() {
        return Err("a body and a query in one operation".into());
    }
    let mut statuses = Vec::new();
    let mut returns = Returns::Nothing;
    for (status, response) in &entry.responses {
        statuses.push(status.parse::<u16>().map_err(|e| format!("{status}: {e}"))?);
        if is_reference(response) {
            continue;
        }
        let response: ResponseEntry =
            serde_json::from_value(response.clone()).map_err(|e| format!("{status}: {e}"))?;
        if let Some(content) = response.content {
            let Some(reference) = &content.json.schema.reference else {
                returns = Returns::Any;
                continue;
            };
            let model = find_model(reference, models)?;
            returns = match (model.role, &model.of) {
                (Role::List, Some(item)) => Returns::Page(item.clone()),
                _ => Returns::One(model.name.clone()),
            };
        }
    }
    let params = match (&returns, entry.lomi.verb.as_str()) {
        _ if query_parameters.is_empty() => None,
        (Returns::Page(model), "list") if own.contains_key(model) => {
            Some(format!("{model}ListParams"))
        }
        _ => Some(format!("{}Params", studly(&entry.lomi.operation))),
    };
    let wait = match &entry.lomi.wait {
        Some(wait) => Some(read_wait(wait, method, &returns, models)?),
        None => None,
    };
    Ok(Operation {
        id: entry.lomi.operation.clone(),
        documented: false,
        camel_id: camel(&entry.lomi.operation),
        summary: entry.summary.clone(),
        doc: entry.description.clone(),
        resource: resource.to_owned(),
        camel_resource: camel(resource),
        verb: entry.lomi.verb.clone(),
        camel_verb: camel(&entry.lomi.verb),
        method: method.to_uppercase(),
        paths,
        path_parameters,
        query_parameters,
        params,
        body,
        returns,
        alternatives: entry.lomi.alternatives.clone(),
        idempotency,
        natural_key: entry.lomi.natural_key.clone(),
        paging,
        replay_safe: entry.lomi.replay_safe,
        statuses,
        wait,
        find: entry.lomi.find.clone(),
        reconcile: entry.lomi.reconcile.clone(),
    })
}

/// The fields of a wait must be those of the object.
fn read_wait(
    wait: &Wait,
    method: &str,
    returns: &Returns,
    models: &[Model],
) -> Result<Wait, String> {
    let Returns::One(name) = returns else { return Err("a wait for no object".into()) };
    let model = models.iter().find(|m| m.name == *name).ok_or("a wait for no model")?;
    let has = |field: &String| model.fields.iter().any(|f| f.name == *field);
    if method != "get" || !has(&wait.field) || !wait.present.as_ref().is_none_or(has) {
        return Err(format!("{name} cannot be waited for by {}", wait.field));
    }
    Ok(Wait { camel_verb: camel(&wait.verb), ..wait.clone() })
}

fn find_model<'a>(reference: &str, models: &'a [Model]) -> Result<&'a Model, String> {
    let name = referred(reference)?;
    models.iter().find(|m| m.name == name).ok_or_else(|| format!("there is no model {name}"))
}

fn read_parameter(entry: &ParameterEntry) -> Result<Parameter, String> {
    let none = PropertyExtension {
        generations: "ABCDE".into(),
        documented: true,
        aliases: Vec::new(),
        mirrors: None,
        sent: serde_json::Map::new(),
        null: None,
        beside: false,
        money: false,
        one_of: None,
    };
    let extension = entry.lomi.as_ref().unwrap_or(&none);
    let bound = |number: &Option<serde_json::Number>| number.as_ref().map(ToString::to_string);
    Ok(Parameter {
        name: entry.name.clone(),
        camel_name: camel(&entry.name),
        doc: documented(&entry.description, &extension.generations),
        kind: kind(&entry.schema, &|_| false).map_err(|e| format!("{}: {e}", entry.name))?,
        documented: extension.documented,
        generations: extension.generations.clone(),
        minimum: bound(&entry.schema.minimum),
        maximum: bound(&entry.schema.maximum),
        default: entry.schema.default.as_ref().map(ToString::to_string),
    })
}
