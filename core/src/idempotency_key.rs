//! Keys by which the server recognises that two requests are one call.
//!
//! A key is made once per call and stays the same on every attempt. To make a retry in
//! another process (after a crash, say) the same call, derive the key from what is
//! being paid:
//!
//! ```
//! let key = lomi::idempotency_key::for_order("order-123");
//! assert_eq!(key, lomi::idempotency_key::for_order("order-123"));
//! assert_ne!(key, lomi::idempotency_key::for_order("order-124"));
//! ```

use uuid::Uuid;

use crate::error::Error;

/// The namespace of derived keys. It must never change: keys made yesterday have to
/// be made again today.
const NAMESPACE: Uuid = Uuid::from_u128(0x6c6f_6d69_2e6b_4579_8d05_5e55_1d3a_f0c2);

/// A fresh key from the operating system's randomness, which a fork cannot duplicate.
pub fn random() -> String {
    Uuid::new_v4().to_string()
}

/// The key for one thing of the merchant's, such as an order: the same each time.
pub fn for_order(order: &str) -> String {
    Uuid::new_v5(&NAMESPACE, format!("order:{order}").as_bytes()).to_string()
}

/// Refuses a key that the server would change or cut.
pub(crate) fn check(key: &str) -> Result<(), Error> {
    let visible = key.bytes().all(|byte| (0x21..=0x7e).contains(&byte));
    if key.is_empty() || key.len() > 255 || !visible {
        return Err(Error::validation(
            "an idempotency key has 1 to 255 characters of visible ASCII, without spaces",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_keys_never_change() {
        // A literal, so that a change of the namespace or of the form cannot pass.
        assert_eq!(for_order("order-123"), "3cf2e48e-dc88-5957-a0ba-bc8c1bacb17a");
    }

    #[test]
    fn keys_the_server_would_alter_are_refused() {
        for bad in ["", " a", "a b", "é", "a\r\nb", &"x".repeat(256)] {
            assert!(check(bad).is_err(), "{bad:?}");
        }
        assert!(check(&"x".repeat(255)).is_ok());
    }
}
