//! Cursors of lists: the number of the last row of a page, masked so that callers do not rely on it.

const CURSOR_MASK: u64 = 0x5ca1_ab1e_0ddb_a11e;

/// The cursor after the row with this place in the order of creation.
pub(super) fn cursor_of(seq: u64) -> String {
    format!("c_{:016x}", seq.rotate_left(32) ^ CURSOR_MASK)
}

/// The place of a cursor.
pub(super) fn parse_cursor(text: &str) -> Option<u64> {
    let hex = text.strip_prefix("c_").filter(|h| h.len() == 16)?;
    let raw = u64::from_str_radix(hex, 16).ok()?;
    Some((raw ^ CURSOR_MASK).rotate_left(32))
}
