//! The control API under `/_sandbox`: actions in place of the buyer and the provider, the clock,
//! faults, and logs.

mod body;
mod clock;
mod faults;
mod logs;
mod objects;
mod open_objects;
mod sessions;

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
        .route(
            "/_sandbox/objects/disputes",
            get(open_objects::list_disputes).post(open_objects::add_dispute),
        )
        .route("/_sandbox/objects/disputes/{id}", post(open_objects::change_dispute))
        .route("/_sandbox/objects/charges", get(open_objects::list_charges))
        .route("/_sandbox/objects/charges/{id}", post(open_objects::change_charge))
        .route("/_sandbox/deliveries", get(logs::deliveries))
        .route("/_sandbox/deliveries/{seq}/redeliver", post(logs::redeliver))
        .route("/_sandbox/requests", get(logs::requests))
        .route("/_sandbox/blocking-invoices", post(sessions::block_customer))
}
