//! The value in a response: one object, a page or any JSON.

use lomi::binding::{Content, Decoded};
use lomi::{Error, Response};

use super::call_result::CallResult;
use super::json_writer::JsonWriter;
use super::{metadata, page};
use crate::table;

/// What a call ended with.
pub(crate) fn result_of(result: Result<Response, Error>) -> CallResult {
    let read = result.and_then(|response| response.read_with(read));
    read.unwrap_or_else(|error| CallResult::error(&error))
}

fn read(response: &Response) -> Result<CallResult, Error> {
    if let Content::Rows(_, _, envelope) = &response.content {
        let rows = page::rows(response, |_| true)?;
        return page::with_rows(response, rows, envelope.has_more.unwrap_or(false));
    }
    // A row of a list that was read by itself has no response.
    let metadata = (response.attempts > 0).then(|| metadata::of_reply(response));
    let mut writer = JsonWriter::with_room(response.body.len());
    let tag = match response.raw_json(&mut writer, |_| true)? {
        Decoded::Nothing => return Ok(CallResult::nothing(metadata)),
        Decoded::One(()) => match &response.content {
            Content::One(model, _) => {
                let warned = if response.warning().is_some() { CallResult::WARNED } else { 0 };
                CallResult::ONE | warned | table::number_of(model) << 8
            }
            _ => CallResult::ANY,
        },
        Decoded::Rows(..) => return Err(Error::internal("rows without a page")),
    };
    let notes = writer.notes();
    Ok(CallResult { tag, json: writer.json, earlier: Vec::new(), metadata, notes })
}
