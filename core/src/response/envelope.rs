//! Finds the object or the rows in a body, in the envelope of any version of the API: bare,
//! `{data}`, `{success, data}`, a list with one row, and every list envelope.

use bytestring::ByteString;

use super::error_body::{self, ParsedError};
use crate::error::{Error, ErrorKind};
use crate::json::Values;
use crate::json::document::{Document, Value};
use crate::limits::Limits;
use crate::message::Message;
use crate::messages::error as words;
use crate::messages::response as messages;
use crate::table::{CONFIRMATION_REQUIRED, MODELS};
use crate::table::{Model, Returns};

/// The content of a body, and its position there.
#[derive(Debug, Clone)]
pub enum Content {
    /// There is no value.
    Nothing,
    /// One object of a model.
    One(&'static Model, Place),
    /// A list of objects of a model.
    Rows(&'static Model, Place, PageInfo),
    /// A value without a schema.
    Any(Place),
}

/// A position in the document of a body.
#[derive(Debug, Clone, Copy)]
pub struct Place(pub(crate) usize);

/// The envelope's information about a list. Each version of the API sends another part of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PageInfo {
    /// How many items the whole list has, if the server counts them.
    pub total: Option<u64>,
    /// The most items in a page.
    pub limit: Option<u64>,
    /// How many items are before this page.
    pub offset: Option<u64>,
    /// Number of this page, from 1.
    pub page: Option<u64>,
    /// How many pages there are.
    pub total_pages: Option<u64>,
    /// Whether more pages follow.
    pub has_more: Option<bool>,
    /// The cursor of the next page.
    pub next_cursor: Option<String>,
}

/// How many levels may wrap an object, as in `[{"data": {...}}]`.
const WRAPPINGS: u32 = 3;

/// Finds the object or the rows in a body, which is parsed to its end: all of it is valid JSON. An
/// object may also be of one of the `alternatives`, which is recognized by its marker.
pub(crate) fn read(
    text: &ByteString,
    returns: Returns,
    alternatives: &[&'static Model],
    limits: Limits,
) -> Result<(Document, Content), Error> {
    if text.trim().is_empty() {
        return match returns {
            Returns::Nothing | Returns::Any => Ok((Document::default(), Content::Nothing)),
            _ => {
                let message = words::with_advice(messages::empty(), messages::empty_advice());
                Err(Error::unexpected(message))
            }
        };
    }
    if matches!(returns, Returns::Nothing) {
        // A 204 has no body, and a 200 of a delete may have any.
        return Ok((Document::default(), Content::Nothing));
    }
    let document = Document::read(text.clone(), limits).map_err(with_limits)?;
    let found = match returns {
        Returns::One(model) => one(&document, Document::ROOT, model, alternatives, WRAPPINGS),
        Returns::Page(model) => rows(&document, Document::ROOT, model, WRAPPINGS),
        Returns::Any | Returns::Nothing => Ok(Content::Any(Place(Document::ROOT))),
    };
    let content = found.map_err(|error| not_of_lomi(error, &document, limits))?;
    match (with_fields_beside(&document, &content)?, content) {
        (Some(text), Content::One(model, _)) => {
            Ok((Document::read(text, limits)?, Content::One(model, Place(Document::ROOT))))
        }
        (_, content) => Ok((document, content)),
    }
}

/// The object of a response with the fields that stand beside it: the secret of a new webhook does,
/// and no later response has it. Returns `None` if there are none.
fn with_fields_beside(document: &Document, content: &Content) -> Result<Option<ByteString>, Error> {
    let Content::One(model, place) = content else { return Ok(None) };
    if place.0 == Document::ROOT || document.at(Document::ROOT) != Value::Object {
        return Ok(None);
    }
    let is_given = |at: &usize| !document.is_null(*at);
    let beside: Vec<(&str, usize)> = (model.fields.iter().filter(|field| field.beside))
        .filter(|field| document.member(place.0, field.name).filter(is_given).is_none())
        .filter_map(|field| {
            Some((field.name, document.member(Document::ROOT, field.name).filter(is_given)?))
        })
        .collect();
    if beside.is_empty() {
        return Ok(None);
    }
    let mut object = document.emit(place.0, document.at(place.0), &mut Values)?;
    if let Some(fields) = object.as_object_mut() {
        for (name, at) in beside {
            fields.insert(name.to_owned(), document.emit(at, document.at(at), &mut Values)?);
        }
    }
    Ok(Some(object.to_string().into()))
}

/// Finds an object of a model in JSON that need not be a response: if no part of it has the model's
/// id, the whole is the object.
pub(crate) fn read_object(
    text: &ByteString,
    model: &'static Model,
    limits: Limits,
) -> Result<(Document, Content), Error> {
    if text.trim().is_empty() {
        return Err(Error::unexpected(messages::empty()));
    }
    let document = Document::read(text.clone(), limits)?;
    let content = match one(&document, Document::ROOT, model, MODELS, WRAPPINGS) {
        Err(_) if document.at(Document::ROOT) == Value::Object => {
            Content::One(model, Place(Document::ROOT))
        }
        other => other?,
    };
    Ok((document, content))
}

/// Adds to the error of JSON above the limits what to do about it.
fn with_limits(mut error: Error) -> Error {
    if error.inner.kind == ErrorKind::ResponseTooLarge {
        let advice = messages::limits_may_be_raised();
        error.inner.message = words::with_advice(error.inner.message, advice);
    }
    error
}

/// The error of JSON that is not what the API sends: the error that it reports with a status that
/// is a success, or where such JSON may come from.
fn not_of_lomi(mut error: Error, document: &Document, limits: Limits) -> Error {
    let given = |at: &usize| !document.is_null(*at);
    let parsed = match document.member(Document::ROOT, "error").filter(given) {
        Some(_) => error_body::read(document.source(), limits),
        None => ParsedError::default(),
    };
    match parsed.message {
        Some(message) => {
            let message = error_body::line(&message);
            error = Error::unexpected(messages::error_with_success(&message));
            error.inner.server_message = Some(message);
            error.inner.code = parsed.code;
        }
        None => {
            let advice = messages::not_of_lomi();
            error.inner.message = words::with_advice(error.inner.message, advice);
        }
    }
    error
}

fn one(
    document: &Document,
    place: usize,
    model: &'static Model,
    alternatives: &[&'static Model],
    wrappings: u32,
) -> Result<Content, Error> {
    match document.at(place) {
        Value::Object => {}
        Value::List => {
            let mut items = document.items(place);
            return match (items.next(), items.next()) {
                (Some(item), None) if wrappings > 0 => {
                    one(document, item, model, alternatives, wrappings - 1)
                }
                _ => Err(not_one(model, messages::a_list())),
            };
        }
        other => return Err(not_one(model, other.kind())),
    }
    let mut data = None;
    let (mut identified, mut marked) = (None, None);
    for key in document.names(place) {
        let member = key + 1;
        // An object with an id is that of the model, unless a marker says otherwise.
        if identified.is_some() {
            if alternatives.is_empty() {
                break;
            }
            if !document.is_true(member) {
                continue;
            }
        }
        let name = document.bytes(key);
        if model.ids.iter().any(|id| id.as_bytes() == name) {
            let value = document.at(member);
            let is_id = matches!(value, Value::Text(_) | Value::Integer(_) | Value::Number(_));
            identified = is_id.then_some(model).or(identified);
        } else if name == b"data" {
            data = Some(member);
        } else if document.is_true(member)
            && let Some(other) =
                alternatives.iter().find(|other| other.marker == Some(document.text(key)))
        {
            // Its marker identifies the model, such as `payment_required`.
            marked = Some(*other);
        }
    }
    // A response that asks for a confirmation is never taken for done, whatever else it contains.
    let unconfirmed = marked.filter(|model| std::ptr::eq(*model, &CONFIRMATION_REQUIRED));
    if let Some(model) = unconfirmed.or(identified).or(marked) {
        return Ok(Content::One(model, Place(place)));
    }
    let has_no_id = model.ids.is_empty();
    match data.filter(|data| matches!(document.at(*data), Value::Object | Value::List)) {
        _ if has_no_id && has_field(document, place, model) => {
            Ok(Content::One(model, Place(place)))
        }
        Some(data) if wrappings > 0 => one(document, data, model, alternatives, wrappings - 1),
        _ if model.id_optional && has_field(document, place, model) => {
            Ok(Content::One(model, Place(place)))
        }
        // Nothing tells such an object from another one, except an error.
        _ if has_no_id && document.member(place, "error").is_none() => {
            Ok(Content::One(model, Place(place)))
        }
        _ => Err(Error::unexpected(messages::without_id(model.names.rust))),
    }
}

/// Whether an object has any field of a model, and so is one, though it lacks its id. An object with
/// an error is none: its `status` may be that of the error.
fn has_field(document: &Document, place: usize, model: &Model) -> bool {
    document.member(place, "error").is_none()
        && document.names(place).any(|key| model.field(document.text(key)).is_some())
}

fn rows(
    document: &Document,
    place: usize,
    model: &'static Model,
    wrappings: u32,
) -> Result<Content, Error> {
    match document.at(place) {
        Value::Object => {}
        Value::List => {
            only_objects(document, place)?;
            return Ok(Content::Rows(model, Place(place), PageInfo::default()));
        }
        other => {
            return Err(Error::unexpected(messages::kind_not_list(other.kind())));
        }
    }
    let data = document.member(place, "data");
    let is_list = |at: &usize| document.at(*at) == Value::List;
    if let Some(list) = data.filter(is_list).or_else(|| only_list(document, place)) {
        only_objects(document, list)?;
        return Ok(Content::Rows(model, Place(list), page_info(document, place)));
    }
    match data {
        // {success, data: {data: [...], ...}}
        Some(data) if document.at(data) == Value::Object && wrappings > 0 => {
            rows(document, data, model, wrappings - 1)
        }
        _ => Err(Error::unexpected(messages::object_without_list())),
    }
}

/// The only list of an envelope: some name it after its items (`customers`, `events`).
fn only_list(document: &Document, place: usize) -> Option<usize> {
    let members = document.members(place).map(|(_, member)| member);
    let mut lists = members.filter(|member| document.at(*member) == Value::List);
    lists.next().filter(|_| lists.next().is_none())
}

fn only_objects(document: &Document, list: usize) -> Result<(), Error> {
    let mut values = document.items(list).map(|item| document.at(item));
    match values.find(|value| *value != Value::Object) {
        None => Ok(()),
        Some(other) => Err(Error::unexpected(messages::item_not_object(other.kind()))),
    }
}

/// The ids of a list's rows, in order; `None` for a row without one.
pub(crate) fn ids(
    document: &Document,
    list: Place,
    model: &'static Model,
) -> Result<Vec<Option<String>>, Error> {
    let given = |place: &usize| !document.is_null(*place);
    let rows = document.items(list.0).map(|row| {
        let primary = document.member(row, model.id?).filter(given);
        let other = |(name, place): &(&str, usize)| model.ids.contains(name) && given(place);
        primary.or_else(|| Some(document.members(row).find(other)?.1))
    });
    rows.map(|id| id.map(|place| text_of(document, place)).transpose()).collect()
}

fn text_of(document: &Document, place: usize) -> Result<String, Error> {
    Ok(match document.at(place) {
        Value::Text(text) | Value::Number(text) => text.to_owned(),
        other => document.emit(place, other, &mut Values)?.to_string(),
    })
}

fn page_info(document: &Document, envelope: usize) -> PageInfo {
    let mut info = PageInfo::default();
    for name in ["pagination", "meta"] {
        if let Some(inner) = document.member(envelope, name) {
            for (name, member) in document.members(inner) {
                // Only here does `total` count the whole list; elsewhere it counts the page.
                set_info(&mut info, name, document.at(member), true);
            }
        }
    }
    for (name, member) in document.members(envelope) {
        set_info(&mut info, name, document.at(member), false);
    }
    info
}

fn set_info(info: &mut PageInfo, name: &str, value: Value<'_>, counted: bool) {
    let number = || match value {
        Value::Integer(number) => u64::try_from(number).ok(),
        Value::Number(digits) => digits.parse().ok(),
        _ => None,
    };
    match name {
        "total" | "total_count" | "totalCount" if counted => info.total = number(),
        "limit" | "per_page" | "pageSize" => info.limit = info.limit.or(number()),
        "offset" => info.offset = info.offset.or(number()),
        "page" | "current_page" => info.page = info.page.or(number()),
        "total_pages" | "totalPages" => info.total_pages = info.total_pages.or(number()),
        "has_more" => {
            info.has_more = match value {
                Value::Boolean(flag) => Some(flag),
                _ => None,
            }
        }
        "next_cursor" => {
            info.next_cursor = match value {
                Value::Text(cursor) => Some(cursor.to_owned()),
                _ => None,
            }
        }
        _ => {}
    }
}

fn not_one(model: &Model, kind: Message) -> Error {
    Error::unexpected(messages::not_one(kind, model.names.rust))
}

#[cfg(test)]
mod tests;
