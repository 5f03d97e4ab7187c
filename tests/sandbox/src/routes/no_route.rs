//! Paths and methods that a server does not have, or not in a generation.

use axum::extract::{Request, State};
use axum::http::Uri;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::MethodRouter;

use crate::generation::Generation;
use crate::middleware::caller::generation_of;
use crate::middleware::request_id::RequestId;
use crate::options::RouteErrors;
use crate::schema::error::route_not_found;
use crate::schema::resource::Route;
use crate::state::app::SharedApp;

/// The response to a path or a method that the server does not have.
pub(crate) async fn no_route(State(app): State<SharedApp>, uri: Uri, request: Request) -> Response {
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

/// A route that other generations answer as one that they do not have.
pub(super) fn only_of(
    app: &SharedApp,
    route: &'static Route,
    method: MethodRouter<SharedApp>,
) -> MethodRouter<SharedApp> {
    let app = app.clone();
    let check = move |request: Request, next: Next| {
        let app = app.clone();
        async move {
            let generation = generation_of(&app, request.uri().path(), request.headers());
            // Below /v1, a path of today's server is also one of the developer documentation.
            let is_first = request.uri().path().starts_with("/v1/") && route.is_of(Generation::A);
            if is_first || route.is_of(generation) {
                next.run(request).await
            } else {
                no_route(State(app), request.uri().clone(), request).await
            }
        }
    };
    method.layer(from_fn(check))
}
