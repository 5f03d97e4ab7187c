//! Comparison of a value with an expected one. An object names only the members that are compared;
//! an object with one key that starts with `$` is a rule for the value.

use serde_json::{Map, Value};

use crate::server::request::Request;

/// Values that a rule can refer to.
pub(crate) struct Context<'a> {
    /// The first request of the scenario.
    pub(crate) first: Option<&'a Request>,
}

/// Why `found` is not as `wanted` requires; None when it is.
pub(crate) fn differs(
    wanted: &Value,
    found: Option<&Value>,
    context: &Context<'_>,
    at: &str,
) -> Option<String> {
    let nothing = Value::Null;
    let value = found.unwrap_or(&nothing);
    let say = |what: String| Some(format!("{at}: {what}"));
    match wanted {
        _ if digits(wanted).is_some() && same(wanted, value) => None,
        Value::Object(fields) => {
            if let Some((rule, argument)) = rule(fields) {
                return apply(rule, argument, found, context)
                    .and_then(|what| say(format!("{what}, found {}", shown(found))));
            }
            let Value::Object(members) = value else {
                return say(format!("wanted an object, found {}", shown(found)));
            };
            fields.iter().find_map(|(name, wanted)| {
                differs(wanted, members.get(name), context, &format!("{at}.{name}"))
            })
        }
        Value::Array(items) => {
            let Value::Array(values) = value else {
                return say(format!("wanted a list, found {}", shown(found)));
            };
            if items.len() != values.len() {
                return say(format!("wanted {} items, found {}", items.len(), shown(found)));
            }
            let mut pairs = items.iter().zip(values).enumerate();
            pairs.find_map(|(at_item, (wanted, value))| {
                differs(wanted, Some(value), context, &format!("{at}[{at_item}]"))
            })
        }
        _ if same(wanted, value) => None,
        _ => say(format!("wanted {wanted}, found {}", shown(found))),
    }
}

fn rule(fields: &Map<String, Value>) -> Option<(&str, &Value)> {
    let mut members = fields.iter();
    let (name, argument) = members.next()?;
    (members.next().is_none() && name.starts_with('$') && name != "$number")
        .then_some((name.as_str(), argument))
}

fn apply(
    rule: &str,
    argument: &Value,
    found: Option<&Value>,
    context: &Context<'_>,
) -> Option<String> {
    let text = found.and_then(Value::as_str);
    let number = found.and_then(Value::as_f64);
    let of_first = |name: &str| context.first.and_then(|request| request.header(name));
    let holds = match rule {
        "$absent" => found.is_none_or(Value::is_null),
        "$present" => found.is_some_and(|value| !value.is_null()),
        "$contains" => text.zip(argument.as_str()).is_some_and(|(text, part)| text.contains(part)),
        "$lacks" => argument
            .as_str()
            .is_some_and(|part| !found.map(Value::to_string).unwrap_or_default().contains(part)),
        "$exactly" => found.is_some_and(|value| identical(argument, value)),
        // The value of this header in the first request.
        "$sent" => text.is_some() && text == argument.as_str().and_then(of_first),
        "$uuid" => text.is_some_and(|text| is_uuid(text, argument.as_u64())),
        "$between" => match (argument.get(0), argument.get(1), number) {
            (Some(least), Some(most), Some(value)) => {
                least.as_f64().is_some_and(|least| value >= least)
                    && most.as_f64().is_some_and(|most| value <= most)
            }
            _ => false,
        },
        "$close" => number_of(found)
            .zip(number_of(Some(argument)))
            .is_some_and(|(found, wanted)| (found - wanted).abs() <= wanted.abs() * 1e-15),
        "$count" => {
            found.and_then(Value::as_array).map(Vec::len) == argument.as_u64().map(|n| n as usize)
        }
        "$length" => {
            text.map(str::chars).map(Iterator::count) == argument.as_u64().map(|n| n as usize)
        }
        _ => return Some(format!("there is no rule {rule}")),
    };
    (!holds).then(|| format!("the rule {rule} {argument} does not hold"))
}

fn number_of(value: Option<&Value>) -> Option<f64> {
    digits(value?)?.parse().ok()
}

fn is_uuid(text: &str, version: Option<u64>) -> bool {
    let form = text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        });
    form && text.get(14..15).map(str::to_owned) == version.map(|v| v.to_string())
}

/// Whether scalars are equal; numbers are compared by value, to the last digit. PHP returns numbers
/// that do not fit its integers as strings.
fn same(wanted: &Value, found: &Value) -> bool {
    let large = |number: &Value| digits(number).is_some_and(|text| text.parse::<i64>().is_err());
    match (digits(wanted), digits(found).or_else(|| found.as_str().map(str::to_owned))) {
        (Some(wanted_digits), Some(text)) if found.is_string() => {
            large(wanted) && canonical(&wanted_digits) == canonical(&text)
        }
        (None, _) if found.is_string() => wanted == found,
        (Some(wanted), Some(found)) => canonical(&wanted) == canonical(&found),
        (None, None) => wanted == found,
        _ => false,
    }
}

/// Whether both have the same members and items, and no others.
pub(crate) fn identical(wanted: &Value, found: &Value) -> bool {
    match (wanted, found) {
        _ if digits(wanted).is_some() => same(wanted, found),
        (Value::Object(wanted), Value::Object(found)) => {
            wanted.len() == found.len()
                && wanted.iter().all(|(name, value)| {
                    found.get(name).is_some_and(|other| identical(value, other))
                })
        }
        (Value::Array(wanted), Value::Array(found)) => {
            wanted.len() == found.len() && wanted.iter().zip(found).all(|(a, b)| identical(a, b))
        }
        _ => wanted == found,
    }
}

/// Digits of a JSON number, or of `{"$number": "..."}`, which is used where the JSON of a language
/// would lose digits.
fn digits(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => Some(number.to_string()),
        Value::Object(fields) if fields.len() == 1 => {
            fields.get("$number").and_then(Value::as_str).map(str::to_owned)
        }
        _ => None,
    }
}

/// Canonical form of a number: sign, digits without zeros at either end, exponent.
fn canonical(text: &str) -> Option<(bool, String, i64)> {
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse().ok()?),
        None => (rest, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    if all.is_empty() || !all.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let significant = all.trim_start_matches('0');
    let trimmed = significant.trim_end_matches('0');
    if trimmed.is_empty() {
        return Some((false, String::new(), 0));
    }
    let shift = (significant.len() - trimmed.len()) as i64 - fraction.len() as i64;
    Some((negative, trimmed.to_owned(), exponent + shift))
}

fn shown(found: Option<&Value>) -> String {
    let text = found.map_or_else(|| "nothing".to_owned(), Value::to_string);
    match text.char_indices().nth(300) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(wanted: Value, found: Value) -> bool {
        differs(&wanted, Some(&found), &Context { first: None }, "").is_none()
    }

    #[test]
    fn numbers_are_compared_to_the_last_digit() {
        let wide = || json!({"$number": "9007199254740993"});
        assert!(check(wide(), serde_json::from_str("9007199254740993").unwrap()));
        assert!(!check(wide(), serde_json::from_str("9007199254740992").unwrap()));
        assert!(check(json!(10000), serde_json::from_str("1e4").unwrap()));
        assert!(check(json!(10000), serde_json::from_str("10000.0").unwrap()));
        assert!(!check(json!(10000), json!("10000")));
        assert!(!check(json!(10000), json!(100)));
        assert!(!check(json!(5), json!(-5)));
    }

    #[test]
    fn an_object_names_compared_members_and_rules_apply() {
        assert!(check(json!({"a": 1}), json!({"a": 1, "b": 2})));
        assert!(!check(json!({"a": 1}), json!({"b": 2})));
        assert!(!check(json!({"$exactly": {"a": 1}}), json!({"a": 1, "b": 2})));
        assert!(!check(json!([1]), json!([1, 2])));
        assert!(check(json!({"a": {"$absent": true}}), json!({})));
        assert!(!check(json!({"a": {"$absent": true}}), json!({"a": 0})));
        assert!(!check(json!({"$present": true}), Value::Null));
        assert!(!check(json!({"$contains": "x"}), json!("y")));
        assert!(!check(json!({"$lacks": "key"}), json!({"a": "the key"})));
        assert!(!check(json!({"$typo": 1}), json!(1)));
        assert!(check(json!({"$uuid": 4}), json!("f47ac10b-58cc-4372-a567-0e02b2c3d479")));
        assert!(!check(json!({"$uuid": 5}), json!("f47ac10b-58cc-4372-a567-0e02b2c3d479")));
    }
}
