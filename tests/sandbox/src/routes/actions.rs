//! Routes of every operation that is no part of a collection: actions on objects, singletons, and
//! lists that hang on another object.

mod account;
mod find;
mod money;
mod read;
mod units;
mod usage;
mod write;

use axum::extract::Extension;
use axum::routing::{MethodFilter, MethodRouter, get, on, post};
use axum::{Router, routing};

use super::no_route::only_of;
use super::{balances, delivery_logs};
use crate::options::Family;
use crate::schema::action::Action;
use crate::schema::actions::ACTIONS;
use crate::state::app::SharedApp;
use read::read;
use write::write;

/// Actions whose routes stand beside those of webhooks.
const BESIDE_WEBHOOKS: &[&str] = &["test_webhook"];

/// The routes of one family.
pub(crate) fn action_routes(app: &SharedApp, family: Family) -> Router<SharedApp> {
    let mut router = Router::new();
    for action in ACTIONS.iter().filter(|action| !BESIDE_WEBHOOKS.contains(&action.id)) {
        for route in action.routes.iter().filter(|route| route.is_in(family)) {
            // The log of deliveries has this route already.
            if action.id == "retry_webhook_delivery" && route.path.contains("/logs/") {
                continue;
            }
            let path = match family {
                Family::Current => numbered(route.path),
                Family::A | Family::C => format!("/v1{}", numbered(route.path)),
            };
            router = router.route(&path, only_of(app, route, handler(action)));
        }
    }
    router
}

/// A path whose parameters have the same names in all routes, which the router demands.
fn numbered(path: &str) -> String {
    let names = ["{id}", "{log_id}", "{third}"];
    let mut parts = path.split('{');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.zip(names).fold(first, |path, (part, name)| {
        path + name + part.split_once('}').map_or("", |(_, rest)| rest)
    })
}

fn handler(action: &'static Action) -> MethodRouter<SharedApp> {
    match action.id {
        "list_balances" => get(balances::list),
        "list_balance_breakdown" => get(balances::breakdown),
        "check_balance" => get(balances::check),
        "retry_webhook_delivery" => post(delivery_logs::retry),
        "export_account" => post(account::export),
        "grant_usage_credits" => post(units::grant),
        "retrieve_customer_meter_balance" => get(units::balance),
        _ => {
            let filter = match action.method {
                "GET" => return routing::get(read).layer(Extension(action)),
                "POST" => MethodFilter::POST,
                "PATCH" => MethodFilter::PATCH,
                _ => MethodFilter::DELETE,
            };
            on(filter, write).layer(Extension(action))
        }
    }
}
