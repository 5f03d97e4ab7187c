//! Names that look like a known name and are none. A name that nobody knows may be newer
//! than this library and is sent; one that is nearly a known name is a mistake.

/// Names of a call's options, which do not belong among the fields of a body or a query.
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

/// How far a name may be from a known one of this length to be taken for a mistake.
fn reach(length: usize) -> usize {
    match length {
        0..=2 => 0,
        3..=4 => 1,
        _ => 2,
    }
}

/// A name without case and separators: `currencyCode`, `Currency-Code` and `currency_code`
/// are one.
fn folded(name: &str) -> String {
    let kept = name.chars().filter(|letter| !matches!(letter, '_' | '-' | ' ' | '.'));
    kept.flat_map(char::to_lowercase).collect()
}

/// The known name that was probably meant: another spelling of it, or within two edits (one,
/// for short names). Nothing where the name is known itself, or far from all.
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
        let reach = reach(length.min(other.chars().count()));
        if distance <= reach && best.is_none_or(|(nearest, _)| distance < nearest) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// The known name that comes closest, as a hint in the refusal of an unknown name. It may be
/// farther away than [`near_miss`], because the name is refused in any case.
pub fn suggestion<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let plain = folded(name);
    let scored = known
        .into_iter()
        .map(|candidate| (strsim::osa_distance(&plain, &folded(candidate)), candidate));
    let (distance, best) = scored.min_by_key(|(distance, _)| *distance)?;
    (distance <= 2.max(plain.chars().count() / 3)).then_some(best)
}

/// The end of a sentence that refuses an unknown name: `; did you mean "timeout"?`, or
/// nothing.
pub fn hint<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    match suggestion(name, known) {
        Some(meant) => format!("; did you mean {meant:?}?"),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(hint("curency", KNOWN.iter().copied()), "");
        assert_eq!(hint("titel", KNOWN.iter().copied()), "; did you mean \"title\"?");
    }
}
