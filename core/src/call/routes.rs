//! The routes of a call: the API has had several route styles, and only a request shows which one a
//! server has.

use crate::config::{Config, RouteChoice};
use crate::request::Target;
use crate::response::error_body::ParsedError;
use crate::table::RouteStyle;

/// One route of a call: a base URL and a route style.
#[derive(Debug)]
pub(crate) struct Route {
    version: Version,
    pub(crate) style: RouteStyle,
}

/// Whether to keep the version at the end of a base URL.
#[derive(Debug)]
enum Version {
    AsGiven,
    Without,
}

const VERSION: &str = "/v1";

const CURRENT: Route = Route { version: Version::AsGiven, style: RouteStyle::Current };
const DOCUMENTED: Route = Route { version: Version::AsGiven, style: RouteStyle::Documented };
const UNVERSIONED: Route = Route { version: Version::Without, style: RouteStyle::Current };

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
        (Target::Raw { .. }, _) | (_, RouteChoice::Only(RouteStyle::Current)) => &[CURRENT],
        (_, RouteChoice::Only(RouteStyle::Documented)) => &[DOCUMENTED],
        (_, RouteChoice::Auto) if config.base_url.ends_with(VERSION) => {
            &[DOCUMENTED, CURRENT, UNVERSIONED]
        }
        (_, RouteChoice::Auto) => &[CURRENT, DOCUMENTED],
    }
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
                (without.clone(), RouteStyle::Current)
            ]
        );
        assert_eq!(
            listed("https://h", RouteChoice::Auto),
            [(without.clone(), RouteStyle::Current), (without, RouteStyle::Documented)]
        );
        let only = RouteChoice::Only(RouteStyle::Current);
        assert_eq!(listed("https://h/v1", only), [(with, RouteStyle::Current)]);
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
