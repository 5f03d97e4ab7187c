//! Who may use the console and the control API, which no key protects: a person at this machine,
//! or a program that names the sandbox by one of its own host names. A page of another site may
//! not, also when its name was made to resolve to this machine (DNS rebinding).

use std::net::IpAddr;

use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::state::app::{App, Shared};

pub(crate) async fn own_host(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let asked =
        request.uri().authority().cloned().or_else(|| read(request.headers(), header::HOST));
    let Some(asked) = asked.filter(|host| is_own(&app, host.host())) else {
        return refuse(
            "The console and the control API answer only to the sandbox's own host names: use \
             localhost or an IP address, or start the sandbox with --allow-host NAME\n",
        );
    };
    if request.headers().contains_key(header::ORIGIN) && !is_same_origin(request.headers(), &asked)
    {
        return refuse("The control API is not for pages of other origins\n");
    }
    next.run(request).await
}

fn read(headers: &HeaderMap, name: header::HeaderName) -> Option<Authority> {
    headers.get(name)?.to_str().ok()?.parse().ok()
}

/// A name can be made to resolve anywhere by whoever owns it; an address cannot.
fn is_own(app: &App, host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok()
        || app.options.allowed_hosts.iter().any(|own| own.eq_ignore_ascii_case(host))
}

/// `localhost` and a loopback address are the same place under two names.
fn is_same_origin(headers: &HeaderMap, asked: &Authority) -> bool {
    let origin = headers.get(header::ORIGIN).and_then(|value| value.to_str().ok());
    let origin: Option<Authority> =
        origin.and_then(|origin| origin.strip_prefix("http://")?.parse().ok());
    let is_here = |host: &str| {
        host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    };
    origin.is_some_and(|origin| {
        origin == *asked
            || (origin.port_u16() == asked.port_u16()
                && is_here(origin.host())
                && is_here(asked.host()))
    })
}

fn refuse(why: &'static str) -> Response {
    (StatusCode::FORBIDDEN, why).into_response()
}
