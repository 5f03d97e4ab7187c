//! A checkout session as each generation shows it.

use bytes::Bytes;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value, json};

use super::error::ApiError;
use super::fields::{FIELDS, Field, FieldType};
use crate::generation::Generation;
use crate::state::app::App;
use crate::state::sessions::{Session, Status};
use crate::state::time::{Millis, iso};

/// A session, serialized in the shape of one generation.
pub(crate) struct SessionView<'a> {
    /// Generation whose shape is used.
    pub(crate) generation: Generation,
    /// For the checkout page's address and the account ids.
    pub(crate) app: &'a App,
    /// The session.
    pub(crate) session: &'a Session,
    /// Present time: an open session past its end is shown as expired.
    pub(crate) now: Millis,
}

impl Serialize for SessionView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut input = self.session.input();
        let mut map = serializer.serialize_map(None)?;
        for field in FIELDS.iter().filter(|f| f.is_shown_by(self.generation)) {
            map.serialize_entry(field.name, &self.value(field, &mut input))?;
        }
        map.end()
    }
}

impl SessionView<'_> {
    fn value(&self, field: &Field, input: &mut Map<String, Value>) -> Value {
        let session = self.session;
        match field.name {
            "checkout_session_id" => session.id.to_string().into(),
            "url" | "checkout_url" => self.app.checkout_url(session.id).into(),
            "status" => match session.status_at(self.now) {
                Status::Open => "open".into(),
                Status::Expired => "expired".into(),
                Status::Completed => self.generation.completed_word().into(),
            },
            "merchant_id" => self.app.identity.merchant_id.to_string().into(),
            "organization_id" => self.app.identity.organization_id.to_string().into(),
            "created_by" => self.app.identity.user_id.to_string().into(),
            "environment" => session.environment.word().into(),
            "expires_at" => iso(session.expires_at).into(),
            "created_at" => iso(session.created_at).into(),
            "updated_at" => iso(session.updated_at).into(),
            // Two names of one field: a value sent under one is shown under the other.
            "description" => either(input, "description", "public_description"),
            "public_description" => either(input, "public_description", "description"),
            "allowed_providers" => providers(self.generation, input.remove(field.name)),
            name => input.remove(name).unwrap_or_else(|| self.default_value(field)),
        }
    }

    fn default_value(&self, field: &Field) -> Value {
        match field.name {
            "quantity" => 1.into(),
            "currency_code" => "XOF".into(),
            "require_billing_address" => (self.generation == Generation::B).into(),
            "require_email" | "require_phone" | "require_name" => true.into(),
            _ if field.field_type == FieldType::Bool => false.into(),
            _ if field.field_type == FieldType::Object => Value::Object(Map::new()),
            _ => Value::Null,
        }
    }
}

/// A session in the shape of today's server.
pub(crate) fn session_value(app: &App, session: &Session) -> Value {
    let view = SessionView { generation: Generation::D, app, session, now: app.clock.now() };
    serde_json::to_value(view).unwrap_or_default()
}

/// The body of a response with one session.
pub(crate) fn session_body(
    app: &App,
    generation: Generation,
    session: &Session,
    now: Millis,
) -> Result<Bytes, ApiError> {
    let view = SessionView { generation, app, session, now };
    let body = if generation == Generation::A {
        serde_json::to_vec(&json!({ "data": view }))
    } else {
        serde_json::to_vec(&view)
    };
    body.map(Bytes::from).map_err(|e| ApiError::bad_request(e.to_string()))
}

/// One field of a session, for sorting by it.
pub(crate) fn field_value(view: &SessionView<'_>, field: &Field) -> Value {
    view.value(field, &mut view.session.input())
}

fn either(input: &mut Map<String, Value>, first: &str, second: &str) -> Value {
    input.remove(first).or_else(|| input.remove(second)).unwrap_or(Value::Null)
}

/// An array in A; one comma-separated string in C, whose models have no array here.
fn providers(generation: Generation, value: Option<Value>) -> Value {
    match (generation, value) {
        (Generation::C, Some(Value::Array(codes))) => {
            let codes: Vec<&str> = codes.iter().filter_map(Value::as_str).collect();
            codes.join(",").into()
        }
        (Generation::A, Some(Value::String(codes))) => {
            codes.split(',').map(|code| Value::from(code.trim())).collect()
        }
        (_, value) => value.unwrap_or(Value::Null),
    }
}
