//! Settings from outside the script: php.ini and the environment.

pub(crate) mod environment;
pub(crate) mod ini;
