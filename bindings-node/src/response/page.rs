//! One page of a list: its rows and the members of its envelope.

use std::sync::{Mutex, MutexGuard};

use lomi::binding::{Content, Pager};
use lomi::{Error, PageInfo, Response};

use super::call_result::CallResult;
use super::json_writer::JsonWriter;
use super::metadata;
use super::object_writer::ObjectWriter;

/// The page that a request of `pager` ended with.
pub(crate) fn page_of(pager: &Mutex<Pager>, result: Result<Response, Error>) -> CallResult {
    let page = result.and_then(|response| accept(pager, &response));
    page.unwrap_or_else(|error| CallResult::error(&error))
}

/// Locks a pager.
pub(crate) fn lock(pager: &Mutex<Pager>) -> Result<MutexGuard<'_, Pager>, Error> {
    pager.lock().map_err(|_| Error::internal("an earlier request of this list ended in a panic"))
}

fn accept(pager: &Mutex<Pager>, response: &Response) -> Result<CallResult, Error> {
    let mut pager = lock(pager)?;
    let fresh = pager.accept(response)?;
    // A list that grows between two requests repeats rows of the page before; they are left out.
    let rows = rows(response, |at| fresh.has(at))?;
    with_rows(response, rows, pager.next().is_some())
}

/// The rows of a page that `keep` selects by their index.
pub(super) fn rows(response: &Response, keep: impl Fn(usize) -> bool) -> Result<JsonWriter, Error> {
    let mut writer = JsonWriter::list(response.body.len());
    match response.raw_json(&mut writer, keep)? {
        lomi::binding::Decoded::Rows(..) => Ok(writer),
        _ => Err(Error::not_a_list()),
    }
}

/// A page with these rows. `more` is `has_more` where the envelope does not say it.
pub(super) fn with_rows(
    response: &Response,
    mut rows: JsonWriter,
    more: bool,
) -> Result<CallResult, Error> {
    let (notes, earlier) = (rows.notes(), rows.earlier());
    let mut list = rows.json;
    list.push(b']');
    let mut json = Vec::with_capacity(list.len() + 160);
    json.extend_from_slice(b"{\"data\":");
    json.extend_from_slice(&list);
    let mut page = ObjectWriter::resume(json);
    if let Content::Rows(_, _, envelope) = &response.content {
        write_envelope(&mut page, envelope, more);
    }
    let metadata = Some(metadata::of_reply(response));
    Ok(CallResult {
        tag: CallResult::PAGE,
        earlier,
        metadata,
        notes,
        ..CallResult::any(page.end())
    })
}

fn write_envelope(page: &mut ObjectWriter, envelope: &PageInfo, more: bool) {
    for (name, number) in [
        ("total", envelope.total),
        ("limit", envelope.limit),
        ("offset", envelope.offset),
        ("page", envelope.page),
        ("total_pages", envelope.total_pages),
    ] {
        page.number(name, number);
    }
    page.number("has_more", Some(envelope.has_more.unwrap_or(more)));
    page.string("next_cursor", envelope.next_cursor.as_deref());
}
