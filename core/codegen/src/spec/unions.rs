//! Fields whose model another field names, to unions.

use super::document::{Ordered, Property, Schema, UnionEntry};
use crate::ir::{Enum, Kind, Model, Union, UnionModel};

pub(super) fn read(
    schemas: &Ordered,
    models: &[Model],
    enums: &[Enum],
) -> Result<Vec<Union>, String> {
    let mut unions = Vec::new();
    for (name, value) in schemas {
        let schema: Schema = serde_json::from_value(value.clone())
            .map_err(|e| format!("components/schemas/{name}: {e}"))?;
        for (field, value) in schema.properties.iter().flatten() {
            let property: Property = serde_json::from_value(value.clone())
                .map_err(|e| format!("components/schemas/{name}: {field}: {e}"))?;
            let Some(entry) = property.lomi.and_then(|extension| extension.one_of) else {
                continue;
            };
            let model = models.iter().find(|m| m.name == *name);
            let union = model.ok_or("it is no model".into());
            let union = union
                .and_then(|model| union_of(&entry, property.description, model, models, enums));
            unions.push(
                union.map_err(|e: String| format!("components/schemas/{name}.{field}: {e}"))?,
            );
        }
    }
    Ok(unions)
}

fn union_of(
    entry: &UnionEntry,
    doc: String,
    model: &Model,
    models: &[Model],
    enums: &[Enum],
) -> Result<Union, String> {
    let by = model.fields.iter().find(|f| f.name == entry.by);
    let by = by.ok_or_else(|| format!("{} is not a field", entry.by))?;
    let set = match &by.kind {
        Kind::Enum(name) => enums.iter().find(|e| e.name == *name),
        _ => None,
    };
    let set = set.ok_or_else(|| format!("{} is not an enum", entry.by))?;
    let mut used: Vec<UnionModel> = Vec::new();
    for (value, schema) in &entry.models {
        let name = schema.as_str().unwrap_or_default();
        if !set.values.contains(value) {
            return Err(format!("{value} is not a value of {}", set.name));
        }
        if !models.iter().any(|m| m.name == name) {
            return Err(format!("there is no schema {name}"));
        }
        match used.iter_mut().find(|model| model.name == name) {
            Some(model) => model.values.push(value.clone()),
            None => used.push(UnionModel { name: name.to_owned(), values: vec![value.clone()] }),
        }
    }
    Ok(Union {
        name: entry.name.clone(),
        by: [&by.name].into_iter().chain(&by.aliases).cloned().collect(),
        set: set.name.clone(),
        doc,
        models: used,
    })
}
