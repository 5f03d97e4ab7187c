//! References of the document.

use serde_json::Value;

/// Name of the schema that a local reference points to.
pub(super) fn referred(reference: &str) -> Result<&str, String> {
    reference.strip_prefix("#/components/schemas/").ok_or_else(|| {
        format!("the reference {reference:?} does not point into components/schemas")
    })
}

/// Whether a value of the document is a reference, as in path items.
pub(super) fn is_reference(value: &Value) -> bool {
    value.get("$ref").is_some()
}
