//! Protection of the console and the control API, which need no key: the `Host` of a request must
//! be an allowed name of the sandbox, and its `Origin`, if any, the same origin. So a page of
//! another site has no access, also when its name resolves to this machine (DNS rebinding).

use std::net::IpAddr;

use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::state::app::{App, SharedApp};

/// Refuses requests under a foreign host name or from a foreign origin.
pub(crate) async fn allowed_hosts(
    State(app): State<SharedApp>,
    request: Request,
    next: Next,
) -> Response {
    let host =
        request.uri().authority().cloned().or_else(|| authority(request.headers(), header::HOST));
    let Some(host) = host.filter(|host| is_allowed(&app, host.host())) else {
        return refuse(
            "The console and the control API are not available under this host name: use localhost \
             or an IP address, or start the sandbox with --allow-host NAME\n",
        );
    };
    if request.headers().contains_key(header::ORIGIN) && !is_same_origin(request.headers(), &host) {
        return refuse("The control API is not available to pages of other origins\n");
    }
    next.run(request).await
}

fn authority(headers: &HeaderMap, name: header::HeaderName) -> Option<Authority> {
    headers.get(name)?.to_str().ok()?.parse().ok()
}

/// The owner of a name can make it resolve to this machine; an IP address is safe.
fn is_allowed(app: &App, host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok()
        || app.options.allowed_hosts.iter().any(|name| name.eq_ignore_ascii_case(host))
}

/// `localhost` and a loopback address count as the same host.
fn is_same_origin(headers: &HeaderMap, host: &Authority) -> bool {
    let origin = headers.get(header::ORIGIN).and_then(|value| value.to_str().ok());
    let origin: Option<Authority> =
        origin.and_then(|origin| origin.strip_prefix("http://")?.parse().ok());
    let is_loopback = |host: &str| {
        host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    };
    origin.is_some_and(|origin| {
        origin == *host
            || (origin.port_u16() == host.port_u16()
                && is_loopback(origin.host())
                && is_loopback(host.host()))
    })
}

fn refuse(message: &'static str) -> Response {
    (StatusCode::FORBIDDEN, message).into_response()
}
