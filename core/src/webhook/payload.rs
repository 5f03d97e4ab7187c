//! Reads the body of a delivery whose signature matches: it must be UTF-8, strict JSON and an
//! event.

use std::collections::HashSet;

use super::errors::payload_error;
use crate::error::Error;
use crate::json::document::{self, Document};
use crate::limits::Limits;
use crate::messages::bindings as shared;
use crate::messages::error as words;
use crate::messages::webhook as messages;

/// Parses the body as strict JSON and checks the fields that every event has.
pub(super) fn read(payload: &[u8]) -> Result<Document, Error> {
    if payload.is_empty() {
        return Err(payload_error(messages::empty()));
    }
    let text = text(payload)?;
    let document = Document::read(text.into(), Limits::default()).map_err(|error| {
        payload_error(error.inner.message.replace(&shared::the_response(), &words::the_delivery()))
    })?;
    if document.at(Document::ROOT) != document::Value::Object {
        return Err(payload_error(messages::not_an_object()));
    }
    if repeats_a_key(&document, Document::ROOT) {
        return Err(payload_error(messages::repeated_name()));
    }
    let has_text = |name: &str| {
        let member = document.member(Document::ROOT, name);
        member.is_some_and(
            |at| matches!(document.at(at), document::Value::Text(text) if !text.is_empty()),
        )
    };
    if !has_text("event") && !has_text("type") {
        return Err(payload_error(messages::no_name()));
    }
    if !has_text("id") {
        return Err(payload_error(messages::no_id()));
    }
    Ok(document)
}

/// Whether an object has a key twice: this library and the merchant's code could read different
/// amounts from it.
fn repeats_a_key(document: &Document, place: usize) -> bool {
    let mut seen = HashSet::new();
    document
        .members(place)
        .any(|(name, member)| !seen.insert(name) || repeats_a_key(document, member))
        || document.items(place).any(|item| repeats_a_key(document, item))
}

/// The body as a string. Another charset is refused by name.
fn text(payload: &[u8]) -> Result<&str, Error> {
    let other = match payload {
        [0xef, 0xbb, 0xbf, ..] => {
            return Err(payload_error(messages::byte_order_mark()));
        }
        [0, 0, 0xfe, 0xff, ..] | [0xff, 0xfe, 0, 0, ..] | [0, 0, 0, _, ..] | [_, 0, 0, 0, ..] => {
            "UTF-32"
        }
        [0xfe, 0xff, ..] | [0xff, 0xfe, ..] | [0, _, ..] | [_, 0, ..] => "UTF-16",
        _ => match std::str::from_utf8(payload) {
            Ok(text) => return Ok(text),
            Err(_) => return Err(payload_error(messages::not_utf())),
        },
    };
    Err(payload_error(messages::other_charset(other)))
}
