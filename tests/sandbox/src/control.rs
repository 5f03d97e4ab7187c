//! The control API under `/_sandbox`: actions in place of the buyer and the provider, the clock,
//! faults, and logs.

mod body;
mod card_charges;
mod clock;
mod disputes;
mod events;
mod faults;
mod logs;
mod money;
mod objects;
mod sessions;
mod subscriptions;

use axum::Router;
use axum::routing::{get, post};

use crate::state::app::SharedApp;

/// Routes of the control API. They need no key.
pub(crate) fn routes() -> Router<SharedApp> {
    Router::new()
        .route("/_sandbox/sessions/{id}/{action}", post(sessions::act))
        .route("/_sandbox/clock", get(clock::show).post(clock::change))
        .route("/_sandbox/faults", get(faults::list).post(faults::add).delete(faults::clear))
        .route("/_sandbox/objects/{resource}", get(objects::list).post(objects::add))
        .route("/_sandbox/objects/{resource}/{id}", post(objects::change))
        .route("/_sandbox/charges/{id}", post(card_charges::change))
        .route("/_sandbox/subscriptions/{id}/renew", post(subscriptions::renew))
        .route("/_sandbox/transactions/{id}/refund", post(money::refund))
        .route("/_sandbox/payouts", post(money::pay_out))
        .route("/_sandbox/trigger", post(events::send))
        .route("/_sandbox/disputes", post(disputes::open))
        .route("/_sandbox/disputes/{id}", post(disputes::change))
        .route("/_sandbox/deliveries", get(logs::deliveries))
        .route("/_sandbox/deliveries/{seq}/redeliver", post(logs::redeliver))
        .route("/_sandbox/requests", get(logs::requests))
        .route("/_sandbox/blocking-invoices", post(sessions::block_customer))
}
