//! Component schemas to models and enums.

use super::document::{NamesEntry, Ordered, Property, Schema};
use super::reference::referred;
use crate::ir::{Enum, Field, Kind, Model, Names, ReadAs, Role, SentAs};

pub(super) fn read(schemas: &Ordered) -> Result<(Vec<Model>, Vec<Enum>), String> {
    let mut parsed = Vec::new();
    for (name, value) in schemas {
        let schema: Schema = serde_json::from_value(value.clone())
            .map_err(|e| format!("components/schemas/{name}: {e}"))?;
        parsed.push((name.as_str(), schema));
    }
    let is_enum = |name: &str| parsed.iter().any(|(n, s)| *n == name && s.values.is_some());
    let mut models: Vec<Model> = Vec::new();
    let mut enums = Vec::new();
    for (name, schema) in &parsed {
        let at = |problem: String| format!("components/schemas/{name}: {problem}");
        if let Some(values) = &schema.values {
            enums.push(read_enum(name, schema, values).map_err(at)?);
            continue;
        }
        let role = match (&schema.lomi.writes, &schema.lomi.lists, schema.lomi.body) {
            (Some(_), None, false) | (None, None, true) => Role::Request,
            (None, Some(_), false) => Role::List,
            (None, None, false) => Role::Response,
            _ => return Err(at("it has two of `writes`, `lists` and `body`".into())),
        };
        let mut fields: Vec<Field> = match &schema.lomi.writes {
            Some(source) => {
                let points_at =
                    schema.reference.as_deref().map(referred).transpose().map_err(at)?;
                if points_at != Some(source) {
                    return Err(at(format!("writes {source} but does not refer to it")));
                }
                let source = models
                    .iter()
                    .find(|m| m.name == *source)
                    .ok_or_else(|| at(format!("{source} must be defined before it")))?;
                source.fields.iter().filter(|f| f.write).cloned().collect()
            }
            None => {
                let properties = schema
                    .properties
                    .as_ref()
                    .ok_or_else(|| at("properties are missing".into()))?;
                read_fields(properties, &is_enum).map_err(at)?
            }
        };
        require(&mut fields, &schema.lomi.required, role).map_err(at)?;
        if schema.type_.as_deref().unwrap_or("object") != "object" {
            return Err(at("a model must be an object".into()));
        }
        models.push(Model {
            name: (*name).to_owned(),
            names: names(&schema.lomi.names),
            resource: None,
            doc: schema.description.clone(),
            role,
            id: schema.lomi.id.clone(),
            id_optional: schema.lomi.id_optional,
            marker: schema.lomi.marker.clone(),
            of: schema.lomi.writes.clone().or_else(|| schema.lomi.lists.clone()),
            fields,
        });
    }
    check_links(&models)?;
    Ok((models, enums))
}

/// Marks the fields of a request body that some generations of the API require.
fn require(fields: &mut [Field], required: &Ordered, role: Role) -> Result<(), String> {
    for (name, letters) in required {
        let letters = letters.as_str().unwrap_or_default();
        let field = fields.iter_mut().find(|field| field.name == *name && field.write);
        let field = field.ok_or_else(|| format!("required: there is no field {name} to write"))?;
        let has_all = letters.chars().all(|letter| field.generations.contains(letter));
        if role != Role::Request || letters.is_empty() || !has_all {
            return Err(format!("required: {name} by {letters:?}"));
        }
        letters.clone_into(&mut field.required);
    }
    Ok(())
}

fn names(entry: &NamesEntry) -> Names {
    Names {
        rust: entry.rust.clone(),
        python: entry.python.clone(),
        node: entry.node.clone(),
        php: entry.php.clone(),
    }
}

fn read_enum(name: &str, schema: &Schema, values: &[String]) -> Result<Enum, String> {
    if !schema.lomi.open {
        return Err("every enum of this API must be `open`".into());
    }
    let mut reads = Vec::new();
    for (word, as_word) in &schema.lomi.reads {
        let as_word = as_word.as_str().unwrap_or_default();
        if !values.iter().any(|v| v == as_word) {
            return Err(format!(
                "{word:?} is read as {as_word:?}, which is not a value of the enum"
            ));
        }
        reads.push(ReadAs { word: word.clone(), as_word: as_word.to_owned() });
    }
    Ok(Enum {
        name: name.to_owned(),
        names: names(&schema.lomi.names),
        doc: schema.description.clone(),
        documented: schema.lomi.documented,
        values: values.to_vec(),
        reads,
        folds: schema.lomi.folds,
    })
}

fn read_fields(properties: &Ordered, is_enum: &dyn Fn(&str) -> bool) -> Result<Vec<Field>, String> {
    let mut fields = Vec::new();
    for (name, value) in properties {
        let at = |problem: String| format!("{name}: {problem}");
        let property: Property =
            serde_json::from_value(value.clone()).map_err(|e| at(e.to_string()))?;
        let extension = property.lomi.as_ref().ok_or_else(|| at("x-lomi is missing".into()))?;
        if property.description.is_empty() || property.default.is_some() {
            return Err(at("a field must have a description and no default".into()));
        }
        let mut sent = Vec::new();
        for (routes, other) in &extension.sent {
            let other =
                other.as_str().ok_or_else(|| at("the values of `sent` must be names".into()))?;
            sent.push(SentAs { routes: routes.clone(), name: other.to_owned() });
        }
        let null_is_empty = match extension.null.as_deref() {
            Some("empty") => true,
            None => false,
            Some(other) => return Err(at(format!("null {other:?}"))),
        };
        fields.push(Field {
            name: name.clone(),
            doc: documented(&property.description, &extension.generations),
            kind: kind(&property, is_enum).map_err(at)?,
            read: !property.write_only,
            write: !property.read_only,
            documented: extension.documented,
            generations: extension.generations.clone(),
            required: String::new(),
            aliases: extension.aliases.clone(),
            mirrors: extension.mirrors.clone(),
            sent,
            null_is_empty,
            beside: extension.beside,
            money: extension.money,
            minimum: property.minimum.as_ref().map(ToString::to_string),
            exclusive_minimum: property.exclusive_minimum.as_ref().map(ToString::to_string),
            maximum: property.maximum.as_ref().map(ToString::to_string),
            max_length: property.max_length,
        });
    }
    fields.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(fields)
}

/// A description with the generations of the API that document the subject, unless all do.
pub(super) fn documented(description: &str, generations: &str) -> String {
    let letters: Vec<String> = generations.chars().map(String::from).collect();
    match letters.split_last() {
        Some((last, [])) => format!("{description} (API generation {last}.)"),
        Some((last, first)) if generations != "ABCDE" => {
            format!("{description} (API generations {} and {last}.)", first.join(", "))
        }
        _ => description.to_owned(),
    }
}

/// The kind of a property. The error says what is not supported.
pub(super) fn kind(property: &Property, is_enum: &dyn Fn(&str) -> bool) -> Result<Kind, String> {
    if let Some(union) = property.lomi.as_ref().and_then(|extension| extension.one_of.as_ref()) {
        return Ok(Kind::OneOf(union.name.clone()));
    }
    if let Some(reference) = &property.reference {
        let name = referred(reference)?.to_owned();
        return Ok(if is_enum(&name) { Kind::Enum(name) } else { Kind::Model(name) });
    }
    if let Some(choices) = &property.one_of {
        let words =
            serde_json::json!([{"type": "array", "items": {"type": "string"}}, {"type": "string"}]);
        return if *choices == words { Ok(Kind::Words) } else { Err(format!("oneOf {choices}")) };
    }
    let format = property.format.as_deref();
    match (property.type_.as_deref(), format) {
        (Some("string"), None) => Ok(Kind::Text),
        (Some("string"), Some("uri")) => Ok(Kind::Uri),
        (Some("string"), Some("email")) => Ok(Kind::Email),
        (Some("string"), Some("uuid")) => Ok(Kind::Uuid),
        (Some("string"), Some("date-time")) => Ok(Kind::Time),
        (Some("boolean"), None) => Ok(Kind::Boolean),
        (Some("integer"), None) => Ok(Kind::Integer),
        (Some("number"), None) => Ok(Kind::Number),
        (Some("object"), None) if property.additional_properties == Some(true) => Ok(Kind::Map),
        (Some("array"), None) => match property.items.as_deref() {
            Some(items) => {
                match (&items.reference, items.type_.as_deref(), items.additional_properties) {
                    (Some(reference), None, None) => {
                        Ok(Kind::Models(referred(reference)?.to_owned()))
                    }
                    (None, Some("object"), Some(true)) => Ok(Kind::Maps),
                    _ => Err("a list of unsupported items".into()),
                }
            }
            None => Err("a list without items".into()),
        },
        (type_, format) => Err(format!("type {type_:?} with format {format:?}")),
    }
}

/// The mirror and the models that a field names must exist.
fn check_links(models: &[Model]) -> Result<(), String> {
    for model in models {
        for field in &model.fields {
            let at = |problem: String| format!("{}.{}: {problem}", model.name, field.name);
            if let Some(mirror) = &field.mirrors
                && !model.fields.iter().any(|f| f.name == *mirror && f.kind == field.kind)
            {
                return Err(at(format!("mirrors {mirror}, which is not a field of the same kind")));
            }
            if let Kind::Model(name) | Kind::Models(name) = &field.kind
                && !models.iter().any(|m| m.name == *name)
            {
                return Err(at(format!("there is no schema {name}")));
            }
        }
        if let Some(id) = &model.id
            && !model.fields.iter().any(|f| f.name == *id)
        {
            return Err(format!("{}: its id {id} is not a field", model.name));
        }
    }
    Ok(())
}
