//! Functions outside of a call, by their names: arguments are values one after the other, and the result
//! is that of a call.

use std::collections::HashMap;
use std::sync::Arc;

use lomi::{Error, Value};

use super::objects::{self, Object};
use crate::events::MissedEvents;
use crate::offline::Offline;
use crate::packed::Reader;
use crate::pages::Pager;
use crate::response::{any, error, nothing};
use crate::webhooks::MemoryStore;
use crate::{checks, values, webhooks};

/// Calls a function.
pub(super) fn call(name: &str, arguments: &[u8]) -> Vec<u8> {
    run(name, &mut Arguments(Reader::new(arguments))).unwrap_or_else(|refused| error(&refused))
}

fn run(name: &str, given: &mut Arguments<'_>) -> Result<Vec<u8>, Error> {
    Ok(match name {
        "redact" => text(&checks::redact(given.utf8()?)),
        "message" => text(&checks::message(given.utf8()?, given.texts()?, None)),
        "isLogEnabled" => boolean(checks::is_log_enabled(given.text()?)),
        "paymentRequired" => text(&checks::payment_required(given.optional()?)),
        "nothingToConfirm" => checks::nothing_to_confirm(),
        "jsonOf" => text(&given.value()?.to_string()),
        "valueOfJson" => values::value_of_json(given.text()?),
        "readObject" => values::read_object(given.small()?, given.utf8()?),
        "money" => values::money(given.utf8()?, given.utf8()?),
        "moneyFromMajor" => values::money_from_major(given.utf8()?, given.utf8()?),
        "idempotencyKey" => text(&values::idempotency_key()),
        "idempotencyKeyForOrder" => values::key_for_order(given.value()?, given.value()?),
        "constructEvent" => {
            let (payload, signature) = (given.bytes()?, given.text()?);
            webhooks::checked_event(payload, &signature, &given.list()?, &given.value()?)
        }
        "sign" => webhooks::sign(given.bytes()?.to_vec(), given.utf8()?),
        "replayKey" => webhooks::replay_key(given.utf8()?),
        "webhookRefusal" => {
            let refusal = webhooks::webhook_refusal(given.utf8()?, given.optional()?);
            any(|writer| writer.bytes.extend_from_slice(&refusal))
        }
        "webhookMaxBody" => integer(webhooks::webhook_max_body().into()),
        "webhookBodyTooLarge" => webhooks::webhook_body_too_large(),
        "webhookBodyAlreadyRead" => webhooks::webhook_body_already_read(),
        _ => return of_object(name, given),
    })
}

/// The functions that make or use an object.
fn of_object(name: &str, given: &mut Arguments<'_>) -> Result<Vec<u8>, Error> {
    Ok(match name {
        "about" => {
            let about = objects::client(given.number()?)?.about();
            any(|writer| writer.bytes.extend_from_slice(&about))
        }
        "pager" => {
            let pager = Pager::of(&given.text()?, given.small()?, given.value()?)?;
            kept(Object::Pager(Arc::new(pager)))
        }
        "fork" => kept(Object::Pager(Arc::new(objects::pager(given.number()?)?.forked()?))),
        "missedEvents" => kept(Object::Events(Arc::new(MissedEvents::since(given.text()?)?))),
        "cursor" => text(&objects::events(given.number()?)?.position()?),
        "stub" => kept(Object::Offline(Arc::new(Offline::new()))),
        "replay" => kept(Object::Offline(Arc::new(Offline::of_recording(&given.text()?)?))),
        "respond" => {
            let offline = objects::offline(given.number()?)?;
            offline.respond(given.utf8()?, given.small()?, given.utf8()?)
        }
        "fail" => objects::offline(given.number()?)?.fail(given.utf8()?, given.utf8()?),
        "requests" => values::value_of_json(objects::offline(given.number()?)?.requests()),
        "memoryStore" => {
            let size = u32::try_from(given.number()?).unwrap_or(u32::MAX);
            kept(Object::Store(Arc::new(MemoryStore::new(size))))
        }
        "remember" => {
            let store = objects::store(given.number()?)?;
            boolean(store.remembered(&given.text()?, given.seconds()?))
        }
        "forget" => {
            objects::store(given.number()?)?.forgotten(&given.text()?);
            nothing()
        }
        _ => return Err(Error::internal(format!("there is no function {name}"))),
    })
}

fn kept(object: Object) -> Vec<u8> {
    integer(objects::keep(object))
}

fn text(text: &str) -> Vec<u8> {
    any(|writer| writer.string(text))
}

fn integer(number: i64) -> Vec<u8> {
    any(|writer| writer.integer(number))
}

fn boolean(value: bool) -> Vec<u8> {
    any(|writer| writer.boolean(value))
}

/// The arguments of a function, read one after the other.
struct Arguments<'a>(Reader<'a>);

impl<'a> Arguments<'a> {
    fn value(&mut self) -> Result<Value, Error> {
        self.0.value()
    }

    /// Bytes with their length, which are no value.
    fn bytes(&mut self) -> Result<&'a [u8], Error> {
        self.0.bytes()
    }

    fn optional(&mut self) -> Result<Option<String>, Error> {
        Ok(match self.value()? {
            Value::String(text) => Some(text),
            _ => None,
        })
    }

    fn text(&mut self) -> Result<String, Error> {
        self.optional()?.ok_or_else(wrong)
    }

    /// Text for a function that Ruby calls with bytes.
    fn utf8(&mut self) -> Result<Vec<u8>, Error> {
        Ok(self.text()?.into_bytes())
    }

    fn number(&mut self) -> Result<i64, Error> {
        self.value()?.as_i64().ok_or_else(wrong)
    }

    fn small(&mut self) -> Result<u16, Error> {
        u16::try_from(self.number()?).map_err(|_| wrong())
    }

    fn seconds(&mut self) -> Result<f64, Error> {
        self.value()?.as_f64().ok_or_else(wrong)
    }

    fn list(&mut self) -> Result<Vec<String>, Error> {
        let Value::Array(items) = self.value()? else { return Err(wrong()) };
        Ok(items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect())
    }

    fn texts(&mut self) -> Result<HashMap<String, String>, Error> {
        let Value::Object(fields) = self.value()? else { return Err(wrong()) };
        let text = |(name, value): (String, Value)| Some((name, value.as_str()?.to_owned()));
        Ok(fields.into_iter().filter_map(text).collect())
    }
}

/// Both halves are of one version, so this is a defect.
fn wrong() -> Error {
    Error::internal("an argument of a native method has the wrong type")
}
