//! The way from one page of a list to the next.

use ext_php_rs::types::Zval;
use lomi::schema::Operation;
use lomi::{CallOptions, Decoded, Pager, Reply, Target};

use crate::client::state::ClientState;
use crate::convert::decode::PhpSink;
use crate::zend::{Thrown, guarded};

/// Where a walk stands: whom to ask, and for what.
#[derive(Clone)]
pub(super) struct Walk {
    pub(super) shared: ClientState,
    pub(super) operation: &'static Operation,
    pub(super) options: CallOptions,
    pub(super) pager: Pager,
}

impl Walk {
    /// The next page's answer; nothing at the end.
    pub(super) fn fetch_next(&self) -> Result<Option<Reply>, Thrown> {
        let Some(input) = self.pager.next() else { return Ok(None) };
        let target = Target::Operation(self.operation);
        self.shared.sender.call(target, input.clone(), self.options.clone()).map(Some)
    }

    /// The rows of an answer that were not seen before.
    pub(super) fn read_rows(
        &mut self,
        reply: &Reply,
    ) -> Result<(Vec<Zval>, lomi::PageFacts), Thrown> {
        let fresh = self.pager.accept(reply)?;
        // A list that shifts under a walk shows rows again; those are left out.
        let keep = |at: usize| fresh.has(at);
        let decode = || reply.decode_rows(&mut PhpSink::arrays().rows(), keep);
        let decoded = guarded(|| reply.caught(|_| decode())).and_then(|decoded| decoded);
        let Decoded::Rows(rows, facts) = decoded.map_err(|thrown| thrown.after(reply))? else {
            return Err(lomi::Error::not_a_list().into());
        };
        Ok((rows, facts))
    }
}
