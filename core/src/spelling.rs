//! Which addresses a call may be sent to: the routes of the API have been spelt in
//! several ways, and only the server knows which one it has.

use crate::config::{Config, RouteChoice};
use crate::request::Target;
use crate::schema::Routes;

/// One way to spell the address of a call.
#[derive(Debug)]
pub(crate) struct Spelling {
    version: Version,
    pub(crate) routes: Routes,
}

/// The version at the end of a base URL.
#[derive(Debug)]
enum Version {
    AsGiven,
    Without,
}

const VERSION: &str = "/v1";

const CURRENT: Spelling = Spelling { version: Version::AsGiven, routes: Routes::Current };
const DOCUMENTED: Spelling = Spelling { version: Version::AsGiven, routes: Routes::Documented };
const UNVERSIONED: Spelling = Spelling { version: Version::Without, routes: Routes::Current };

impl Spelling {
    /// What the addresses start with.
    pub(crate) fn base<'c>(&self, config: &'c Config) -> &'c str {
        let base = config.base_url.as_str();
        match self.version {
            Version::AsGiven => base,
            Version::Without => base.strip_suffix(VERSION).unwrap_or(base),
        }
    }
}

/// The spellings to try, in order: never an address that the base URL does not imply.
pub(crate) fn list(config: &Config, target: &Target) -> &'static [Spelling] {
    match (target, config.routes) {
        (Target::Raw { .. }, _) | (_, RouteChoice::Only(Routes::Current)) => &[CURRENT],
        (_, RouteChoice::Only(Routes::Documented)) => &[DOCUMENTED],
        (_, RouteChoice::Auto) if config.base_url.ends_with(VERSION) => {
            &[DOCUMENTED, CURRENT, UNVERSIONED]
        }
        (_, RouteChoice::Auto) => &[CURRENT, DOCUMENTED],
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
        let config = config.build().unwrap();
        let spelt = list(&config, &target).iter();
        spelt.map(|s| (s.base(&config).to_owned(), s.routes)).collect()
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
