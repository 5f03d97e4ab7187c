//! One page of a list, in typed Rust.

use super::envelope::PageInfo;
use super::typed::FromObject;
use super::{Decoded, Response};
use crate::error::Error;
use crate::json::{Value, Values};

/// One page of a list.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Page<T> {
    /// The rows.
    pub data: Vec<T>,
    /// What the server says about the whole list.
    pub facts: PageInfo,
}

impl<T: FromObject> Page<T> {
    pub(crate) fn read(response: &Response) -> Result<Self, Error> {
        response.reading(|response| Self::read_rows(response, |_| true))
    }

    pub(crate) fn read_rows(
        response: &Response,
        keep: impl Fn(usize) -> bool,
    ) -> Result<Self, Error> {
        let Decoded::Rows(rows, facts) = response.decode_rows(&mut Values, keep)? else {
            return Err(Error::not_a_list());
        };
        let objects = rows.into_iter().filter_map(|row| match row {
            Value::Object(fields) => Some(T::from_object(fields)),
            _ => None,
        });
        Ok(Self { data: objects.collect(), facts })
    }
}
