//! What a download has returned.

use bytes::Bytes;

use super::Response;
use crate::request::Target;

/// What a download has returned.
#[derive(Debug)]
pub enum Downloaded<'r> {
    /// The file, in memory.
    Bytes(&'r Bytes),
    /// The size of the file that was saved.
    Saved(u64),
}

impl Response {
    /// What a download has returned; `None` for any other call.
    #[doc(hidden)]
    pub fn downloaded(&self) -> Option<Downloaded<'_>> {
        match (&self.target, self.saved) {
            (Some(Target::Download(_)), Some(size)) => Some(Downloaded::Saved(size)),
            (Some(Target::Download(_)), None) => Some(Downloaded::Bytes(&self.body)),
            _ => None,
        }
    }
}
