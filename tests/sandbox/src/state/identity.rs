//! Who the sandbox is: its keys and the ids of its account.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::options::Options;
use crate::state::journal::Saved;

/// Keys and account ids. They stay the same as long as the data file does.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Identity {
    /// Secret key of the test environment.
    pub(crate) test_key: String,
    /// Secret key of the live environment.
    pub(crate) live_key: String,
    /// Secret of the endpoint that was named at the start.
    pub(crate) webhook_secret: String,
    /// `organization_id` of everything.
    pub(crate) organization_id: Uuid,
    /// `merchant_id` of everything.
    pub(crate) merchant_id: Uuid,
    /// `created_by` of everything.
    pub(crate) user_id: Uuid,
}

impl Identity {
    /// What was asked for, else what is saved, else something fresh.
    pub(crate) fn of(options: &Options, saved: &Saved) -> Self {
        let random = || Uuid::new_v4().simple();
        let mut identity = saved.setting("identity").unwrap_or_else(|| Self {
            test_key: format!("lomi_sk_test_{}", random()),
            live_key: format!("lomi_sk_live_{}", random()),
            webhook_secret: format!("whsec_{}", random()),
            organization_id: Uuid::new_v4(),
            merchant_id: Uuid::new_v4(),
            user_id: Uuid::new_v4(),
        });
        for (asked, kept) in [
            (&options.test_key, &mut identity.test_key),
            (&options.live_key, &mut identity.live_key),
            (&options.webhook_secret, &mut identity.webhook_secret),
        ] {
            if let Some(asked) = asked {
                kept.clone_from(asked);
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
