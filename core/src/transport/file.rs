//! The body of a response on its way to memory, or to a file as it comes.

use std::io::{self, Write};

use bytes::Bytes;
use http::HeaderMap;

use super::body::{Body, CHUNK};
use crate::call::TransportError;
use crate::destination::Destination;
use crate::error::{ErrorKind, Outcome};
use crate::limits::Limits;

/// How many bytes are written at once. With fewer, passing them to another thread would cost more
/// than writing them.
const WRITTEN_AT_ONCE: usize = 256 << 10;

/// The last bytes of a file, or a whole small one, are written on the thread of the runtime: that
/// takes about as long as decrypting them did, and starts no thread for an invoice.
const SMALL: usize = 64 << 10;

/// Writes a body to its file.
pub(crate) struct FileWriter<'d> {
    destination: &'d Destination,
    buffer: Vec<u8>,
    is_only_call: bool,
}

impl<'d> FileWriter<'d> {
    /// `is_only_call`: the thread has nothing else to do than this call, so that a write may block
    /// it. Any other thread also drives other calls, which must not wait for a slow disk.
    pub(crate) fn new(destination: &'d Destination, is_only_call: bool) -> Self {
        Self { destination, buffer: Vec::new(), is_only_call }
    }

    async fn add(&mut self, bytes: &[u8]) -> Result<(), TransportError> {
        for part in bytes.chunks(WRITTEN_AT_ONCE) {
            if self.buffer.len() + part.len() > WRITTEN_AT_ONCE {
                self.write().await?;
            }
            self.buffer.extend_from_slice(part);
        }
        Ok(())
    }

    async fn write(&mut self) -> Result<(), TransportError> {
        let (file, mut buffer) = (self.destination.file(), std::mem::take(&mut self.buffer));
        let written = match self.is_only_call || buffer.len() <= SMALL {
            true => (&*file).write_all(&buffer),
            false => {
                let write = move || {
                    let written = (&*file).write_all(&buffer);
                    (written, buffer)
                };
                let joined = tokio::task::spawn_blocking(write).await;
                let (written, returned) =
                    joined.unwrap_or_else(|lost| (Err(io::Error::other(lost)), Vec::new()));
                buffer = returned;
                written
            }
        };
        buffer.clear();
        self.buffer = buffer;
        written.map_err(|error| self.failed(error))
    }

    fn failed(&self, error: io::Error) -> TransportError {
        let message = self.destination.unwritable(&error);
        TransportError::new(ErrorKind::Validation, Outcome::Final, message).caused_by(error)
    }
}

/// The body of a response while it is read.
pub(super) struct Incoming<'d> {
    body: Body,
    /// `None` for a body that is kept in memory.
    file: Option<FileWriter<'d>>,
}

impl<'d> Incoming<'d> {
    /// Prepares for a response. Only a success goes to the file.
    pub(super) fn new(
        status: u16,
        headers: &HeaderMap,
        limits: Limits,
        file: Option<FileWriter<'d>>,
    ) -> Result<Self, TransportError> {
        let file = file.filter(|_| (200..300).contains(&status));
        let most = file.as_ref().map(|file| file.destination.max_bytes);
        let body = Body::new(status, headers, limits, most)?;
        if let Some(file) = &file {
            file.destination.start_again().map_err(|error| file.failed(error))?;
        }
        Ok(Self { body, file })
    }

    /// Whether the rest need not be read.
    pub(super) fn is_stopped(&self) -> bool {
        self.body.is_stopped()
    }

    /// Takes the next chunk of the response.
    pub(super) async fn take_chunk(&mut self, piece: Bytes) -> Result<(), TransportError> {
        let Some(file) = &mut self.file else { return self.body.take_chunk(piece) };
        // In parts, since each may become a thousand times larger when it is decompressed.
        for part in piece.chunks(CHUNK) {
            self.body.take(part)?;
            file.add(&self.body.drain()).await?;
        }
        Ok(())
    }

    /// The whole body, or what is not in the file yet.
    pub(super) async fn end(self) -> Result<Bytes, TransportError> {
        let rest = self.body.end()?;
        if let Some(mut file) = self.file {
            file.add(&rest).await?;
            file.write().await?;
            return Ok(Bytes::new());
        }
        Ok(rest)
    }
}
