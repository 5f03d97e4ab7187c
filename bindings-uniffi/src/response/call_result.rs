//! The result of a call.

use lomi::binding::{Content, Decoded, Downloaded, NewRows};
use lomi::{Error, Response};

use super::error::error;
use super::frame::{ANY, BYTES, NOTHING, ONE, PAGE, START, begin, end};
use super::metadata;
use crate::packed::{PackedSink, Writer};

/// What a call ended with.
pub(crate) fn result_of(result: Result<Box<Response>, Error>) -> Vec<u8> {
    let read = result.and_then(|response| response.read_with(read));
    read.unwrap_or_else(|failed| error(&failed))
}

/// No value.
pub(crate) fn nothing() -> Vec<u8> {
    let mut writer = begin(0);
    writer.null();
    end(writer, NOTHING, START)
}

/// A value that is not the response to a call.
pub(crate) fn any(write: impl FnOnce(&mut Writer)) -> Vec<u8> {
    let mut writer = begin(64);
    write(&mut writer);
    let end_of_body = writer.bytes.len();
    writer.null();
    end(writer, ANY, end_of_body)
}

/// A string, or an error.
pub(crate) fn string(result: Result<String, Error>) -> Vec<u8> {
    match result {
        Ok(string) => any(|writer| writer.string(&string)),
        Err(failed) => error(&failed),
    }
}

/// An object that is not the response to a call.
pub(crate) fn object(write: impl FnOnce(&mut PackedSink) -> Result<(), Error>) -> Vec<u8> {
    let mut sink = PackedSink { writer: begin(1024) };
    match write(&mut sink) {
        Ok(()) => {
            let end_of_body = sink.writer.bytes.len();
            sink.writer.null();
            end(sink.writer, ONE, end_of_body)
        }
        Err(failed) => error(&failed),
    }
}

/// The rows of a page that are new, and whether more pages follow.
pub(crate) fn page_of(response: &Response, rows: &NewRows, more: bool) -> Result<Vec<u8>, Error> {
    write_page(response, |at| rows.has(at), more)
}

fn read(response: &Response) -> Result<Vec<u8>, Error> {
    match response.downloaded() {
        Some(Downloaded::Saved(size)) => {
            return Ok(any(|writer| writer.integer(i64::try_from(size).unwrap_or(i64::MAX))));
        }
        Some(Downloaded::Bytes(bytes)) => {
            let mut writer = begin(bytes.len());
            writer.bytes.extend_from_slice(bytes);
            let end_of_body = writer.bytes.len();
            metadata::write(&mut writer, response, None);
            return Ok(end(writer, BYTES, end_of_body));
        }
        None => {}
    }
    if let Content::Rows(_, _, envelope) = &response.content {
        return write_page(response, |_| true, envelope.has_more.unwrap_or(false));
    }
    let mut sink = PackedSink { writer: begin(2 * response.body.len()) };
    let tag = match (response.decode(&mut sink)?, &response.content) {
        (Decoded::Nothing, _) => NOTHING,
        (Decoded::One(()), Content::One(..)) => ONE,
        (Decoded::One(()), _) => ANY,
        (Decoded::Rows(..), _) => return Err(Error::internal("rows without a page")),
    };
    let end_of_body = sink.writer.bytes.len();
    // An event of `reconcile` has no response of its own.
    match response.attempts {
        0 => sink.writer.null(),
        _ => metadata::write(&mut sink.writer, response, None),
    }
    Ok(end(sink.writer, tag, end_of_body))
}

/// The rows of a page that `keep` selects by their position. `more` is `has_more` where the envelope
/// does not say it.
fn write_page(
    response: &Response,
    keep: impl Fn(usize) -> bool,
    more: bool,
) -> Result<Vec<u8>, Error> {
    let mut sink = PackedSink { writer: begin(2 * response.body.len()) };
    let list = sink.writer.begin_list();
    let Decoded::Rows(rows, envelope) = response.decode_rows(&mut sink, keep)? else {
        return Err(Error::not_a_list());
    };
    sink.writer.end(list, rows.len());
    let end_of_body = sink.writer.bytes.len();
    let more = envelope.has_more.unwrap_or(more);
    metadata::write(&mut sink.writer, response, Some((&envelope, more)));
    Ok(end(sink.writer, PAGE, end_of_body))
}
