//! The keys of the sandbox and the ids of its account.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::journal::SavedRecords;
use crate::options::Options;

/// Keys and account ids. A data file keeps them over restarts.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Identity {
    /// Secret key of the test environment.
    pub(crate) test_key: String,
    /// Secret key of the live environment.
    pub(crate) live_key: String,
    /// Secret of the endpoint of `--webhook-url`.
    pub(crate) webhook_secret: String,
    /// `organization_id` of everything.
    pub(crate) organization_id: Uuid,
    /// `merchant_id` of everything.
    pub(crate) merchant_id: Uuid,
    /// `created_by` of everything.
    pub(crate) user_id: Uuid,
}

impl Identity {
    /// Values of the options, else of the data file, else random ones.
    pub(crate) fn of(options: &Options, saved: &SavedRecords) -> Self {
        let random = || Uuid::new_v4().simple();
        let mut identity = saved.setting("identity").unwrap_or_else(|| Self {
            test_key: format!("lomi_sk_test_{}", random()),
            live_key: format!("lomi_sk_live_{}", random()),
            webhook_secret: format!("whsec_{}", random()),
            organization_id: Uuid::new_v4(),
            merchant_id: Uuid::new_v4(),
            user_id: Uuid::new_v4(),
        });
        for (option, value) in [
            (&options.test_key, &mut identity.test_key),
            (&options.live_key, &mut identity.live_key),
            (&options.webhook_secret, &mut identity.webhook_secret),
        ] {
            if let Some(option) = option {
                value.clone_from(option);
            }
        }
        identity
    }
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identity").field("organization_id", &self.organization_id).finish()
    }
}
