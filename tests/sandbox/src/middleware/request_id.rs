//! `X-Request-Id`: on every request and response.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use uuid::Uuid;

const REQUEST_ID_HEADER: HeaderName = HeaderName::from_static("x-request-id");
const MAX_REQUEST_ID: usize = 200;

/// The id of a request: the client's, or a random one.
#[derive(Clone, Debug)]
pub(crate) struct RequestId(HeaderValue);

impl RequestId {
    /// The id that the client sent, or a new one.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let sent = headers.get(REQUEST_ID_HEADER);
        let usable = sent.filter(|v| (1..=MAX_REQUEST_ID).contains(&v.len()) && v.to_str().is_ok());
        Self(usable.cloned().unwrap_or_else(|| {
            let random = Uuid::new_v4().to_string();
            HeaderValue::from_str(&random).unwrap_or_else(|_| HeaderValue::from_static("unknown"))
        }))
    }

    /// The id as a string.
    pub(crate) fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }
}

/// Sets the id of the request, and the same on the response.
pub(crate) async fn request_id(mut request: Request, next: Next) -> Response {
    let id = RequestId::of(request.headers());
    request.extensions_mut().insert(id.clone());
    let mut response = next.run(request).await;
    response.headers_mut().insert(REQUEST_ID_HEADER, id.0);
    response
}
