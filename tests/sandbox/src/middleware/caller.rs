//! Who is calling, through which generation of the API.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::Response;
use uuid::Uuid;

use crate::generation::Generation;
use crate::schema::error::ApiError;
use crate::state::app::{App, Shared};
use crate::state::sessions::Environment;

/// Header that chooses among the generations that share a path.
pub(crate) const GENERATION_HEADER: HeaderName = HeaderName::from_static("x-sandbox-generation");
/// Header that names a request.
pub(crate) const REQUEST_ID_HEADER: HeaderName = HeaderName::from_static("x-request-id");

const MAX_REQUEST_ID: usize = 200;

/// The id of a request: the client's, or a fresh one.
#[derive(Clone, Debug)]
pub(crate) struct RequestId(pub(crate) HeaderValue);

impl RequestId {
    /// Takes the client's id, or makes one.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let sent = headers.get(REQUEST_ID_HEADER);
        let usable = sent.filter(|v| (1..=MAX_REQUEST_ID).contains(&v.len()) && v.to_str().is_ok());
        Self(usable.cloned().unwrap_or_else(|| {
            let fresh = Uuid::new_v4().to_string();
            HeaderValue::from_str(&fresh).unwrap_or_else(|_| HeaderValue::from_static("unknown"))
        }))
    }

    /// As text.
    pub(crate) fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }
}

/// An authenticated caller.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// Environment of the key.
    pub(crate) environment: Environment,
    /// Shape of the answers.
    pub(crate) generation: Generation,
    /// Id of the request.
    pub(crate) request_id: RequestId,
}

impl Caller {
    /// A refusal in the caller's generation.
    pub(crate) fn refuse(&self, error: ApiError) -> Response {
        error.respond(self.generation, self.request_id.as_str())
    }
}

impl FromRequestParts<Shared> for Caller {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Response> {
        let generation = generation_of(app, parts.uri.path(), &parts.headers);
        let request_id = match parts.extensions.get::<RequestId>() {
            Some(id) => id.clone(),
            None => RequestId::of(&parts.headers),
        };
        match environment_of(app, &parts.headers) {
            Ok(environment) => Ok(Self { environment, generation, request_id }),
            Err(error) => Err(error.respond(generation, request_id.as_str())),
        }
    }
}

/// The generation that a path, and where it is shared a header, stand for.
pub(crate) fn generation_of(app: &App, path: &str, headers: &HeaderMap) -> Generation {
    if path.starts_with("/v1/checkout_sessions") || path.starts_with("/v1/webhook") {
        Generation::C
    } else if path.starts_with("/v1/") {
        Generation::A
    } else {
        let chosen = headers.get(GENERATION_HEADER).and_then(|v| v.to_str().ok());
        chosen.and_then(Generation::current_from).unwrap_or(app.options.generation)
    }
}

fn environment_of(app: &App, headers: &HeaderMap) -> Result<Environment, ApiError> {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    // The order in which the server looks; `Bearer ` is case-sensitive there.
    let key = text("x-api-key")
        .or_else(|| text("x-lomi-api-key"))
        .or_else(|| text("authorization").and_then(|v| v.strip_prefix("Bearer ")))
        .map(str::trim)
        .filter(|key| !key.is_empty());
    match key {
        None => Err(ApiError::unauthorized("API key is missing")),
        Some(key) if key == app.identity.test_key => Ok(Environment::Test),
        Some(key) if key == app.identity.live_key => Ok(Environment::Live),
        Some(_) => Err(ApiError::unauthorized("Invalid API key")),
    }
}
