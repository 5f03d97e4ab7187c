//! The parts of every result: its tag, and the length of its body.

use crate::packed::Writer;

pub(super) const NOTHING: u8 = 0;
pub(super) const ONE: u8 = 1;
pub(super) const PAGE: u8 = 2;
pub(super) const ANY: u8 = 3;
pub(super) const ERROR: u8 = 4;
pub(super) const BYTES: u8 = 5;

/// Bytes before the body.
pub(super) const START: usize = 5;

/// Starts a result whose body has about `size` bytes.
pub(super) fn begin(size: usize) -> Writer {
    let mut writer = Writer::with_capacity(size + 1024);
    writer.bytes.extend_from_slice(&[0; START]);
    writer
}

/// Ends a result whose metadata has been written.
pub(super) fn end(mut writer: Writer, tag: u8, end_of_body: usize) -> Vec<u8> {
    if let Some(first) = writer.bytes.first_mut() {
        *first = tag;
    }
    writer.set(1, end_of_body - START);
    writer.bytes
}
