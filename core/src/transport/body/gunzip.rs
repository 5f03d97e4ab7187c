//! Decompresses gzip as browsers and curl do: one member after the other, and bytes after the last
//! one are ignored.

use std::io::{ErrorKind, Result, Write};

use flate2::write::GzDecoder;

/// The first bytes of a member.
const MAGIC: [u8; 3] = [0x1f, 0x8b, 8];

/// A buffer that does not grow beyond its limit.
#[derive(Default)]
struct Bounded {
    bytes: Vec<u8>,
    /// How many bytes were taken out of it, and count for the limit.
    drained: usize,
    most: usize,
}

impl Bounded {
    fn new(most: usize) -> Self {
        Self { most, ..Self::default() }
    }

    fn len(&self) -> usize {
        self.drained + self.bytes.len()
    }

    fn drain(&mut self) -> Vec<u8> {
        self.drained = self.len();
        std::mem::take(&mut self.bytes)
    }
}

impl Write for Bounded {
    fn write(&mut self, more: &[u8]) -> Result<usize> {
        if self.len() + more.len() > self.most {
            return Err(ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(more);
        Ok(more.len())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

pub(super) struct Gunzip {
    state: State,
    /// Decompressed bytes of the members whose checksum matched.
    checked: usize,
    most: usize,
}

enum State {
    Member(GzDecoder<Bounded>),
    /// A member is complete, and the next bytes may be the start of another.
    Between(Bounded, Vec<u8>),
    Ended(Bounded),
}

impl Gunzip {
    pub(super) fn new(most: usize) -> Self {
        let decoder = GzDecoder::new(Bounded::new(most));
        Self { state: State::Member(decoder), checked: 0, most }
    }

    /// How many bytes are decompressed so far.
    pub(super) fn len(&self) -> usize {
        match &self.state {
            State::Member(decoder) => decoder.get_ref().len(),
            State::Between(bounded, _) | State::Ended(bounded) => bounded.len(),
        }
    }

    /// Takes out the bytes that are decompressed so far.
    pub(super) fn drain(&mut self) -> Vec<u8> {
        match &mut self.state {
            State::Member(decoder) => decoder.get_mut().drain(),
            State::Between(bounded, _) | State::Ended(bounded) => bounded.drain(),
        }
    }

    /// Decompresses the next bytes. Fails with `FileTooLarge` above the limit.
    pub(super) fn write(&mut self, mut chunk: &[u8]) -> Result<()> {
        while !chunk.is_empty() {
            match &mut self.state {
                State::Ended(_) => return Ok(()),
                State::Between(bounded, start) => {
                    let (first, rest) = chunk.split_at(1);
                    start.extend_from_slice(first);
                    chunk = rest;
                    if !MAGIC.starts_with(start) {
                        self.state = State::Ended(std::mem::take(bounded));
                    } else if start.len() == MAGIC.len() {
                        let mut decoder = GzDecoder::new(std::mem::take(bounded));
                        decoder.write_all(&MAGIC)?;
                        self.state = State::Member(decoder);
                    }
                }
                State::Member(decoder) => match decoder.write(chunk) {
                    Ok(0) => {
                        let checked = decoder.try_finish();
                        self.end_member(checked)?;
                    }
                    Ok(taken) => chunk = chunk.get(taken..).unwrap_or_default(),
                    Err(error) => return self.end_member(Err(error)),
                },
            }
        }
        Ok(())
    }

    /// Ends a member. An invalid member after a valid one is ignored, as bytes after the end are.
    fn end_member(&mut self, checked: Result<()>) -> Result<()> {
        let State::Member(decoder) = &mut self.state else { return Ok(()) };
        let too_large = checked.as_ref().is_err_and(|e| e.kind() == ErrorKind::FileTooLarge);
        // Bytes of it that were taken out cannot be taken back.
        let drained = decoder.get_ref().drained > self.checked;
        if checked.is_err() && (self.checked == 0 || too_large || drained) {
            return checked;
        }
        let empty = Bounded::new(self.most);
        let mut bounded = std::mem::replace(decoder.get_mut(), empty);
        if checked.is_ok() {
            self.checked = bounded.len();
            self.state = State::Between(bounded, Vec::with_capacity(MAGIC.len()));
        } else {
            bounded.bytes.truncate(self.checked - bounded.drained);
            self.state = State::Ended(bounded);
        }
        Ok(())
    }

    /// The decompressed bytes, once all input was taken.
    pub(super) fn end(mut self) -> Result<Vec<u8>> {
        if let State::Member(decoder) = &mut self.state {
            let checked = decoder.try_finish();
            self.end_member(checked)?;
        }
        Ok(self.so_far())
    }

    /// The bytes decompressed so far.
    pub(super) fn so_far(self) -> Vec<u8> {
        match self.state {
            State::Member(mut decoder) => {
                // Flushes the decoder's buffer; whether the end is valid does not matter here.
                let _ = decoder.try_finish();
                std::mem::take(&mut decoder.get_mut().bytes)
            }
            State::Between(bounded, _) | State::Ended(bounded) => bounded.bytes,
        }
    }
}
