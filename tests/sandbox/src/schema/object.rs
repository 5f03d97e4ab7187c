//! An object of a resource as each generation shows it.

use serde_json::{Map, Value};
use uuid::Uuid;

use super::action::Shape;
use super::error::ApiError;
use super::export::{EXPORTS, export_value};
use super::resource::{Field, Kind, Resource};
use super::table::RESOURCES;
use crate::generation::Generation;
use crate::state::app::App;
use crate::state::environment::Environment;
use crate::state::objects::Object;
use crate::state::time::iso;

/// A new object with the fields of a request: it has the id of the request, or a random one, and
/// the first status of its resource where none was sent.
///
/// # Errors
/// 400 when the id of the request is not a UUID.
pub(crate) fn new_object(
    app: &App,
    resource: &Resource,
    environment: Environment,
    mut input: Map<String, Value>,
) -> Result<Object, ApiError> {
    let id = match input.remove(resource.id) {
        None => Uuid::new_v4(),
        Some(id) => id
            .as_str()
            .and_then(|id| id.parse().ok())
            .ok_or_else(|| ApiError::bad_request(format!("{} must be a UUID", resource.id)))?,
    };
    if let Some(Field { kind: Kind::OneOf(words), .. }) = resource.field("status")
        && let Some(first) = words.first()
        && !input.contains_key("status")
    {
        input.insert("status".to_owned(), Value::from(*first));
    }
    Ok(Object::new(resource.name, id.to_string(), environment, app.clock.now(), &input))
}

/// An object in the shape of one generation.
pub(crate) fn object_value(
    app: &App,
    generation: Generation,
    resource: &Resource,
    object: &Object,
) -> Value {
    let fields = object.fields();
    let is_shown = |f: &&Field| f.is_shown_by(generation) || f.name == resource.id;
    let shown = resource.fields.iter().filter(is_shown);
    Value::Object(
        shown
            .map(|f| (f.name.to_owned(), field_value(app, resource, object, &fields, f)))
            .collect(),
    )
}

/// An object as an action shows it.
pub(crate) fn shape_value(
    app: &App,
    generation: Generation,
    shape: &Shape,
    object: &Object,
) -> Value {
    let fields = object.fields();
    // What only other generations document is shown where nothing else would be.
    let own: Vec<&Field> = shape.fields.iter().filter(|f| f.is_shown_by(generation)).collect();
    let shown = match own.is_empty() {
        true => shape.fields.iter().filter(|f| f.read).collect(),
        false => own,
    };
    let known = RESOURCES.iter().find(|r| r.model == shape.name);
    let value = |field: &Field| match field.name {
        name if Some(name) == shape.id => object.id.as_str().into(),
        "created_at" => iso(object.created_at).into(),
        "updated_at" => iso(object.updated_at).into(),
        "environment" => object.environment.word().into(),
        name => match (fields.get(name), known) {
            (Some(value), _) => value.clone(),
            (None, Some(resource)) => field_value(app, resource, object, &fields, field),
            (None, None) => shape_default(app, field),
        },
    };
    let id = shape.id.and_then(|id| shape.fields.iter().find(|f| f.name == id));
    let all = id.into_iter().chain(shown);
    let mut members: Map<String, Value> = all.map(|f| (f.name.to_owned(), value(f))).collect();
    // No document names the id of some objects.
    if shape.id.is_none() && object.id != "one" {
        members.entry("id").or_insert_with(|| object.id.as_str().into());
    }
    // Nor are the fields of a dispute documented: what it was given is shown.
    if shape.name == "Dispute" {
        for (name, value) in &fields {
            members.entry(name.as_str()).or_insert_with(|| value.clone());
        }
    }
    Value::Object(members)
}

fn shape_default(app: &App, field: &Field) -> Value {
    match (field.name, field.kind) {
        ("organization_id", _) => app.identity.organization_id.to_string().into(),
        ("merchant_id", _) => app.identity.merchant_id.to_string().into(),
        ("currency_code" | "target_currency", _) => "XOF".into(),
        (_, Kind::Number) if field.money => 0.into(),
        (_, Kind::Number) => 0.into(),
        (_, Kind::Boolean) => false.into(),
        (_, Kind::OneOf(words)) => words.first().map_or(Value::Null, |word| Value::from(*word)),
        _ => Value::Null,
    }
}

/// One field of an object.
pub(crate) fn field_value(
    app: &App,
    resource: &Resource,
    object: &Object,
    fields: &Map<String, Value>,
    field: &Field,
) -> Value {
    match field.name {
        name if name == resource.id => object.id.as_str().into(),
        "created_at" => iso(object.created_at).into(),
        "updated_at" => iso(object.updated_at).into(),
        "environment" => object.environment.word().into(),
        name => {
            let sent = fields.get(name).or_else(|| fields.get(field.mirrors?));
            sent.cloned().unwrap_or_else(|| default_value(app, resource, object, field))
        }
    }
}

fn default_value(app: &App, resource: &Resource, object: &Object, field: &Field) -> Value {
    match (resource.name, field.name) {
        (EXPORTS, name) => export_value(app, object, name),
        (_, "organization_id") => app.identity.organization_id.to_string().into(),
        (_, "merchant_id") => app.identity.merchant_id.to_string().into(),
        (_, "created_by") => app.identity.user_id.to_string().into(),
        ("payment_links", "url") | ("payment_requests", "payment_link") => {
            app.payment_page_url(&object.id).into()
        }
        ("payment_links", "require_billing_address") => true.into(),
        (_, "is_active" | "is_valid") => true.into(),
        _ if field.kind == Kind::Boolean => false.into(),
        _ if field.empty => Value::Object(Map::new()),
        _ => Value::Null,
    }
}
