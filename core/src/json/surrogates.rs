//! Lone surrogates: valid in JSON but not in UTF-8.

/// Replaces lone surrogates (`\ud83d` without its other half) by U+FFFD. Returns `None` if there is
/// none.
pub(crate) fn without_lone_surrogates(text: &str) -> Option<String> {
    let hex = |at: usize| u16::from_str_radix(text.get(at + 2..at + 6)?, 16).ok();
    let mut lone = Vec::new();
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find('\\')) {
        at += found;
        let unit = text.get(at..at + 2).filter(|escape| *escape == "\\u").and_then(|_| hex(at));
        let pair = text.get(at + 6..at + 8).filter(|escape| *escape == "\\u");
        let low = pair.and_then(|_| hex(at + 6));
        at += match unit {
            Some(0xD800..=0xDBFF) if matches!(low, Some(0xDC00..=0xDFFF)) => 12,
            Some(0xD800..=0xDFFF) => {
                lone.push(at);
                6
            }
            Some(_) => 6,
            None => 2,
        };
    }
    if lone.is_empty() {
        return None;
    }
    let mut mended = String::with_capacity(text.len());
    let mut from = 0;
    for at in lone {
        mended.push_str(text.get(from..at)?);
        mended.push_str("\\ufffd");
        from = at + 6;
    }
    mended.push_str(text.get(from..)?);
    Some(mended)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lone_surrogates_are_replaced_and_pairs_are_kept() {
        assert_eq!(without_lone_surrogates(r#""\ud83d\ude00 \\ud83d é""#), None);
        assert_eq!(
            without_lone_surrogates(r#""\ud83d x \ude00\ud83d\ude00\ud83d""#).unwrap(),
            r#""\ufffd x \ufffd\ud83d\ude00\ufffd""#
        );
    }
}
