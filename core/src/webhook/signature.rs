//! Reads the header `X-Lomi-Signature`, and explains why one does not match a body.

use subtle::ConstantTimeEq;

use super::errors::signature_error;
use super::mac::mac;
use crate::error::Error;
use crate::message::Message;
use crate::messages::webhook as messages;

/// Longest signature header that is searched for other formats.
const LONGEST_SIGNATURE: usize = 4096;
/// Largest body for which a wrong signature is explained. Anyone can send a wrong one, so this must
/// be cheap.
const LARGEST_EXPLAINED: usize = 64 << 10;
/// UTF-8's byte order mark.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// The 32 bytes of the signature in the header.
pub(super) fn read(header: &str) -> Result<[u8; 32], Error> {
    let header = header.trim();
    if header.is_empty() {
        return Err(signature_error(messages::signature_missing()));
    }
    let digits = header.strip_prefix("sha256=").unwrap_or(header);
    let mut bytes = [0; 32];
    let mut pairs = digits.as_bytes().chunks_exact(2);
    let whole = digits.len() == 64
        && bytes.iter_mut().zip(&mut pairs).all(|(byte, pair)| {
            let text = std::str::from_utf8(pair).unwrap_or_default();
            let plain = text.bytes().all(|digit| digit.is_ascii_hexdigit());
            match u8::from_str_radix(text, 16) {
                Ok(value) if plain => {
                    *byte = value;
                    true
                }
                _ => false,
            }
        });
    if whole { Ok(bytes) } else { Err(signature_error(of_another_form(header))) }
}

/// Names the header that was probably passed instead.
fn of_another_form(header: &str) -> Message {
    if header.len() > LONGEST_SIGNATURE {
        return messages::signature_not_hex();
    }
    if header.starts_with("whsec_") {
        return messages::signature_is_secret();
    }
    let has = |part: &str| header.contains(part);
    if has("ts=") && has("h1=") {
        return messages::signature_of_other("Paddle");
    }
    if has("t=") && has("v1=") {
        return messages::signature_of_stripe();
    }
    if has("t=") && has("s=") {
        return messages::signature_of_old_header();
    }
    let is_hex = header.bytes().all(|digit| digit.is_ascii_hexdigit());
    let is_base64 = header.len() == 44 && header.ends_with('=') && !has(" ");
    match header {
        _ if header.len() == 128 && is_hex => messages::signature_of_other("Paystack"),
        _ if header.starts_with("v1,") => messages::signature_of_other("Svix"),
        _ if header.starts_with("sha1=") => messages::signature_of_other("GitHub"),
        _ if is_base64 => messages::signature_of_other("Shopify"),
        _ => messages::signature_not_hex(),
    }
}

/// Explains why a signature does not match, if that can be determined. It never makes a delivery
/// accepted, and it does not parse the body.
pub(super) fn explain(
    payload: &[u8],
    given: &[u8; 32],
    secrets: &[&str],
    raw_body: Option<&str>,
) -> Message {
    let pass_raw_body = match raw_body {
        Some(how) => messages::pass_raw_body_by(how),
        None => messages::pass_raw_body(),
    };
    if payload.is_empty() {
        return messages::body_read_before(pass_raw_body);
    }
    if secrets.iter().any(|secret| secret.starts_with("lomi_")) {
        return messages::secret_is_key();
    }
    if secrets.iter().any(|secret| is_id(secret)) {
        return messages::secret_is_id();
    }
    if payload.len() > LARGEST_EXPLAINED {
        return messages::no_match();
    }
    let matches = |body: &[u8]| {
        secrets.iter().any(|secret| {
            mac(body, secret).is_ok_and(|mac| bool::from(mac.as_slice().ct_eq(given)))
        })
    };
    let trimmed = payload.trim_ascii();
    let compact = compact(payload);
    if (trimmed != payload && matches(trimmed)) || matches(&compact) {
        return messages::body_rewritten(pass_raw_body);
    }
    let marked = payload.strip_prefix(BOM).map_or_else(|| [BOM, payload].concat(), Into::into);
    if matches(&marked) {
        return messages::byte_order_mark_changed(pass_raw_body);
    }
    match environment(&compact) {
        Some(environment) => messages::no_match_in_environment(environment),
        None => messages::no_match(),
    }
}

/// Whether a secret has the form of an object's id.
fn is_id(secret: &str) -> bool {
    const LENGTH: usize = 36;
    secret.len() == LENGTH && uuid::Uuid::try_parse(secret).is_ok()
}

/// The environment that a body without white space names.
fn environment(compact: &[u8]) -> Option<&'static str> {
    let names = |word: &str| {
        let field = format!("\"environment\":\"{word}\"");
        compact.windows(field.len()).any(|part| part == field.as_bytes())
    };
    match (names("live"), names("test")) {
        (true, false) => Some("live"),
        (false, true) => Some("test"),
        _ => None,
    }
}

/// JSON in the sender's format: without white space between values, and without unnecessary escapes
/// (`\/` of PHP, `\u00e9` of Python). It copies bytes and parses nothing, so any bytes are safe.
fn compact(payload: &[u8]) -> Vec<u8> {
    let mut written = Vec::with_capacity(payload.len());
    let (mut rest, mut quoted) = (payload, false);
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match (byte, quoted) {
            (b' ' | b'\t' | b'\r' | b'\n', false) => {}
            (b'\\', true) => rest = unescape(after, &mut written),
            _ => {
                quoted ^= byte == b'"';
                written.push(byte);
            }
        }
    }
    written
}

/// Copies the escape after a backslash. Returns the rest.
fn unescape<'b>(after: &'b [u8], written: &mut Vec<u8>) -> &'b [u8] {
    if let [b'/', rest @ ..] = after {
        written.push(b'/');
        return rest;
    }
    let unit = |bytes: &[u8]| match bytes {
        [b'\\', b'u', digits @ ..] => {
            let digits = std::str::from_utf8(digits.get(..4)?).ok()?;
            u16::from_str_radix(digits, 16).ok()
        }
        _ => None,
    };
    let escape = |bytes: &[u8]| unit(&[b"\\", bytes.get(..5).unwrap_or_default()].concat());
    if let Some(first) = escape(after) {
        let second = after.get(5..11).and_then(unit);
        let units = [first, second.unwrap_or_default()];
        // A pair of surrogates is one character, and takes two escapes.
        let whole = if (0xd800..0xdc00).contains(&first) { 2 } else { 1 };
        let decoded = char::decode_utf16(units.into_iter().take(whole)).next();
        if let Some(Ok(letter)) = decoded
            && letter >= '\u{80}'
        {
            written.extend(letter.encode_utf8(&mut [0; 4]).as_bytes());
            return after.get(if whole == 2 { 11 } else { 5 }..).unwrap_or_default();
        }
    }
    let (kept, rest) = after.split_at(after.len().min(1));
    written.push(b'\\');
    written.extend(kept);
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_written_as_the_sender_writes_it() {
        for (given, sent) in [
            ("{\n  \"a\" : [ 1.50, \" x \" ] }\r\n", "{\"a\":[1.50,\" x \"]}"),
            (
                r#"{"a":"\u00e9\ud83d\ude00 \/ \u002f \n \" \\"}"#,
                "{\"a\":\"é😀 / \\u002f \\n \\\" \\\\\"}",
            ),
            (r#""\ud83d" "\ud83d\u0041" "\u12" "\"#, r#""\ud83d""\ud83d\u0041""\u12""\"#),
        ] {
            assert_eq!(String::from_utf8(compact(given.as_bytes())).unwrap(), sent);
        }
    }
}
