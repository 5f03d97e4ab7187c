//! Settings from outside the script: php.ini and the environment.

pub(crate) mod environment;
pub(crate) mod ini;
pub(crate) mod php_version;

/// The `User-Agent` of requests.
pub(crate) const USER_AGENT: &str = concat!("lomi-php/", env!("CARGO_PKG_VERSION"));
