//! What a call did, on standard error, for who asks with `LOMI_LOG=info` (or `debug`).
//! Languages with a logging library of their own hand the same lines to it instead.
//! Bodies, ids and keys are never written.

use std::io::Write;

use crate::observer::{Observer, ResponseEvent};
use crate::process::{Cache, PerProcess};

/// How many warnings are remembered as written.
const MAX_REMEMBERED: usize = 1000;

static WRITTEN: PerProcess<Cache<String, ()>> = PerProcess::new(|| Cache::new(MAX_REMEMBERED));

/// Whether `LOMI_LOG` asks for a log: by the given value where a language has an environment
/// of its own, else by the process's.
pub fn is_asked_for(given: Option<&str>) -> bool {
    let asks =
        |value: &str| ["info", "debug"].iter().any(|level| value.eq_ignore_ascii_case(level));
    match given {
        Some(value) => asks(value.trim()),
        None => std::env::var("LOMI_LOG").is_ok_and(|value| asks(value.trim())),
    }
}

/// Writes one line per attempt to standard error.
pub(crate) struct StderrLog;

impl Observer for StderrLog {
    fn on_response(&self, event: &ResponseEvent<'_>) {
        // A log that cannot be written is no failure of the call.
        let _ = writeln!(std::io::stderr(), "lomi: {event}");
    }
}

/// Writes one line per warning.
pub(crate) fn warnings(sentences: &[String]) {
    if sentences.is_empty() || !is_asked_for(None) {
        return;
    }
    for sentence in sentences {
        eprintln!("lomi: warning: {sentence}");
    }
}

/// Writes the warnings of a client, each once in a process.
pub(crate) fn warnings_of_client(sentences: &[String]) {
    if sentences.is_empty() || !is_asked_for(None) {
        return;
    }
    let is_first_time = |sentence: &&String| is_first_time(sentence);
    let news: Vec<_> = sentences.iter().filter(is_first_time).cloned().collect();
    warnings(&news);
}

/// Whether a warning is written for the first time in this process.
fn is_first_time(sentence: &str) -> bool {
    let mut first = false;
    let _ = WRITTEN.get().get_or_insert(sentence, || {
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
        for asks in ["info", "debug", "INFO", " debug\n"] {
            assert!(is_asked_for(Some(asks)), "{asks:?}");
        }
        for other in ["", "0", "off", "information"] {
            assert!(!is_asked_for(Some(other)), "{other:?}");
        }
    }

    #[test]
    fn a_warning_is_written_once() {
        for number in 0..MAX_REMEMBERED + 10 {
            assert!(is_first_time(&number.to_string()) && !is_first_time(&number.to_string()));
        }
        assert_eq!(WRITTEN.get().len(), MAX_REMEMBERED);
    }
}
