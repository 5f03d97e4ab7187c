//! What a call did, on standard error, for who asks with `LOMI_LOG=info` (or `debug`).
//! Languages with a logging library of their own hand the same lines to it instead.
//! Bodies, ids and keys are never written.

use std::io::Write;

use crate::error::Attempt;

/// Whether the user asked for a log.
pub fn wanted() -> bool {
    matches!(std::env::var("LOMI_LOG").as_deref(), Ok("info" | "debug"))
}

/// Writes one line per request of a call.
pub(crate) fn attempts(history: &[Attempt]) {
    if history.is_empty() || !wanted() {
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
    if sentences.is_empty() || !wanted() {
        return;
    }
    for sentence in sentences {
        eprintln!("lomi: warning: {sentence}");
    }
}

/// Writes the warnings of a client, each once in a process.
pub(crate) fn warnings_of_client(sentences: &[String]) {
    if sentences.is_empty() || !wanted() {
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
    fn the_route_of_a_path_holds_no_values() {
        assert_eq!(without_values("/checkout-sessions/cs_1?a=b"), "/checkout-sessions/*");
        assert_eq!(without_values("/v1/webhooks/0f9e/test"), "/v1/webhooks/*/test");
    }
}
