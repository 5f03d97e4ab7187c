//! Reads the body of a response: decompresses gzip and limits the size, also of the decompressed
//! bytes.

mod gunzip;

use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use http::{HeaderMap, Method};

use super::errors::{check_headers, too_large};
use crate::call::{RawResponse, TransportError};
use crate::error::{ErrorKind, Outcome};
use crate::limits::Limits;
use crate::message::Message;
use crate::messages::bindings as shared;
use crate::messages::transport as messages;
use gunzip::Gunzip;

/// A smaller body may have any ratio: short repetitive JSON compresses very well.
const MIN_SIZE_FOR_RATIO: usize = 1 << 20;

/// How many bytes of a complete body are decompressed at once.
pub(super) const CHUNK: usize = 16 << 10;

/// A body of at least this size that arrives as one chunk is kept as that chunk. A smaller one is
/// copied, because a chunk keeps its whole read buffer in memory.
const MIN_KEPT_CHUNK: usize = 64 << 10;

/// Encodings that change the bytes and are not supported. Any other word is ignored, as in
/// browsers.
const UNSUPPORTED: [&str; 10] =
    ["br", "deflate", "zstd", "compress", "x-compress", "dcb", "dcz", "lzma", "xz", "bzip2"];

/// How many times a body may be compressed.
const MAX_LAYERS: usize = 5;

/// The body of a response while it is read.
pub(crate) struct Body {
    limits: Limits,
    content_length: Option<usize>,
    received: usize,
    state: State,
    /// How many times it is compressed with gzip.
    layers: usize,
    /// Whether the status is a failure: then a body that cannot be read is no error.
    of_failure: bool,
    /// Whether the bytes are taken out as they come.
    is_drained: bool,
}

enum State {
    Whole(Bytes),
    Plain(Vec<u8>),
    Gzip(Box<Gunzip>),
    /// Of a failure: the rest is not read.
    Stopped(Vec<u8>),
}

impl Body {
    /// Prepares for the encodings in the headers. Only gzip is supported, and requests ask for no
    /// other. Of a body that is saved to a file, `drained` is the most bytes.
    pub(crate) fn new(
        status: u16,
        headers: &HeaderMap,
        mut limits: Limits,
        drained: Option<usize>,
    ) -> Result<Self, TransportError> {
        let of_failure = !(200..300).contains(&status);
        let content_length = content_length(headers);
        let layers = if headers.contains_key(CONTENT_ENCODING) { layers(headers) } else { Ok(0) };
        // A body that was compressed more than once is decompressed when it is complete, in memory.
        let drained = drained.filter(|_| !of_failure && matches!(layers, Ok(0 | 1)));
        limits.body = drained.unwrap_or(limits.body);
        let mut state = match layers {
            Ok(1..) => State::Gzip(Box::new(Gunzip::new(limits.body))),
            Err(_) | Ok(0) => State::Plain(Vec::new()),
        };
        if content_length.is_some_and(|length| length > limits.body) {
            match of_failure {
                true => state = State::Stopped(Vec::new()),
                false => return Err(oversized(limits.body)),
            }
        }
        let layers = match layers {
            Ok(layers) => layers,
            Err(_) if of_failure => 0,
            Err(encoding) => {
                return Err(unreadable(messages::unknown_encoding(encoding)));
            }
        };
        let is_drained = drained.is_some();
        Ok(Self { limits, content_length, received: 0, state, layers, of_failure, is_drained })
    }

    /// Takes the next chunk of the response.
    pub(crate) fn take_chunk(&mut self, piece: Bytes) -> Result<(), TransportError> {
        let whole = self.received == 0 && self.content_length == Some(piece.len());
        match &mut self.state {
            State::Plain(_) if whole && piece.len() >= MIN_KEPT_CHUNK => {
                self.received = piece.len();
                self.state = State::Whole(piece);
                Ok(())
            }
            _ => self.take(&piece),
        }
    }

    /// Takes the next bytes of the response.
    pub(crate) fn take(&mut self, chunk: &[u8]) -> Result<(), TransportError> {
        let result = self.decode(chunk);
        if result.is_err() && self.of_failure {
            self.stop();
            return Ok(());
        }
        result
    }

    /// Whether the rest need not be read.
    pub(crate) fn is_stopped(&self) -> bool {
        matches!(self.state, State::Stopped(_))
    }

    /// Takes out the bytes so far, of a body that is saved to a file.
    pub(crate) fn drain(&mut self) -> Vec<u8> {
        match &mut self.state {
            State::Plain(bytes) if self.is_drained => std::mem::take(bytes),
            State::Gzip(gunzip) if self.is_drained => gunzip.drain(),
            _ => Vec::new(),
        }
    }

    fn stop(&mut self) {
        let so_far = match std::mem::replace(&mut self.state, State::Plain(Vec::new())) {
            State::Whole(bytes) => bytes.into(),
            State::Plain(bytes) | State::Stopped(bytes) => bytes,
            State::Gzip(gunzip) => gunzip.so_far(),
        };
        self.state = State::Stopped(so_far);
    }

    fn decode(&mut self, chunk: &[u8]) -> Result<(), TransportError> {
        let limit = self.limits.body;
        // Some proxies send error pages with `Content-Encoding: gzip` that are not compressed.
        if self.of_failure
            && self.received == 0
            && self.layers > 0
            && chunk.first().is_some_and(|first| *first != 0x1f)
        {
            (self.layers, self.state) = (0, State::Plain(Vec::new()));
        }
        match &mut self.state {
            // The body is complete, or the rest is not needed.
            State::Whole(_) | State::Stopped(_) => Ok(()),
            State::Plain(bytes) => {
                if self.received + chunk.len() > limit {
                    return Err(oversized(limit));
                }
                if self.received == 0 && !self.is_drained {
                    // Allocated once: growing would copy the bytes.
                    bytes.reserve_exact(self.content_length.unwrap_or(0).max(chunk.len()));
                }
                self.received += chunk.len();
                bytes.extend_from_slice(chunk);
                Ok(())
            }
            State::Gzip(gunzip) => {
                self.received += chunk.len();
                gunzip.write(chunk).map_err(|e| gzip_error(&e, limit))?;
                within_ratio(gunzip.len(), self.received, self.limits.ratio)
            }
        }
    }

    /// The whole body.
    pub(crate) fn end(mut self) -> Result<Bytes, TransportError> {
        let limit = self.limits.body;
        match self.state {
            State::Whole(bytes) => Ok(bytes),
            State::Plain(bytes) | State::Stopped(bytes) => Ok(bytes.into()),
            // Some servers send `Content-Encoding: gzip` with an empty body.
            State::Gzip(_) if self.received == 0 => Ok(Bytes::new()),
            State::Gzip(gunzip) if self.of_failure && self.layers == 1 => {
                Ok(gunzip.so_far().into())
            }
            State::Gzip(gunzip) => {
                let mut bytes = gunzip.end().map_err(|e| gzip_error(&e, limit));
                while self.layers > 1 {
                    self.layers -= 1;
                    bytes = bytes.and_then(|compressed| {
                        gunzip_again(&compressed, self.received, self.limits)
                    });
                }
                match bytes {
                    Err(_) if self.of_failure => Ok(Bytes::new()),
                    bytes => Ok(bytes?.into()),
                }
            }
        }
    }
}

/// Decompresses a body that was compressed more than once.
fn gunzip_again(
    compressed: &[u8],
    received: usize,
    limits: Limits,
) -> Result<Vec<u8>, TransportError> {
    let mut gunzip = Gunzip::new(limits.body);
    for chunk in compressed.chunks(CHUNK) {
        gunzip.write(chunk).map_err(|e| gzip_error(&e, limits.body))?;
        within_ratio(gunzip.len(), received, limits.ratio)?;
    }
    gunzip.end().map_err(|e| gzip_error(&e, limits.body))
}

fn within_ratio(size: usize, received: usize, ratio: usize) -> Result<(), TransportError> {
    match size > MIN_SIZE_FOR_RATIO && size / ratio.max(1) > received {
        true => Err(too_large(messages::grows_too_much(ratio))),
        false => Ok(()),
    }
}

/// How many times a body is compressed with gzip, or the encoding that is not supported.
fn layers(headers: &HeaderMap) -> Result<usize, &'static str> {
    let values = headers.get_all("content-encoding").iter();
    let words = values.filter_map(|value| value.to_str().ok()).flat_map(|list| list.split(','));
    let mut layers = 0;
    for word in words.map(str::trim) {
        if word.eq_ignore_ascii_case("gzip") || word.eq_ignore_ascii_case("x-gzip") {
            layers += 1;
        }
        if let Some(unsupported) =
            UNSUPPORTED.into_iter().find(|other| word.eq_ignore_ascii_case(other))
        {
            return Err(unsupported);
        }
    }
    if layers > MAX_LAYERS { Err("gzip many times over") } else { Ok(layers) }
}

impl RawResponse {
    /// Reads a response from another HTTP client, such as Guzzle, with the same limits. The body
    /// may still be compressed.
    pub fn read(
        method: &Method,
        status: u16,
        headers: HeaderMap,
        wire: &[u8],
        limits: Limits,
    ) -> Result<Self, TransportError> {
        check_headers(&headers, limits)?;
        let bodiless = *method == Method::HEAD || matches!(status, 204 | 304);
        let content_length = content_length(&headers).filter(|_| !bodiless);
        if content_length.is_some_and(|length| wire.len() < length && length <= limits.body) {
            return Err(TransportError::new(
                ErrorKind::Connection,
                Outcome::Unknown,
                messages::shorter_than_announced(),
            ));
        }
        let mut body = Body::new(status, &headers, limits, None)?;
        for chunk in wire.chunks(CHUNK) {
            body.take(chunk)?;
        }
        Ok(Self { status, headers, body: body.end()? })
    }
}

fn content_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.trim().parse().ok())
}

fn oversized(limit: usize) -> TransportError {
    too_large(shared::body_too_large(limit))
}

fn gzip_error(error: &std::io::Error, limit: usize) -> TransportError {
    if error.kind() == std::io::ErrorKind::FileTooLarge {
        return oversized(limit);
    }
    unreadable(messages::invalid_gzip())
}

fn unreadable(message: Message) -> TransportError {
    TransportError::new(ErrorKind::UnexpectedResponse, Outcome::Unknown, message)
}

#[cfg(test)]
mod tests;
