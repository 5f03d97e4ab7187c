//! The two environments of an account.

use serde::{Deserialize, Serialize};

/// Environment of a key and of everything created with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Environment {
    /// `lomi_sk_test_`
    Test,
    /// `lomi_sk_live_`
    Live,
}

impl Environment {
    /// `test` or `live`.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Live => "live",
        }
    }
}
