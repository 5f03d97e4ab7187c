//! Webhook secrets: several at once, and those that cannot be meant.

use crate::error::Error;

/// What people copy around a secret, and no secret begins or ends with.
const QUOTES: &[char] = &['"', '\'', '`', '“', '”', '‘', '’', '«', '»'];

/// The secrets that may have signed. Each one given may be a list with commas, so that
/// `LOMI_WEBHOOK_SECRET=new,old` replaces a secret while deliveries are under way; white
/// space around the members of a list is left out.
pub(super) fn usable<'s>(given: &[&'s str]) -> Result<Vec<&'s str>, Error> {
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
        return Err(Error::configuration("no webhook secret was given"));
    }
    secrets.iter().try_for_each(|secret| check(secret))?;
    Ok(secrets)
}

fn empty() -> Error {
    Error::configuration("the webhook secret is empty: anyone could make a valid signature")
}

fn check(secret: &str) -> Result<(), Error> {
    if secret.trim().is_empty() {
        return Err(empty());
    }
    if secret.trim() != secret {
        return Err(Error::configuration("the webhook secret has white space around it"));
    }
    if secret.starts_with(QUOTES) || secret.ends_with(QUOTES) {
        return Err(Error::configuration(
            "the webhook secret has quotes around it, which do not belong to it: remove them from \
             the setting",
        ));
    }
    if secret.ends_with("...") || secret.ends_with('…') {
        return Err(Error::configuration(
            "the webhook secret is the placeholder of an example: use the secret that was shown \
             when the webhook endpoint was created",
        ));
    }
    Ok(())
}
