//! Which addresses a call may be sent to: the routes of the API have been spelt in
//! several ways, and only the server knows which one it has.

use crate::config::{Config, RouteChoice};
use crate::request::Target;
use crate::schema::Routes;

/// One way to spell the address of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spelling {
    pub(crate) base: String,
    pub(crate) routes: Routes,
}

/// The spellings to try, in order: never an address that the base URL does not imply.
pub(crate) fn list(config: &Config, target: &Target) -> Vec<Spelling> {
    let base = &config.base_url;
    let spelt = |base: &str, routes| Spelling { base: base.to_owned(), routes };
    match (target, config.routes) {
        (Target::Raw { .. }, _) => vec![spelt(base, Routes::Current)],
        (_, RouteChoice::Only(routes)) => vec![spelt(base, routes)],
        (_, RouteChoice::Auto) => match base.strip_suffix("/v1") {
            Some(root) => vec![
                spelt(base, Routes::Documented),
                spelt(base, Routes::Current),
                spelt(root, Routes::Current),
            ],
            None => vec![spelt(base, Routes::Current), spelt(base, Routes::Documented)],
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ConfigBuilder;

    fn listed(base_url: &str, routes: RouteChoice) -> Vec<(String, Routes)> {
        let config = ConfigBuilder {
            key_optional: true,
            base_url: Some(base_url.into()),
            routes,
            ..ConfigBuilder::default()
        };
        let target = Target::Operation(crate::generated::OPERATIONS[0]);
        let spellings = list(&config.build().unwrap(), &target);
        spellings.into_iter().map(|s| (s.base, s.routes)).collect()
    }

    #[test]
    fn a_base_with_a_version_is_tried_as_documented_first() {
        let (with, without) = ("https://h/v1".to_owned(), "https://h".to_owned());
        assert_eq!(
            listed("https://h/v1/", RouteChoice::Auto),
            [
                (with.clone(), Routes::Documented),
                (with.clone(), Routes::Current),
                (without.clone(), Routes::Current)
            ]
        );
        assert_eq!(
            listed("https://h", RouteChoice::Auto),
            [(without.clone(), Routes::Current), (without, Routes::Documented)]
        );
        let only = RouteChoice::Only(Routes::Current);
        assert_eq!(listed("https://h/v1", only), [(with, Routes::Current)]);
    }
}
