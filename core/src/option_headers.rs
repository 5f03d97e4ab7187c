//! Headers that are options: whoever gives an `Idempotency-Key` or an `X-Request-Id` as a
//! header means the option of that name, and it is checked, sent and reported as such.

use crate::error::Error;
use crate::idempotency_key;
use crate::input::CallOptions;

const KEY: &str = "Idempotency-Key";
const REQUEST_ID: &str = "X-Request-Id";

impl CallOptions {
    /// Takes the two headers out of the others.
    pub(crate) fn lift_headers(&mut self) -> Result<(), Error> {
        if !self.default_headers.is_empty() {
            check_client_headers(self.default_headers.iter().map(|(name, _)| name.as_str()))?;
            self.headers.append(&mut self.default_headers);
        }
        if !self.headers.is_empty() {
            lift(&mut self.headers, KEY, "idempotency_key", &mut self.idempotency_key)?;
            lift(&mut self.headers, REQUEST_ID, "request_id", &mut self.request_id)?;
        }
        if let Some(key) = &self.idempotency_key {
            idempotency_key::check(key)?;
        }
        match &self.request_id {
            Some(id) if id.trim().is_empty() => Err(blank("request_id", REQUEST_ID)),
            _ => Ok(()),
        }
    }
}

/// Moves a header into its option. Both may be given when they say the same.
fn lift(
    headers: &mut Vec<(String, String)>,
    name: &str,
    option: &str,
    given: &mut Option<String>,
) -> Result<(), Error> {
    let mut differs = false;
    headers.retain(|(header, value)| {
        let meant = header.eq_ignore_ascii_case(name);
        if meant {
            let value = value.trim();
            differs |= given.get_or_insert_with(|| value.to_owned()) != value;
        }
        !meant
    });
    if differs {
        return Err(Error::validation(format!(
            "the call has two values for {name}, and only one can be sent: give either the \
             option {option} or the header {name}, once"
        )));
    }
    match given {
        Some(value) if value.is_empty() => Err(blank(option, name)),
        _ => Ok(()),
    }
}

fn blank(option: &str, name: &str) -> Error {
    Error::validation(format!(
        "{option} (the header {name}) is blank: leave it out, and each call gets its own"
    ))
}

/// Refuses a fixed idempotency key among the headers of every call of a client.
pub fn check_client_headers<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<(), Error> {
    match names.into_iter().any(|name| name.trim().eq_ignore_ascii_case(KEY)) {
        true => Err(Error::configuration(
            "the client's headers have an Idempotency-Key, which would be one key for all \
             calls: the server would answer the second order with the first one's result; \
             give idempotency_key with each call",
        )),
        false => Ok(()),
    }
}

/// Takes a fixed `X-Request-Id` out of the headers of every call of a client.
pub(crate) fn take_request_id(
    headers: &mut Vec<(String, String)>,
) -> Result<Option<String>, Error> {
    let mut id = None;
    lift(headers, REQUEST_ID, "request_id", &mut id)
        .map_err(|error| Error::configuration(error.message.clone()))?;
    Ok(id)
}
