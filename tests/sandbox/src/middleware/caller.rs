//! The environment and the generation of a request.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};
use axum::response::Response;

use super::request_id::RequestId;
use crate::generation::Generation;
use crate::schema::error::ApiError;
use crate::schema::resource::Resource;
use crate::schema::table::RESOURCES;
use crate::state::app::{App, SharedApp};
use crate::state::environment::Environment;

/// Header that selects among the generations that share a path.
pub(crate) const GENERATION_HEADER: HeaderName = HeaderName::from_static("x-sandbox-generation");
/// An authenticated caller.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// Environment of the key.
    pub(crate) environment: Environment,
    /// Generation of the responses.
    pub(crate) generation: Generation,
    /// Id of the request.
    pub(crate) request_id: RequestId,
}

impl Caller {
    /// An error in the caller's generation.
    pub(crate) fn refuse(&self, error: ApiError) -> Response {
        error.respond(self.generation, self.request_id.as_str())
    }
}

impl FromRequestParts<SharedApp> for Caller {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &SharedApp) -> Result<Self, Response> {
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

/// The generation of a request: of its path, or of a header where several share the path.
pub(crate) fn generation_of(app: &App, path: &str, headers: &HeaderMap) -> Generation {
    let selected = || {
        let selected = headers.get(GENERATION_HEADER).and_then(|v| v.to_str().ok());
        selected.and_then(Generation::current_from).unwrap_or(app.options.generation)
    };
    if path.starts_with("/v1/checkout_sessions") || path.starts_with("/v1/webhook") {
        Generation::C
    } else if path.starts_with("/v1/checkout-sessions") {
        Generation::A
    } else if let Some(below) = path.strip_prefix("/v1") {
        let first = below.get(1..).and_then(|rest| rest.split('/').next());
        let is_documented = |r: &&Resource| first.is_some() && r.documented() == first;
        let is_current = |r: &&Resource| first.is_some_and(|first| r.is_current(first));
        if RESOURCES.iter().any(|r| is_documented(&r)) {
            Generation::C
        } else if RESOURCES.iter().any(|r| is_current(&r)) {
            selected()
        } else {
            Generation::A
        }
    } else {
        selected()
    }
}

fn environment_of(app: &App, headers: &HeaderMap) -> Result<Environment, ApiError> {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    // In the order of the server, on which `Bearer ` is case-sensitive.
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
