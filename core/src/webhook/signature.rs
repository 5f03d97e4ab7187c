//! Reads the header `X-Lomi-Signature`, and explains why one does not match a body.

use subtle::ConstantTimeEq;

use super::errors::signature_error;
use super::mac::mac;
use crate::error::Error;

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
        return Err(signature_error("the signature is missing (header X-Lomi-Signature)"));
    }
    let has = |part: &str| header.len() <= LONGEST_SIGNATURE && header.contains(part);
    if has("t=") && has("v1=") {
        return Err(signature_error(
            "this is Stripe's signature header (t=, v1=), not one of lomi.: pass the header \
             X-Lomi-Signature of a delivery from lomi.",
        ));
    }
    if has("t=") && has("s=") {
        return Err(signature_error(
            "this is the old lomi-signature header (t=, s=); use X-Lomi-Signature",
        ));
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
    if whole {
        Ok(bytes)
    } else {
        Err(signature_error("the signature is not 64 hexadecimal digits"))
    }
}

/// Explains why a signature does not match, if that can be determined. It never makes a delivery
/// accepted, and it does not parse the body.
pub(super) fn explain(payload: &[u8], given: &[u8; 32], secrets: &[&str]) -> String {
    if payload.is_empty() {
        return "the body is empty: something read it before the signature was checked, such as \
                a body parser or another middleware; pass the raw body as received"
            .into();
    }
    if secrets.iter().any(|secret| secret.starts_with("lomi_")) {
        return "the signature does not match: an API key was given as webhook secret, which \
                must start with whsec_"
            .into();
    }
    if payload.len() <= LARGEST_EXPLAINED {
        let matches = |body: &[u8]| {
            secrets.iter().any(|secret| {
                mac(body, secret).is_ok_and(|mac| bool::from(mac.as_slice().ct_eq(given)))
            })
        };
        let trimmed = payload.trim_ascii();
        if (trimmed != payload && matches(trimmed)) || matches(&compact(payload)) {
            return "the signature does not match these bytes, but matches the same JSON written \
                    differently: pass the raw body as received, before anything parses it"
                .into();
        }
        let marked = payload.strip_prefix(BOM).map_or_else(|| [BOM, payload].concat(), Into::into);
        if matches(&marked) {
            return "the signature does not match these bytes, but does with the byte order mark \
                    (BOM) added or removed: pass the raw bytes as received, not a \
                    string that was decoded from them"
                .into();
        }
    }
    "the signature does not match the body: the body was changed (pass the raw bytes as received), \
     or the secret belongs to another endpoint"
        .into()
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
