//! A digest of the order of operations, models and fields. Bindings through uniffi refer to them by
//! number, and compare the digests of both halves when the library is loaded.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use super::{Model, Operation, Role};

/// The first half of a SHA-256 in hex.
pub(crate) fn digest(operations: &[Operation], models: &[Model]) -> String {
    let mut hash = Sha256::new();
    let mut add = |name: &str| hash.update(format!("{name}\n"));
    operations.iter().for_each(|operation| add(&operation.id));
    for model in models.iter().filter(|model| model.role != Role::List) {
        add(&model.name);
        model.fields.iter().for_each(|field| add(&field.name));
    }
    hash.finalize().iter().take(16).fold(String::new(), |mut hex, byte| {
        // Writing to a string does not fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
