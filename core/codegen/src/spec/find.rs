//! Checks the rules by which the outcome of a call is found out: what they name must exist.

use std::collections::BTreeMap;

use crate::ir::{Find, Model, Operation, Returns};

/// Returns the first name that does not exist.
pub(super) fn check(operations: &[Operation], models: &[Model]) -> Result<(), String> {
    for operation in operations {
        if let Some(find) = &operation.find {
            check_one(operation, find, operations, models)
                .map_err(|problem| format!("{}: find: {problem}", operation.id))?;
        }
    }
    Ok(())
}

fn check_one(
    operation: &Operation,
    find: &Find,
    operations: &[Operation],
    models: &[Model],
) -> Result<(), String> {
    let named = match (&find.list, &find.read) {
        (Some(list), None) => list,
        (None, Some(read)) => read,
        _ => return Err("either list or read".into()),
    };
    let other = operations.iter().find(|o| o.id == *named);
    let other = other.ok_or_else(|| format!("there is no operation {named}"))?;
    let (Returns::One(model) | Returns::Page(model)) = &other.returns else {
        return Err(format!("{named} returns no model"));
    };
    if matches!(other.returns, Returns::Page(_)) != find.list.is_some() {
        return Err(format!("{named} returns one object, or it returns a list"));
    }
    let of_model = |name: &str, field: &str| {
        let model = models.iter().find(|model| model.name == name);
        model.is_some_and(|model| model.fields.iter().any(|f| f.name == field))
    };
    let row_fields = find.same.keys().chain(find.alike.keys()).chain(find.has.keys());
    for field in row_fields.chain(find.field.iter().map(|field| &field.name)) {
        if !of_model(model, field) {
            return Err(format!("{model} has no field {field}"));
        }
    }
    if let Some(field) = find.optional.iter().find(|field| !find.same.contains_key(*field)) {
        return Err(format!("{field} is optional, but not among the same"));
    }
    let maps: [&BTreeMap<String, String>; 3] = [&find.same, &find.alike, &find.filter];
    for value in maps.into_iter().flat_map(|map| map.values()) {
        let top = value.split('.').next().unwrap_or_default();
        let in_body = operation.body.as_ref().is_some_and(|body| {
            let written = models.iter().find(|model| model.name == body.model);
            let of = written.and_then(|model| model.of.as_deref()).unwrap_or(&body.model);
            of_model(&body.model, top) || of_model(of, top)
        });
        if !in_body && !operation.path_parameters.iter().any(|p| p.name == top) {
            return Err(format!("the call has no value {value}"));
        }
    }
    let has = |name: &String| other.query_parameters.iter().any(|p| p.name == *name);
    match find.filter.keys().chain(&find.since).find(|name| !has(name)) {
        Some(name) => Err(format!("{named} has no parameter {name}")),
        None => Ok(()),
    }
}
