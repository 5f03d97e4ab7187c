//! Pages for people: the hosted checkout page and the console.

mod checkout;
mod checkout_views;
mod console;
mod console_objects;
mod file;
mod form;
mod language;
mod pay;
mod template;

use axum::Router;
use axum::response::Redirect;
use axum::routing::get;

use crate::state::app::SharedApp;

/// Routes of the checkout page, of the links that lead to it, and of files.
pub(crate) fn checkout_routes() -> Router<SharedApp> {
    Router::new()
        .route("/pay/{id}", get(pay::open))
        .route("/files/{id}", get(file::download))
        .route("/checkout/{id}", get(checkout::show))
        .route("/checkout/{id}/{action}", get(checkout::back).post(checkout::act))
}

/// Routes of the console; `/` redirects to it.
pub(crate) fn console_routes() -> Router<SharedApp> {
    Router::new()
        .route("/", get(|| async { Redirect::to("/_sandbox") }))
        .route("/_sandbox", get(console::show))
        .route("/_sandbox/lists", get(console::lists))
        .route("/_sandbox/events", get(console::events))
        .route("/_sandbox/console.js", get(console::script))
}
