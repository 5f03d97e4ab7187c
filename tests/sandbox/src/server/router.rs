//! All routes, with the middleware around them.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};

use crate::middleware::allowed_hosts::allowed_hosts;
use crate::middleware::durable::durable;
use crate::middleware::record::record;
use crate::middleware::request_id::request_id;
use crate::routes::no_route::no_route;
use crate::state::app::SharedApp;
use crate::{control, pages, routes};

/// The router of the whole server.
pub(super) fn router(app: SharedApp) -> Router {
    let mut api = routes::webhook_routes();
    for family in &app.options.families {
        api = api.merge(routes::session_routes(*family));
        api = api.merge(routes::objects::object_routes(&app, *family));
        api = api.merge(routes::actions::action_routes(&app, *family));
    }
    let api = api
        .fallback(no_route)
        .method_not_allowed_fallback(no_route)
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn_with_state(app.clone(), durable))
        .layer(from_fn_with_state(app.clone(), record))
        .layer(from_fn(request_id));
    let others = control::routes()
        .merge(pages::console_routes())
        .layer(from_fn_with_state(app.clone(), allowed_hosts))
        .merge(pages::checkout_routes())
        .layer(from_fn_with_state(app.clone(), durable));
    api.merge(others).with_state(app)
}
