//! Headers of a call that are options: an `Idempotency-Key`, an `X-Request-Id` or a `Lomi-Account`
//! is checked, sent and reported as the option of that name.

use super::arguments::CallOptions;
use crate::config::headers::{
    ACCOUNT, IDEMPOTENCY_KEY, REQUEST_ID, blank_option, check_client_headers, take_header,
};
use crate::error::Error;
use crate::idempotency_key;

impl CallOptions {
    /// Moves these headers into their options.
    pub(crate) fn take_option_headers(&mut self) -> Result<(), Error> {
        if !self.default_headers.is_empty() {
            check_client_headers(self.default_headers.iter().map(|(name, _)| name.as_str()))?;
            self.headers.append(&mut self.default_headers);
        }
        if !self.headers.is_empty() {
            take_header(
                &mut self.headers,
                IDEMPOTENCY_KEY,
                "idempotency_key",
                &mut self.idempotency_key,
            )?;
            take_header(&mut self.headers, REQUEST_ID, "request_id", &mut self.request_id)?;
            take_header(&mut self.headers, ACCOUNT, "account", &mut self.account)?;
        }
        if let Some(key) = &self.idempotency_key {
            idempotency_key::check(key)?;
        }
        match &self.request_id {
            Some(id) if id.trim().is_empty() => Err(blank_option("request_id", REQUEST_ID)),
            _ => Ok(()),
        }
    }
}
