//! Latin-1 strings for V8: one byte per character. Characters beyond Latin-1 are escaped, which
//! means the same in JSON.

/// Writes JSON as Latin-1. Characters beyond Latin-1 occur only inside its strings, where they
/// can be escaped.
pub(super) fn write_json(out: &mut Vec<u8>, json: &str) {
    let mut rest = json;
    loop {
        let (before, from) = rest.split_at(ascii_prefix(rest.as_bytes()));
        out.extend_from_slice(before.as_bytes());
        let mut chars = from.chars();
        let Some(char) = chars.next() else { break };
        match u8::try_from(u32::from(char)) {
            Ok(latin) => out.push(latin),
            Err(_) => char.encode_utf16(&mut [0; 2]).iter().for_each(|unit| escape(out, *unit)),
        }
        rest = chars.as_str();
    }
}

/// The number of bytes at the start that are ASCII.
fn ascii_prefix(bytes: &[u8]) -> usize {
    let blocks = bytes.as_chunks::<32>().0;
    let whole = blocks.iter().position(|block| !block.is_ascii()).unwrap_or(blocks.len());
    let rest = bytes.get(whole * 32..).unwrap_or_default();
    whole * 32 + rest.iter().position(|byte| !byte.is_ascii()).unwrap_or(rest.len())
}

/// Writes a JSON string with its quotes, as Latin-1.
pub(super) fn quote(out: &mut Vec<u8>, string: &str) {
    out.push(b'"');
    let mut rest = string;
    while !rest.is_empty() {
        let (before, from) = rest.split_at(plain_prefix(rest.as_bytes()));
        out.extend_from_slice(before.as_bytes());
        let mut chars = from.chars();
        let Some(char) = chars.next() else { break };
        match (char, u8::try_from(u32::from(char))) {
            ('"' | '\\', _) => {
                out.push(b'\\');
                char.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| out.push(byte));
            }
            ('\n', _) => out.extend_from_slice(b"\\n"),
            (_, Ok(latin)) if latin >= 0x20 => out.push(latin),
            _ => char.encode_utf16(&mut [0; 2]).iter().for_each(|unit| escape(out, *unit)),
        }
        rest = chars.as_str();
    }
    out.push(b'"');
}

/// The number of bytes at the start that need no escape.
fn plain_prefix(bytes: &[u8]) -> usize {
    // Blocks of a fixed size, so that the compiler checks many bytes at a time.
    let blocks = bytes.as_chunks::<32>().0;
    let whole = blocks
        .iter()
        .position(|block| !block.iter().fold(true, |plain, byte| plain & is_plain(*byte)))
        .unwrap_or(blocks.len());
    let rest = bytes.get(whole * 32..).unwrap_or_default();
    whole * 32 + rest.iter().position(|byte| !is_plain(*byte)).unwrap_or(rest.len())
}

const fn is_plain(byte: u8) -> bool {
    (byte >= 0x20) & (byte < 0x80) & (byte != b'"') & (byte != b'\\')
}

/// One unit of UTF-16 as `\u1234`.
fn escape(out: &mut Vec<u8>, unit: u16) {
    out.extend_from_slice(b"\\u");
    for shift in [12, 8, 4, 0] {
        let digit = char::from_digit(u32::from(unit >> shift & 0xf), 16).unwrap_or('0');
        out.push(u8::try_from(digit).unwrap_or(b'0'));
    }
}
