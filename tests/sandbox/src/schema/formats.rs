//! Formats of single values in requests.

use serde_json::Value;

/// Why a value is not a number above zero; None when it is one.
pub(super) fn positive_problem(value: &Value) -> Option<&'static str> {
    let Value::Number(number) = value else {
        return Some("must be a number");
    };
    // Compared as text: an f64 would call 1e-400 zero and lose digits of long integers.
    let text = number.as_str();
    let mantissa = text.split(['e', 'E']).next().unwrap_or(text);
    let above_zero = !text.starts_with('-') && mantissa.bytes().any(|b| matches!(b, b'1'..=b'9'));
    (!above_zero).then_some("must be greater than 0")
}

/// Why a value is not a number of at least zero; None when it is one.
pub(super) fn negative_problem(value: &Value) -> Option<&'static str> {
    let Value::Number(number) = value else {
        return Some("must be a number");
    };
    let text = number.as_str();
    let mantissa = text.split(['e', 'E']).next().unwrap_or(text);
    let below_zero = text.starts_with('-') && mantissa.bytes().any(|b| matches!(b, b'1'..=b'9'));
    below_zero.then_some("must not be less than 0")
}

/// Whether it is an absolute http or https URL. Placeholders such as `{CHECKOUT_SESSION_ID}` are
/// allowed in it.
pub(crate) fn is_url(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        !host.is_empty() && !text.chars().any(|c| c.is_control() || c == ' ' || c == '\\')
    })
}

/// Whether it has the form of an e-mail address.
pub(crate) fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && !domain.is_empty()
            && !domain.contains('@')
            && !text.chars().any(|c| c.is_control() || c.is_whitespace())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> Option<&'static str> {
        positive_problem(&serde_json::from_str(text).unwrap())
    }

    #[test]
    fn amounts_are_compared_by_their_digits() {
        for good in ["1", "0.01", "10000.0", "1e-400", "99999999999999999999999"] {
            assert_eq!(problem(good), None, "{good}");
        }
        for bad in ["0", "-1", "0.00", "-0", "0e9", "\"10\"", "true"] {
            assert!(problem(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn urls_must_be_absolute_and_http() {
        assert!(is_url("https://shop.test/ok?id={CHECKOUT_SESSION_ID}"));
        for bad in ["javascript:alert(1)", "/ok", "http://", "https://a b", "ftp://x", "https://?x"]
        {
            assert!(!is_url(bad), "{bad}");
        }
    }
}
