//! Deliveries: the due ones, and those that a caller requests.

use std::sync::Arc;

use uuid::Uuid;

use super::send::{SendResult, send};
use super::signing::{envelope, sign};
use crate::state::app::App;
use crate::state::deliveries::{Delivery, DeliveryAttempt};
use crate::state::time::system_now;

/// Sends every delivery that is due, each on its own task.
pub(crate) fn deliver_due(app: &Arc<App>) {
    let due = app.webhooks().log.take_due(app.clock.now());
    for delivery in due {
        let app = Arc::clone(app);
        tokio::spawn(async move { deliver_now(&app, &delivery, None).await });
    }
}

/// Sends a delivery once and stores the attempt. With `stored`, that payload is sent again.
pub(crate) async fn deliver_now(
    app: &App,
    delivery: &Delivery,
    stored: Option<String>,
) -> SendResult {
    let now = app.clock.now();
    let manual = stored.is_some();
    // An automatic attempt has the time of the attempt; a redelivery repeats the stored payload.
    // It is the machine's time, because the shop compares it with its own clock.
    let payload = stored.unwrap_or_else(|| {
        envelope(&delivery.event, delivery.event_id, &delivery.data, system_now())
    });
    let signature = sign(&delivery.secret, payload.as_bytes());
    let anywhere = app.options.allow_remote;
    let sent = send(&delivery.url, &delivery.event, &signature, payload.clone(), anywhere).await;
    app.log(|| sent.line(&delivery.event, &delivery.url));
    let attempt = DeliveryAttempt {
        log_id: Uuid::new_v4(),
        number: delivery.attempts.len() + 1,
        at: now,
        payload,
        signature,
        status: sent.status,
        body: sent.body.clone(),
        milliseconds: sent.milliseconds,
        manual,
    };
    app.webhooks().log.record(delivery.seq, attempt, app.clock.now());
    app.wake.notify_one();
    app.notify_consoles();
    sent
}
