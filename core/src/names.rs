//! Finds misspelled names. An unknown name may be newer than this library and is sent; one that is
//! almost a known name is refused as a mistake.

use crate::message::Message;
use crate::messages::error as words;
use crate::messages::names as messages;

/// Names of a call's options, which must not be among the fields of a body or a query.
pub const OPTIONS: &[&str] = &[
    "idempotency_key",
    "timeout",
    "connect_timeout",
    "attempt_timeout",
    "idle_timeout",
    "max_retries",
    "headers",
    "api_key",
    "account",
    "request_id",
    "extra_body",
];

/// The most edits between a misspelled name and a known one of this length.
fn max_distance(length: usize) -> usize {
    match length {
        0..=2 => 0,
        3..=4 => 1,
        _ => 2,
    }
}

/// A name without case and separators: the same for `currencyCode`, `Currency-Code` and
/// `currency_code`.
fn folded(name: &str) -> String {
    let kept = name.chars().filter(|letter| !matches!(letter, '_' | '-' | ' ' | '.'));
    kept.flat_map(char::to_lowercase).collect()
}

/// The known name that was probably meant: it differs in case or separators, or by at most two
/// edits (one for short names). Returns `None` if the name is itself known, or close to none.
pub fn near_miss<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let plain = folded(name);
    let length = plain.chars().count();
    let mut best: Option<(usize, &str)> = None;
    for candidate in known {
        if candidate == name {
            return None;
        }
        let other = folded(candidate);
        let distance = strsim::osa_distance(&plain, &other);
        let limit = max_distance(length.min(other.chars().count()));
        if distance <= limit && best.is_none_or(|(nearest, _)| distance < nearest) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// The closest known name, for the error that refuses an unknown one. It may differ more than in
/// [`near_miss`], because the name is refused in any case.
pub fn suggestion<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let plain = folded(name);
    let scored = known
        .into_iter()
        .map(|candidate| (strsim::osa_distance(&plain, &folded(candidate)), candidate));
    let (distance, best) = scored.min_by_key(|(distance, _)| *distance)?;
    (distance <= 2.max(plain.chars().count() / 3)).then_some(best)
}

/// The end of a sentence that refuses an unknown name: `; did you mean "timeout"?`, or an empty
/// string.
pub fn hint<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Message {
    let nothing = Message::untranslated("");
    match suggestion(name, known) {
        Some(name) => words::with_advice(nothing, messages::did_you_mean(name)),
        None => nothing,
    }
}

/// Like [`hint`], with all names where none is close: for a short list.
pub(crate) fn hint_or_all(name: &str, known: &[&str]) -> Message {
    match suggestion(name, known.iter().copied()) {
        Some(_) => hint(name, known.iter().copied()),
        None => {
            let all = messages::known_are(known.join(", "));
            words::with_advice(Message::untranslated(""), all)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Language;

    const KNOWN: &[&str] = &["amount", "currency_code", "title", "url", "id", "customer_email"];

    #[test]
    fn near_misses_are_noticed_and_far_names_are_not() {
        let miss = |name| near_miss(name, KNOWN.iter().copied());
        assert_eq!(miss("ammount"), Some("amount"));
        assert_eq!(miss("amuont"), Some("amount"));
        assert_eq!(miss("AMOUNT"), Some("amount"));
        assert_eq!(miss("currencyCode"), Some("currency_code"));
        assert_eq!(miss("Currency-Code"), Some("currency_code"));
        assert_eq!(miss("currncy_cod"), Some("currency_code"));
        assert_eq!(miss("ulr"), Some("url"));
        assert_eq!(miss("ID"), Some("id"));
        for other in ["amount", "new_field", "uri2", "type", "ie", "note", "line_items", ""] {
            assert_eq!(miss(other), None, "{other}");
        }
    }

    #[test]
    fn a_refused_name_gets_a_hint() {
        assert_eq!(hint("curency", KNOWN.iter().copied()), Message::untranslated(""));
        let titel = hint("titel", KNOWN.iter().copied());
        assert_eq!(titel.text(Language::English), "; did you mean \"title\"?");
        assert_eq!(titel.text(Language::French), " ; vouliez-vous dire \"title\" ?");
        let size = hint_or_all("size", &["body", "depth"]);
        assert_eq!(size.text(Language::English), "; the known names are body, depth");
    }
}
