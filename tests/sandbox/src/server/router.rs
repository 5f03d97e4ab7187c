//! All routes, with the middleware around them.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::Uri;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::Response;

use crate::middleware::allowed_hosts::allowed_hosts;
use crate::middleware::durable::durable;
use crate::middleware::record::record;
use crate::middleware::request_id::{RequestId, request_id};
use crate::options::{Family, RouteErrors};
use crate::schema::error::route_not_found;
use crate::state::app::SharedApp;
use crate::{control, pages, routes};

/// The router of the whole server.
pub(super) fn router(app: SharedApp) -> Router {
    let mut api = routes::webhook_routes();
    for family in &app.options.families {
        api = api.merge(routes::session_routes(*family));
        api = api.merge(routes::objects::object_routes(*family));
        if *family == Family::Current {
            api = api.merge(routes::balance_routes());
        }
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

async fn no_route(State(app): State<SharedApp>, uri: Uri, request: Request) -> Response {
    let shape = app.options.route_errors;
    let target = match shape {
        RouteErrors::Path => uri.path(),
        RouteErrors::Query | RouteErrors::Envelope => {
            uri.path_and_query().map_or(uri.path(), |p| p.as_str())
        }
    };
    let message = format!("Cannot {} {target}", request.method());
    let id = request.extensions().get::<RequestId>();
    route_not_found(shape, &message, id.map_or("", RequestId::as_str))
}
