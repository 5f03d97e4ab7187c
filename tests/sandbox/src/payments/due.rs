//! Everything that happens because time passes.

use super::actions::expire_due;
use super::charges::settle_due;
use super::renewals::renew_due;
use crate::state::app::App;

/// What was due.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DueWork {
    /// Number of charges that were approved or refused.
    pub(crate) settled: usize,
    /// Number of expired sessions.
    pub(crate) expired: usize,
    /// Number of renewed periods of subscriptions.
    pub(crate) renewed: usize,
}

/// Does what is due.
pub(crate) fn do_due(app: &App) -> DueWork {
    // A charge that was answered in time has not expired.
    let settled = settle_due(app);
    DueWork { settled, expired: expire_due(app), renewed: renew_due(app) }
}

/// Applies a change of the clock: stores it, does what is due and wakes the scheduler.
pub(crate) fn apply_clock_change(app: &App) -> DueWork {
    app.store_clock();
    let work = do_due(app);
    app.wake.notify_one();
    app.notify_consoles();
    work
}
