//! The log of Rust programs: one line per attempt on standard error, enabled by `LOMI_LOG=info` (or
//! `debug`). Other languages write the same lines to their own logging library. Bodies, ids and
//! keys are never logged.

use std::io::Write;

use crate::observer::{Observer, ResponseEvent};
use crate::process::{Cache, PerProcess};

/// How many warnings are remembered as logged.
const MAX_REMEMBERED: usize = 1000;

static LOGGED: PerProcess<Cache<String, ()>> = PerProcess::new(|| Cache::new(MAX_REMEMBERED));

/// Whether `LOMI_LOG` enables the log. A language with an environment of its own passes the value;
/// else the process's environment is read.
pub fn is_enabled(value: Option<&str>) -> bool {
    let enables =
        |value: &str| ["info", "debug"].iter().any(|level| value.eq_ignore_ascii_case(level));
    match value {
        Some(value) => enables(value.trim()),
        None => std::env::var("LOMI_LOG").is_ok_and(|value| enables(value.trim())),
    }
}

/// Writes one line per attempt to standard error.
pub(crate) struct StderrLog;

impl Observer for StderrLog {
    fn on_response(&self, event: &ResponseEvent<'_>) {
        // A call does not fail because its log cannot be written.
        let _ = writeln!(std::io::stderr(), "lomi: {event}");
    }
}

/// Writes one line per warning.
pub(crate) fn warnings(sentences: &[String]) {
    if sentences.is_empty() || !is_enabled(None) {
        return;
    }
    for sentence in sentences {
        // `eprintln!` panics where standard error cannot be written.
        let _ = writeln!(std::io::stderr(), "lomi: warning: {sentence}");
    }
}

/// Writes the warnings of a client, each once per process.
pub(crate) fn warnings_of_client(sentences: &[String]) {
    if sentences.is_empty() || !is_enabled(None) {
        return;
    }
    let is_first_time = |sentence: &&String| is_first_time(sentence);
    let new: Vec<_> = sentences.iter().filter(is_first_time).cloned().collect();
    warnings(&new);
}

/// Whether a warning was not logged before in this process.
fn is_first_time(sentence: &str) -> bool {
    let mut first = false;
    let _ = LOGGED.get().get_or_insert(sentence, || {
        first = true;
        Ok::<_, std::convert::Infallible>(())
    });
    first
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_level_is_a_word_in_any_case() {
        for value in ["info", "debug", "INFO", " debug\n"] {
            assert!(is_enabled(Some(value)), "{value:?}");
        }
        for other in ["", "0", "off", "information"] {
            assert!(!is_enabled(Some(other)), "{other:?}");
        }
    }

    #[test]
    fn a_warning_is_written_once() {
        for number in 0..MAX_REMEMBERED + 10 {
            assert!(is_first_time(&number.to_string()) && !is_first_time(&number.to_string()));
        }
        assert_eq!(LOGGED.get().len(), MAX_REMEMBERED);
    }
}
