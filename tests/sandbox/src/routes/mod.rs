//! The routes.

mod listing;
mod sessions;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::Uri;
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::get;

use crate::app::Shared;
use crate::auth::{REQUEST_ID_HEADER, RequestId};
use crate::errors;
use crate::options::{Family, RouteErrors};

/// Everything that is served.
pub(crate) fn router(app: Shared) -> Router {
    let mut router = Router::new();
    for family in &app.options.families {
        router = router.merge(family_routes(*family));
    }
    router
        .fallback(no_route)
        .method_not_allowed_fallback(no_route)
        .layer(DefaultBodyLimit::disable())
        .layer(middleware::from_fn(request_id))
        .with_state(app)
}

fn family_routes(family: Family) -> Router<Shared> {
    let (collection, updates) = match family {
        Family::A => ("/v1/checkout-sessions", false),
        Family::C => ("/v1/checkout_sessions", true),
        Family::Current => ("/checkout-sessions", false),
    };
    let many = get(sessions::list).post(sessions::create);
    let mut one = get(sessions::retrieve);
    if updates {
        one = one.patch(sessions::update).delete(sessions::delete);
    }
    Router::new()
        .route(collection, many.clone())
        // The server's router does not mind a slash at the end: an empty id reaches the list.
        .route(&format!("{collection}/"), many)
        .route(&format!("{collection}/{{id}}"), one)
}

async fn request_id(mut request: Request, next: Next) -> Response {
    let id = RequestId::of(request.headers());
    request.extensions_mut().insert(id.clone());
    let mut response = next.run(request).await;
    response.headers_mut().insert(REQUEST_ID_HEADER, id.0);
    response
}

async fn no_route(State(app): State<Shared>, uri: Uri, request: Request) -> Response {
    let shape = app.options.route_errors;
    let target = match shape {
        RouteErrors::Path => uri.path(),
        RouteErrors::Query | RouteErrors::Envelope => {
            uri.path_and_query().map_or(uri.path(), |p| p.as_str())
        }
    };
    let message = format!("Cannot {} {target}", request.method());
    let id = request.extensions().get::<RequestId>();
    errors::no_route(shape, &message, id.map_or("", RequestId::as_str))
}
