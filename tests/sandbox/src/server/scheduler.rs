//! What happens by itself: sessions end, webhooks are sent and tried again.

use std::sync::Arc;
use std::time::Duration;

use crate::state::app::App;
use crate::webhooks;

/// Longest sleep: new sessions and a moved clock may bring something nearer.
const LONGEST: Duration = Duration::from_secs(1);
const SHORTEST: Duration = Duration::from_millis(1);

/// Runs for as long as the sandbox does.
pub(crate) async fn run(app: Arc<App>) {
    loop {
        app.expire_due();
        webhooks::run_due(&app);
        let ends = app.store().next_end();
        let tries = app.webhooks().log.next_due();
        let next = ends.into_iter().chain(tries).min();
        let wait = next.map_or(LONGEST, |at| {
            let left = at.saturating_sub(app.clock.now()).max(0);
            Duration::from_millis(left.unsigned_abs()).clamp(SHORTEST, LONGEST)
        });
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = app.wake.notified() => {}
        }
    }
}
