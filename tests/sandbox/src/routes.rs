//! The routes.

mod invoices;
mod listing;

mod sessions;

mod webhooks;

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http_body_util::BodyExt;
use serde_json::Value;

use crate::middleware::caller::{REQUEST_ID_HEADER, RequestId};
use crate::middleware::{allowed_hosts as own_host, observe};
use crate::options::{Family, RouteErrors};
use crate::schema::error::{self as errors, ApiError};
use crate::state::app::Shared;
use crate::{control, pages};

pub(crate) use crate::middleware::observe::Reset;
pub(crate) use invoices::INVOICE_FLOW;

/// Everything that is served.
pub(crate) fn router(app: Shared) -> Router {
    let mut api = webhooks::routes();
    for family in &app.options.families {
        api = api.merge(family_routes(*family));
    }
    let api = api
        .fallback(no_route)
        .method_not_allowed_fallback(no_route)
        .layer(DefaultBodyLimit::disable())
        .layer(middleware::from_fn_with_state(app.clone(), durable))
        .layer(middleware::from_fn_with_state(app.clone(), observe::observe))
        .layer(middleware::from_fn(request_id));
    let others = control::routes()
        .merge(pages::console_routes())
        .layer(middleware::from_fn_with_state(app.clone(), own_host::own_host))
        .merge(pages::routes())
        .layer(middleware::from_fn_with_state(app.clone(), durable));
    api.merge(others).with_state(app)
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

/// Nothing is acknowledged before it is in the data file.
async fn durable(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let response = next.run(request).await;
    if reads || app.journal.flushed().await {
        response
    } else {
        (StatusCode::INTERNAL_SERVER_ERROR, "The data file cannot be written").into_response()
    }
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

/// The JSON of a request. Its size has been checked on the way in.
async fn read_json(headers: &HeaderMap, body: Body) -> Result<Value, ApiError> {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok());
    let is_json = content_type.is_some_and(|t| {
        let essence = t.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        essence == "application/json" || essence.ends_with("+json")
    });
    if !is_json {
        return Err(ApiError::bad_request("Content-Type must be application/json"));
    }
    let bytes = body.collect().await.map_err(|e| ApiError::bad_request(e.to_string()))?.to_bytes();
    serde_json::from_slice(&bytes)
        .map_err(|error| ApiError::bad_request(format!("Invalid JSON: {error}")))
}
