//! Masks keys and personal data. A mask depends on nothing but the value, so that the request of a
//! replay has the masks of the recorded one.

use crate::json::{Map, Value};
use crate::secret::redact;

const EMAIL: &str = "masked@example.com";
const PHONE: &str = "+22500000000";
const OTHER: &str = "masked";

/// Words in the names of fields with personal data or secrets.
const WORDS: &[&str] = &[
    "account_number",
    "address",
    "api_key",
    "authorization",
    "birth",
    "card_number",
    "contact",
    "cvc",
    "cvv",
    "email",
    "first_name",
    "full_name",
    "holder",
    "iban",
    "last_name",
    "msisdn",
    "national_id",
    "password",
    "phone",
    "postal",
    "secret",
    "signature",
    "tax_id",
    "token",
    "user_agent",
    "whatsapp",
    "zip",
];

/// Names of fields with personal data; they are too short to look for within other names.
const NAMES: &[&str] = &[
    "account",
    "beneficiary_name",
    "city",
    "customer_name",
    "ip",
    "merchant_name",
    "name",
    "organization_name",
    "recipient_name",
    "street",
];

/// Whether a field has personal data or a secret, by its name.
fn is_personal(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('-', "_");
    // An id says nothing about a person, and a replay needs it.
    if name == "id" || name.ends_with("_id") && !name.ends_with("national_id") {
        return name.contains("tax_id");
    }
    NAMES.contains(&name.as_str()) || WORDS.iter().any(|word| name.contains(word))
}

/// Masks a JSON value.
pub(super) fn value(value: Value) -> Value {
    match value {
        Value::String(text) => string(&text).into(),
        Value::Array(items) => items.into_iter().map(self::value).collect(),
        Value::Object(fields) => object(fields).into(),
        other => other,
    }
}

fn object(fields: Map<String, Value>) -> Map<String, Value> {
    let masked = fields.into_iter().map(|(name, field)| {
        let hidden = match name.as_str() {
            "metadata" => everything(field),
            name if is_personal(name) => everything(field),
            _ => value(field),
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

/// Masks keys, e-mail addresses, phone numbers and the queries of links in a string.
pub(super) fn string(text: &str) -> String {
    let text = redact(text);
    if !text.contains(['@', '+', '?']) {
        return text;
    }
    let is_link = text.starts_with("https://") || text.starts_with("http://");
    match text.split_once('?') {
        Some((link, query)) if is_link && !query.is_empty() => format!("{}?{OTHER}", words(link)),
        _ => words(&text),
    }
}

/// Masks the words of a string that are an e-mail address or a phone number.
fn words(text: &str) -> String {
    let is_space = |c: char| c.is_whitespace() || ",;()<>\"'".contains(c);
    let parts = text.split_inclusive(is_space).map(|part| {
        let word = part.trim_end_matches(is_space);
        let end = part.get(word.len()..).unwrap_or_default();
        match word {
            word if is_email(word) => format!("{EMAIL}{end}"),
            word if is_phone(word) => format!("{PHONE}{end}"),
            _ => part.to_owned(),
        }
    });
    let masked: String = parts.collect();
    // A number that is written with spaces.
    if is_phone(&masked) { PHONE.to_owned() } else { masked }
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
        let value = match is_personal(&name) {
            true => everything(Value::from(value.into_owned())),
            false => string(&value).into(),
        };
        (string(&name), value.as_str().unwrap_or_default().to_owned())
    });
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    format!("{path}?{query}")
}

fn decoded(segment: &str) -> Option<String> {
    percent_encoding::percent_decode_str(segment).decode_utf8().ok().map(String::from)
}
