//! How a call ended, as bytes: a tag, the length of the body, the body, and the metadata, which is
//! null or a map.

mod call_result;
mod error;
mod frame;
mod metadata;

pub(crate) use call_result::{any, nothing, object, page_of, result_of, string};
pub(crate) use error::{Refusal, error};
