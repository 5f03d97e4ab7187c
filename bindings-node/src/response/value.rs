//! The value in a response: one object, a page or any JSON.

use lomi::binding::{Content, Decoded, Downloaded};
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

/// What a download ended with: its bytes, or the size of its file.
pub(crate) fn downloaded(result: Result<Response, Error>) -> CallResult {
    let response = match result {
        Ok(response) => response,
        Err(error) => return CallResult::error(&error),
    };
    if let Some(Downloaded::Saved(size)) = response.downloaded() {
        return CallResult::any(size.to_string().into_bytes());
    }
    CallResult { bytes: Some(response.body.into()), ..CallResult::any(Vec::new()) }
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
    Ok(CallResult { tag, metadata, notes, ..CallResult::any(writer.json) })
}
