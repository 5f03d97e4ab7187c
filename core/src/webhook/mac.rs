//! HMAC-SHA256 over the body of a delivery.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::error::Error;
use crate::messages::webhook as messages;

/// The authentication code of a body under a secret.
pub(super) fn mac(payload: &[u8], secret: &str) -> Result<[u8; 32], Error> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes())
        .map_err(|_| Error::internal(messages::mac_failed()))?;
    mac.update(payload);
    Ok(mac.finalize().into_bytes().into())
}

/// Bytes as hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    let digit = |four: u8| char::from_digit(u32::from(four), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
