//! Requests the pages of a list, one after the other.

use ext_php_rs::types::Zval;
use lomi::binding::table::Operation;
use lomi::binding::{Decoded, Pager, Target};
use lomi::{CallOptions, Response};

use crate::client::state::ClientState;
use crate::convert::decode::PhpSink;
use crate::zend::{Thrown, guarded};

/// A position in a list: the client, the operation and the request for the next page.
#[derive(Clone)]
pub(super) struct Walk {
    pub(super) client: ClientState,
    pub(super) operation: &'static Operation,
    pub(super) options: CallOptions,
    pub(super) pager: Pager,
}

impl Walk {
    /// Requests the next page; nothing at the end.
    pub(super) fn fetch_next(&self) -> Result<Option<Box<Response>>, Thrown> {
        let Some(input) = self.pager.next() else { return Ok(None) };
        let target = Target::Operation(self.operation);
        self.client.sender.call(target, input.clone(), self.options.clone()).map(Some)
    }

    /// The rows of a response that earlier pages did not have.
    pub(super) fn read_rows(
        &mut self,
        response: &Response,
    ) -> Result<(Vec<Zval>, lomi::PageInfo), Thrown> {
        let fresh = self.pager.accept(response)?;
        // When a list changes between two pages, rows may appear twice; repeated rows are left
        // out.
        let keep = |at: usize| fresh.has(at);
        let decode = || response.decode_rows(&mut PhpSink::arrays().rows(), keep);
        let decoded = guarded(|| response.catch_panic(|_| decode())).and_then(|decoded| decoded);
        let Decoded::Rows(rows, info) = decoded.map_err(|thrown| thrown.after(response))? else {
            return Err(lomi::Error::not_a_list().into());
        };
        Ok((rows, info))
    }
}
