//! Envelope and signature of an event.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use uuid::Uuid;

use crate::state::time::{Millis, iso};

/// The real server's NODE_ENV. It is neither `test` nor `live`; `data.environment` has that.
const LOMI_ENVIRONMENT: &str = "production";

/// HMAC-SHA256 of the body with the whole secret, in lower-case hex.
pub(crate) fn sign(secret: &str, body: &[u8]) -> String {
    // HMAC accepts a key of any length, so this cannot fail.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return String::new();
    };
    mac.update(body);
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The body of a delivery.
pub(super) fn envelope(event: &str, id: Uuid, data: &Value, at: Millis) -> String {
    json!({
        "id": id,
        "event": event,
        "timestamp": iso(at),
        "data": data,
        "lomi_environment": LOMI_ENVIRONMENT,
    })
    .to_string()
}

/// Body and signature of a sample event.
pub(crate) fn sample(event: &str, data: &Value, secret: &str, now: Millis) -> (String, String) {
    let body = envelope(event, Uuid::new_v4(), data, now);
    let signature = sign(secret, body.as_bytes());
    (body, signature)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_match_a_published_vector() {
        // RFC 4231, test case 2.
        assert_eq!(
            sign("Jefe", b"what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }
}
