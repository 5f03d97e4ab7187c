//! Checks webhook secrets and splits lists of them.

use crate::error::Error;
use crate::messages::webhook as messages;

/// Quotes that people copy together with a secret. No secret starts or ends with one.
const QUOTES: &[char] = &['"', '\'', '`', '“', '”', '‘', '’', '«', '»'];

/// The secrets that may have signed a delivery. Each given one may be a list with commas, so that a
/// secret can be replaced while deliveries are in flight (`LOMI_WEBHOOK_SECRET=new,old`). White
/// space around the members of a list is ignored.
pub(super) fn split<'s>(given: &[&'s str]) -> Result<Vec<&'s str>, Error> {
    let mut secrets = Vec::with_capacity(given.len());
    for text in given {
        if text.contains(',') {
            let before = secrets.len();
            secrets.extend(text.split(',').map(str::trim).filter(|member| !member.is_empty()));
            if secrets.len() == before {
                return Err(empty());
            }
        } else {
            secrets.push(*text);
        }
    }
    if secrets.is_empty() {
        return Err(Error::configuration(messages::no_secret()));
    }
    secrets.iter().try_for_each(|secret| check(secret))?;
    Ok(secrets)
}

fn empty() -> Error {
    Error::configuration(messages::secret_is_empty())
}

fn check(secret: &str) -> Result<(), Error> {
    if secret.trim().is_empty() {
        return Err(empty());
    }
    if secret.trim() != secret {
        return Err(Error::configuration(messages::secret_has_blanks()));
    }
    if secret.starts_with(QUOTES) || secret.ends_with(QUOTES) {
        return Err(Error::configuration(messages::secret_has_quotes()));
    }
    if secret.ends_with("...") || secret.ends_with('…') {
        return Err(Error::configuration(messages::secret_is_placeholder()));
    }
    Ok(())
}
