//! Routes of the API, which need a key.

pub(crate) mod actions;
mod balances;
mod body;
mod confirmation;
mod coupons;
mod create;
mod cursor;
mod delivery_logs;
mod endpoints;
mod keyed;
mod list;
pub(crate) mod no_route;
mod notice;
mod object_filter;
mod object_list;
pub(crate) mod objects;
mod payment_required;
mod product_prices;
mod query;
mod rows;
mod scenario;
mod sessions;
mod sort;

use axum::Router;
use axum::routing::{get, post};

use crate::options::Family;
use crate::state::app::SharedApp;

/// Routes of checkout sessions in one route family.
pub(crate) fn session_routes(family: Family) -> Router<SharedApp> {
    let (collection, updates) = match family {
        Family::A => ("/v1/checkout-sessions", false),
        Family::C => ("/v1/checkout_sessions", true),
        Family::Current => ("/checkout-sessions", false),
    };
    let many = get(list::list).post(create::create);
    let mut one = get(sessions::retrieve);
    if updates {
        one = one.patch(sessions::update).delete(sessions::delete);
    }
    Router::new()
        .route(collection, many.clone())
        // The server's router ignores a slash at the end: an empty id is the list.
        .route(&format!("{collection}/"), many)
        .route(&format!("{collection}/{{id}}"), one)
}

/// Routes of webhook endpoints and their delivery log, also under the names of the generated SDKs.
pub(crate) fn webhook_routes() -> Router<SharedApp> {
    let mut router = Router::new();
    for base in ["/webhooks", "/v1/webhooks"] {
        let one = get(endpoints::retrieve).patch(endpoints::update).delete(endpoints::remove);
        router = router
            .route(base, get(endpoints::list).post(endpoints::create))
            .route(&format!("{base}/{{id}}"), one)
            .route(&format!("{base}/{{id}}/test"), post(delivery_logs::test))
            .route(&format!("{base}/{{id}}/logs/{{log_id}}/retry"), post(delivery_logs::retry));
    }
    // Only the developer documentation has the logs of one endpoint.
    router = router.route("/v1/webhooks/{id}/logs", get(delivery_logs::list_of_endpoint));
    for base in ["/webhook-delivery-logs", "/v1/webhook_delivery_logs", "/webhooks/deliveries"] {
        router = router
            .route(base, get(delivery_logs::list))
            .route(&format!("{base}/{{id}}"), get(delivery_logs::retrieve));
    }
    router
}
