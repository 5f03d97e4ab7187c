//! Masks keys and personal data. A mask depends on nothing but the value, so that the request of a
//! replay has the masks of the recorded one.

use crate::json::{Map, Value};
use crate::secret::redact;
use crate::table::{Kind, MODELS};

const EMAIL: &str = "masked@example.com";
const PHONE: &str = "+22500000000";
const OTHER: &str = "masked";

/// The fewest digits of a card number.
const SHORTEST_CARD: usize = 13;

/// Words in the names of fields with personal data or secrets, also where the value is a number.
const PERSONAL: &[&str] = &[
    "account_number",
    "address",
    "alias",
    "api_key",
    "auth_code",
    "authorization",
    "birth",
    "card_number",
    "compte",
    "contact",
    "cvc",
    "cvv",
    "email",
    "employee",
    "iban",
    "msisdn",
    "national_id",
    "password",
    "phone",
    "pin_code",
    "postal",
    "qr_code",
    "secret",
    "signature",
    "tax_id",
    "token",
    "user_agent",
    "whatsapp",
    "zip",
];

/// Names of fields with personal data that are too short to look for within other names.
const PERSONAL_NAMES: &[&str] = &["account", "expiry", "ip", "pan", "pin"];

/// Names of fields whose strings are words of the API.
const KEPT: &[&str] = &[
    "channel",
    "code",
    "country",
    "countryCode",
    "currency",
    "cursor",
    "decision",
    "environment",
    "error",
    "errors",
    "event",
    "events",
    "id",
    "kind",
    "message",
    "method",
    "mode",
    "next_cursor",
    "object",
    "rail",
    "severity",
    "state",
    "status",
    "timestamp",
    "type",
    "url",
    "valid_from",
];

/// Ends of the names of such fields.
const KEPT_ENDS: &[&str] = &[
    "_action",
    "_at",
    "_category",
    "_code",
    "_currency",
    "_date",
    "_environment",
    "_event",
    "_events",
    "_frequency",
    "_id",
    "_ids",
    "_interval",
    "_method",
    "_methods",
    "_mode",
    "_provider",
    "_providers",
    "_rail",
    "_status",
    "_type",
    "_types",
    "_unit",
    "_url",
    "Id",
    "Url",
];

/// Whether a field has personal data or a secret, by its name.
fn is_personal(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('-', "_");
    let is_id = name.ends_with("_id") && !["national_id", "tax_id"].contains(&name.as_str());
    // An id says nothing about a person, and a replay needs it.
    !is_id
        && (PERSONAL_NAMES.contains(&name.as_str())
            || PERSONAL.iter().any(|word| name.contains(word)))
}

/// Whether the strings of a field are words of the API. Any other string may be free text, also in a
/// field that this version does not know.
fn is_kept(name: &str) -> bool {
    let named = || MODELS.iter().flat_map(|model| model.field(name));
    KEPT.contains(&name)
        || KEPT_ENDS.iter().any(|end| name.ends_with(end))
        || (named().next().is_some()
            && named().all(|field| matches!(field.kind, Kind::Enum(_) | Kind::Time | Kind::Uuid)))
}

/// Masks a JSON value.
pub(super) fn value(value: Value) -> Value {
    named(value, true)
}

/// Masks a value. `is_kept` says whether its strings are words of the API.
fn named(value: Value, is_kept: bool) -> Value {
    match value {
        Value::String(text) if is_kept => string(&text).into(),
        Value::Array(items) => items.into_iter().map(|item| named(item, is_kept)).collect(),
        Value::Object(fields) => object(fields).into(),
        text @ Value::String(_) => everything(text),
        other => other,
    }
}

fn object(fields: Map<String, Value>) -> Map<String, Value> {
    let masked = fields.into_iter().map(|(name, field)| {
        let hidden = match name.as_str() {
            "metadata" => everything(field),
            name if is_personal(name) => everything(field),
            name => named(field, is_kept(name)),
        };
        (string(&name), hidden)
    });
    masked.collect()
}

/// Masks all strings and numbers of a value.
fn everything(value: Value) -> Value {
    match value {
        Value::String(text) if text.is_empty() => text.into(),
        Value::String(text) if is_email(&text) => EMAIL.into(),
        Value::String(text) if is_phone(&text) => PHONE.into(),
        Value::String(_) => OTHER.into(),
        Value::Number(_) => 0.into(),
        Value::Array(items) => items.into_iter().map(everything).collect(),
        Value::Object(fields) => {
            fields.into_iter().map(|(name, field)| (string(&name), everything(field))).collect()
        }
        other => other,
    }
}

/// Masks keys, e-mail addresses, phone and card numbers and the queries of links in a string.
pub(super) fn string(text: &str) -> String {
    let text = redact(text);
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    if !text.contains(['@', '+', '?']) && digits < SHORTEST_CARD {
        return text;
    }
    let is_link = text.starts_with("https://") || text.starts_with("http://");
    match text.split_once('?') {
        Some((link, query)) if is_link && !query.is_empty() => format!("{}?{OTHER}", words(link)),
        _ => words(&text),
    }
}

/// Masks the words of a string that are an e-mail address, and its phone and card numbers.
fn words(text: &str) -> String {
    let is_end = |c: char| c.is_whitespace() || ",;()<>\"'".contains(c);
    let parts = text.split_inclusive(is_end).map(|part| {
        let word = part.trim_end_matches(is_end);
        match is_email(word) {
            true => format!("{EMAIL}{}", part.get(word.len()..).unwrap_or_default()),
            false => part.to_owned(),
        }
    });
    without_numbers(&parts.collect::<String>())
}

/// Masks phone and card numbers outside of ids.
fn without_numbers(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    // One id in some hundreds has the digits of a card. A replay needs every id.
    while let Some(at) = first_uuid(rest) {
        let (before, from) = rest.split_at(at);
        let (uuid, after) = from.split_at(UUID_LENGTH);
        masked.push_str(&numbers(before));
        masked.push_str(uuid);
        rest = after;
    }
    masked.push_str(&numbers(rest));
    masked
}

const UUID_LENGTH: usize = 36;

fn first_uuid(text: &str) -> Option<usize> {
    let is_uuid = |bytes: &[u8]| {
        bytes.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
    };
    text.as_bytes().windows(UUID_LENGTH).position(is_uuid)
}

/// Masks phone and card numbers, which may be written with spaces and dashes.
fn numbers(text: &str) -> String {
    let is_part = |c: char| c.is_ascii_digit() || " -.+".contains(c);
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit() || c == '+') {
        let (before, from) = rest.split_at(start);
        let (number, after) = from.split_at(from.find(|c| !is_part(c)).unwrap_or(from.len()));
        let bare = number.trim_end_matches([' ', '-', '.', '+']);
        masked.push_str(before);
        masked.push_str(match bare {
            bare if is_phone(bare) => PHONE,
            bare if is_card(bare) => OTHER,
            bare => bare,
        });
        masked.push_str(number.get(bare.len()..).unwrap_or_default());
        rest = after;
    }
    masked.push_str(rest);
    masked
}

/// Whether a string is the number of a card: its length, and its check digit.
fn is_card(text: &str) -> bool {
    let digits: Vec<u32> = text.chars().filter_map(|digit| digit.to_digit(10)).collect();
    let luhn = digits.iter().rev().enumerate().map(|(at, digit)| match at % 2 {
        0 => *digit,
        _ => digit * 2 / 10 + digit * 2 % 10,
    });
    (SHORTEST_CARD..=19).contains(&digits.len()) && luhn.sum::<u32>().is_multiple_of(10)
}

fn is_email(text: &str) -> bool {
    let at = text.split_once('@');
    at.is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !text.contains("//"))
}

/// Whether a string is a phone number in its international form.
fn is_phone(text: &str) -> bool {
    let Some(number) = text.trim().strip_prefix('+') else { return false };
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    let others = number.bytes().filter(|byte| !byte.is_ascii_digit());
    (7..=15).contains(&digits) && others.into_iter().all(|byte| b" -.()".contains(&byte))
}

/// Masks the path and the query of a URL.
pub(super) fn target(target: &str) -> String {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let segments = path.split('/').map(|segment| match decoded(segment) {
        Some(text) if string(&text) != text => OTHER.to_owned(),
        _ => segment.to_owned(),
    });
    let path: Vec<String> = segments.collect();
    let path = path.join("/");
    if query.is_empty() {
        return path;
    }
    let pairs = url::form_urlencoded::parse(query.as_bytes()).map(|(name, value)| {
        let is_number = value.bytes().all(|byte| byte.is_ascii_digit());
        let value = match !is_personal(&name) && (is_kept(&name) || is_number) {
            true => string(&value).into(),
            false => everything(Value::from(value.into_owned())),
        };
        (string(&name), value.as_str().unwrap_or_default().to_owned())
    });
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    format!("{path}?{query}")
}

fn decoded(segment: &str) -> Option<String> {
    percent_encoding::percent_decode_str(segment).decode_utf8().ok().map(String::from)
}
