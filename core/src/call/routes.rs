//! The routes of a call: the API has had several route styles, and only a request shows which one a
//! server has.

use super::host_state::HostState;
use crate::config::{Config, RouteChoice};
use crate::request::Target;
use crate::response::error_body::ParsedError;
use crate::table::{Operation, RouteStyle};

/// One route of a call: a base URL and a route style.
#[derive(Debug)]
pub(crate) struct Route {
    version: Version,
    pub(crate) style: RouteStyle,
}

/// Whether to keep the version at the end of a base URL.
#[derive(Debug, PartialEq, Eq)]
enum Version {
    AsGiven,
    Without,
}

const VERSION: &str = "/v1";

const CURRENT: Route = Route { version: Version::AsGiven, style: RouteStyle::Current };
const DOCUMENTED: Route = Route { version: Version::AsGiven, style: RouteStyle::Documented };
const NEWEST: Route = Route { version: Version::AsGiven, style: RouteStyle::Newest };
const UNVERSIONED: Route = Route { version: Version::Without, style: RouteStyle::Current };
const UNVERSIONED_NEWEST: Route = Route { version: Version::Without, style: RouteStyle::Newest };

impl Route {
    /// The start of the URL.
    pub(crate) fn base<'c>(&self, config: &'c Config) -> &'c str {
        let base = config.base_url.as_str();
        match self.version {
            Version::AsGiven => base,
            Version::Without => base.strip_suffix(VERSION).unwrap_or(base),
        }
    }
}

/// The routes to try, in order. Each is derived from the base URL.
pub(crate) fn list(config: &Config, target: &Target) -> &'static [Route] {
    match (target, config.routes) {
        (Target::Raw { .. } | Target::Download(_) | Target::Connection, _)
        | (_, RouteChoice::Only(RouteStyle::Current)) => &[CURRENT],
        (_, RouteChoice::Only(RouteStyle::Documented)) => &[DOCUMENTED],
        (_, RouteChoice::Only(RouteStyle::Newest)) => &[NEWEST],
        (_, RouteChoice::Auto) if config.base_url.ends_with(VERSION) => {
            &[DOCUMENTED, CURRENT, NEWEST, UNVERSIONED, UNVERSIONED_NEWEST]
        }
        (_, RouteChoice::Auto) => &[CURRENT, NEWEST, DOCUMENTED],
    }
}

/// Whether a target has a path in the style of a route, and no earlier route has the same URL.
fn is_usable(routes: &[Route], at: usize, target: &Target) -> bool {
    let Some((route, earlier)) = routes.get(at).zip(routes.get(..at)) else { return false };
    match target {
        Target::Raw { .. } | Target::Download(_) | Target::Connection => true,
        Target::Operation(operation) => {
            operation.path(route.style).is_some()
                && !earlier.iter().any(|other| is_same(route, other, operation))
        }
    }
}

/// Whether two routes are one URL for an operation.
fn is_same(route: &Route, other: &Route, operation: &Operation) -> bool {
    route.version == other.version && operation.path(route.style) == operation.path(other.style)
}

/// How many routes of a list a target can use.
pub(crate) fn count(routes: &[Route], target: &Target) -> usize {
    (0..routes.len()).filter(|at| is_usable(routes, *at, target)).count()
}

/// The route to try first: the one that the host is known to have, if the target can use it.
/// Returns `None` if the target can use none.
pub(crate) fn first(routes: &[Route], host: &HostState, target: &Target) -> Option<FirstRoute> {
    let known = host.route.and_then(|at| routes.get(at));
    if let (Target::Operation(operation), Some(known)) = (target, known)
        && operation.path(known.style).is_some()
    {
        let renamed = |route: &&Route| {
            host.newest
                && known.style == RouteStyle::Current
                && route.style == RouteStyle::Newest
                && route.version == known.version
        };
        let known = routes.iter().find(renamed).unwrap_or(known);
        let index = routes.iter().position(|route| is_same(route, known, operation))?;
        return Some(FirstRoute { index, teaches: true });
    }
    let mut usable = (0..routes.len()).filter(|at| is_usable(routes, *at, target));
    let of_version = known.and_then(|known| {
        let has_version = |at: &usize| routes.get(*at).is_some_and(|r| r.version == known.version);
        usable.clone().find(has_version)
    });
    let index = of_version.or_else(|| usable.next())?;
    Some(FirstRoute { index, teaches: known.is_none() })
}

/// The first route of a call.
pub(crate) struct FirstRoute {
    pub(crate) index: usize,
    /// Whether another route that the call finds is that of the host. It is not if the target has
    /// no path in the style that the host is known to have.
    pub(crate) teaches: bool,
}

/// The route to try after another one.
pub(crate) fn next(routes: &[Route], after: usize, target: &Target) -> usize {
    let mut others = (1..=routes.len()).map(|step| (after + step) % routes.len());
    others.find(|at| is_usable(routes, *at, target)).unwrap_or(after)
}

/// Whether a 404 means that the server has no such *route*: then no handler ran, and even a POST
/// may be sent to another route. A 404 about a resource does not count.
pub(crate) fn is_missing_route(status: u16, error: &ParsedError, method: &str, url: &str) -> bool {
    if status != 404 {
        return false;
    }
    let Some(message) = error.message.as_deref() else { return false };
    let Some((_, after_scheme)) = url.split_once("://") else { return false };
    let path_and_query =
        after_scheme.find('/').and_then(|at| after_scheme.get(at..)).unwrap_or("/");
    let path = path_and_query.split('?').next().unwrap_or_default();
    let route = message.strip_prefix("Cannot ").and_then(|m| m.strip_prefix(method));
    match route.and_then(|rest| rest.strip_prefix(' ')) {
        Some(named) => named == path || named == path_and_query,
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ConfigBuilder;

    fn listed(base_url: &str, routes: RouteChoice) -> Vec<(String, RouteStyle)> {
        let config = ConfigBuilder {
            key_optional: true,
            base_url: Some(base_url.into()),
            routes,
            ..ConfigBuilder::default()
        };
        let target = Target::Operation(crate::table::OPERATIONS[0]);
        let config = config.build().unwrap();
        let routes = list(&config, &target).iter();
        routes.map(|s| (s.base(&config).to_owned(), s.style)).collect()
    }

    #[test]
    fn a_base_with_a_version_is_tried_as_documented_first() {
        let (with, without) = ("https://h/v1".to_owned(), "https://h".to_owned());
        assert_eq!(
            listed("https://h/v1/", RouteChoice::Auto),
            [
                (with.clone(), RouteStyle::Documented),
                (with.clone(), RouteStyle::Current),
                (with.clone(), RouteStyle::Newest),
                (without.clone(), RouteStyle::Current),
                (without.clone(), RouteStyle::Newest)
            ]
        );
        assert_eq!(
            listed("https://h", RouteChoice::Auto),
            [
                (without.clone(), RouteStyle::Current),
                (without.clone(), RouteStyle::Newest),
                (without, RouteStyle::Documented)
            ]
        );
        let only = RouteChoice::Only(RouteStyle::Current);
        assert_eq!(listed("https://h/v1", only), [(with, RouteStyle::Current)]);
    }

    #[test]
    fn a_url_is_tried_once_and_teaches_what_it_can() {
        let list = [DOCUMENTED, CURRENT, UNVERSIONED];
        let operation = |id: &str| {
            Target::Operation(crate::table::OPERATIONS.iter().find(|o| o.id == id).unwrap())
        };
        let both = operation("create_checkout_session");
        assert_eq!(count(&list, &both), 3);
        let host = HostState { route: Some(1), ..HostState::default() };
        assert_eq!(first(&list, &host, &both).unwrap().index, 1);
        assert_eq!(next(&list, 2, &both), 0);
        let raw = Target::Raw { method: http::Method::GET, path: "/x".into() };
        assert_eq!(count(&list[..1], &raw), 1);
    }

    #[test]
    fn only_a_missing_route_is_one() {
        let check = |status, message: &str| {
            let parsed = ParsedError { message: Some(message.into()), ..ParsedError::default() };
            is_missing_route(status, &parsed, "POST", "http://h:1/v1/checkout_sessions?a=1")
        };
        assert!(check(404, "Cannot POST /v1/checkout_sessions"));
        assert!(check(404, "Cannot POST /v1/checkout_sessions?a=1"));
        assert!(!check(405, "Cannot POST /v1/checkout_sessions"));
        assert!(!check(404, "Cannot GET /v1/checkout_sessions"));
        assert!(!check(404, "Cannot POST /v1/checkout_sessions/x"));
        assert!(!check(404, "Checkout session with ID x not found or access denied"));
    }
}
