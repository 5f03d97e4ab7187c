//! Limits on what a server may send, and on times.

use std::time::Duration;

use crate::error::Error;
use crate::messages::config as messages;
use crate::names;

/// The longest timeout of a call: ten years, which can be added to any clock.
pub(crate) const LONGEST_TIME: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

/// Upper limit of [`Limits::depth`]: parsing and building values recurse on the stack.
pub(crate) const DEEPEST: usize = 512;

/// Limits on a response.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of a decoded body.
    pub body: usize,
    /// Bytes of all headers together.
    pub headers: usize,
    /// Levels of nesting in JSON.
    pub depth: usize,
    /// Values in one JSON document, including lists and objects.
    pub values: usize,
    /// How many times larger a compressed body may become.
    pub ratio: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { body: 16 << 20, headers: 64 << 10, depth: 128, values: 250_000, ratio: 100 }
    }
}

impl Limits {
    /// Names of the limits, as options of a client spell them.
    pub(crate) const NAMES: &[&str] = &["body", "headers", "depth", "values", "ratio"];

    /// Sets a limit by its name, for languages that pass limits as a map.
    ///
    /// # Errors [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) if there is no limit of
    /// this name, or the value is 0.
    #[doc(hidden)]
    pub fn set(&mut self, name: &str, value: u64) -> Result<(), Error> {
        let limit = match name {
            "body" => &mut self.body,
            "headers" => &mut self.headers,
            "depth" => &mut self.depth,
            "values" => &mut self.values,
            "ratio" => &mut self.ratio,
            _ => {
                let hint = names::hint_or_all(name, Self::NAMES);
                return Err(Error::configuration(messages::unknown_limit(name, hint)));
            }
        };
        if value == 0 {
            return Err(Error::configuration(messages::limit_not_above_zero(name)));
        }
        if name == "depth" && value > DEEPEST as u64 {
            return Err(Error::configuration(messages::limit_too_deep(DEEPEST)));
        }
        *limit = usize::try_from(value).unwrap_or(usize::MAX);
        Ok(())
    }
}
