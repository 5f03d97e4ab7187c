//! A session as each generation writes it.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};

use super::fields::{FIELDS, Field, Kind};
use crate::generation::Generation;
use crate::state::app::App;
use crate::state::clock::{Millis, iso};
use crate::state::sessions::{Session, Status};

/// A session with all that is needed to write it down.
pub(crate) struct Rendered<'a> {
    /// Shape to write.
    pub(crate) generation: Generation,
    /// For the addresses and the account ids.
    pub(crate) app: &'a App,
    /// The session itself.
    pub(crate) session: &'a Session,
    /// Time at which it is looked at: an open session past its end is expired.
    pub(crate) now: Millis,
}

impl Serialize for Rendered<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut input = self.session.input();
        let mut map = serializer.serialize_map(None)?;
        for field in FIELDS.iter().filter(|f| f.shown_by(self.generation)) {
            map.serialize_entry(field.name, &self.value(field, &mut input))?;
        }
        map.end()
    }
}

impl Rendered<'_> {
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
            // Two names of one thing: what was sent under either is shown under the other.
            "description" => either(input, "description", "public_description"),
            "public_description" => either(input, "public_description", "description"),
            "allowed_providers" => providers(self.generation, input.remove(field.name)),
            name => input.remove(name).unwrap_or_else(|| self.absent(field)),
        }
    }

    fn absent(&self, field: &Field) -> Value {
        match field.name {
            "quantity" => 1.into(),
            "currency_code" => "XOF".into(),
            "require_billing_address" => (self.generation == Generation::B).into(),
            "require_email" | "require_phone" | "require_name" => true.into(),
            _ if field.kind == Kind::Bool => false.into(),
            _ if field.kind == Kind::Object => Value::Object(Map::new()),
            _ => Value::Null,
        }
    }
}

/// One field of a session, for sorting by it.
pub(crate) fn field_value(rendered: &Rendered<'_>, field: &Field) -> Value {
    rendered.value(field, &mut rendered.session.input())
}

fn either(input: &mut Map<String, Value>, first: &str, second: &str) -> Value {
    input.remove(first).or_else(|| input.remove(second)).unwrap_or(Value::Null)
}

/// An array in A; one comma-separated string in C, whose models cannot hold an array.
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
