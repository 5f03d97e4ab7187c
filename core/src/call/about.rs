//! What a call is about, for an error whose outcome is unknown.

use std::sync::Arc;
use std::time::SystemTime;

use crate::error::UnknownCall;
use crate::message::Language;
use crate::request::{Input, Target};

/// What a call is about.
#[derive(Debug)]
pub(super) struct About {
    pub(super) target: Target,
    pub(super) input: Arc<Input>,
    pub(super) idempotency_key: Option<String>,
    pub(super) account: Option<String>,
    /// Whether a repeated call does the work once.
    pub(super) is_repeatable: bool,
    pub(super) started_at: SystemTime,
    pub(super) clock_offset: Option<i64>,
    pub(super) language: Option<Language>,
}

impl About {
    /// What is known of the call, which ends now.
    pub(super) fn unknown_call(&self) -> UnknownCall {
        UnknownCall {
            operation: self.target.name(),
            path: self.input.path.clone(),
            body: self.input.body.clone(),
            idempotency_key: self.idempotency_key.clone(),
            account: self.account.clone(),
            is_repeatable: self.is_repeatable,
            started_at: self.started_at,
            ended_at: SystemTime::now(),
            clock_offset: self.clock_offset,
            is_of_this_process: true,
        }
        .without_card_data()
    }
}
