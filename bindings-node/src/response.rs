//! From the core to JavaScript: results of calls, and events of their attempts, as JSON.
//!
//! All strings are Latin-1: one byte per character, other characters escaped. V8 reads such a
//! string fastest.

mod call_result;
mod error;
mod event;
mod json_writer;
mod latin1;
mod metadata;
mod object_writer;
mod page;
mod value;

pub(crate) use call_result::{AtOnce, CallResult};
pub(crate) use error::error_string;
pub(crate) use event::AttemptEvent;
pub(crate) use json_writer::JsonWriter;
pub(crate) use page::{lock, page_of};
pub(crate) use value::{downloaded, result_of};
