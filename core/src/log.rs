//! What a call did, on standard error, for who asks with `LOMI_LOG=info` (or `debug`).
//! Languages with a logging library of their own hand the same lines to it instead.
//! Bodies, ids and keys are never written.

use std::io::Write;

use crate::error::Attempt;

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

/// Writes one line per request of a call.
pub(crate) fn attempts(history: &[Attempt]) {
    if history.is_empty() || !is_asked_for(None) {
        return;
    }
    let mut stderr = std::io::stderr().lock();
    for (number, attempt) in history.iter().enumerate() {
        // A log that cannot be written is no failure of the call.
        let _ = writeln!(stderr, "lomi: {attempt} attempt {}", number + 1);
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
    let is_news = |sentence: &&String| crate::process::is_news(sentence);
    let news: Vec<_> = sentences.iter().filter(is_news).cloned().collect();
    warnings(&news);
}

/// The route of a path that the caller wrote, with a star where a value may stand: a
/// log has no business with ids.
pub(crate) fn without_values(path: &str) -> String {
    let plain = path.split('?').next().unwrap_or_default();
    let is_word = |segment: &str| {
        segment.bytes().all(|byte| byte.is_ascii_lowercase() || b"_-".contains(&byte))
    };
    let is_version = |segment: &str| {
        segment.strip_prefix('v').is_some_and(|n| n.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let segments = plain.split('/').map(|segment| match segment {
        segment if is_word(segment) || is_version(segment) => segment,
        _ => "*",
    });
    segments.collect::<Vec<_>>().join("/")
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
    fn the_route_of_a_path_holds_no_values() {
        assert_eq!(without_values("/checkout-sessions/cs_1?a=b"), "/checkout-sessions/*");
        assert_eq!(without_values("/v1/webhooks/0f9e/test"), "/v1/webhooks/*/test");
    }
}
