//! Background work: expires sessions, renews subscriptions and sends webhooks when they are due.

use std::sync::Arc;
use std::time::Duration;

use crate::payments::due::do_due;
use crate::state::app::App;
use crate::webhooks::deliver::deliver_due;

/// Maximum wait: a new session or a moved clock may make something due earlier.
const MAX_WAIT: Duration = Duration::from_secs(1);
const MIN_WAIT: Duration = Duration::from_millis(1);

/// Runs for as long as the sandbox does.
pub(crate) async fn run(app: Arc<App>) {
    loop {
        do_due(&app);
        deliver_due(&app);
        let expiry = app.sessions().next_expiry();
        let attempt = app.webhooks().log.next_due();
        let renewal = app.objects().next_due().map(|(at, _)| at);
        let answer = app.sessions().next_answer().map(|(at, ..)| at);
        let next = expiry.into_iter().chain(attempt).chain(renewal).chain(answer).min();
        let wait = next.map_or(MAX_WAIT, |at| {
            let left = at.saturating_sub(app.clock.now()).max(0);
            Duration::from_millis(left.unsigned_abs()).clamp(MIN_WAIT, MAX_WAIT)
        });
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = app.wake.notified() => {}
        }
    }
}
