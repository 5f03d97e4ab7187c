//! A body as it arrives: unpacked where it is compressed, and never larger than allowed,
//! however small it looks on the wire.

mod gunzip;

use bytes::Bytes;
use http::{HeaderMap, Method};

use super::errors::{check_headers, too_large};
use crate::call::{RawResponse, TransportError};
use crate::error::{ErrorKind, Outcome};
use crate::limits::Limits;
use gunzip::Gunzip;

/// Below this many bytes any ratio is fine: short repetitive JSON packs very well.
const RATIO_COUNTS_FROM: usize = 1 << 20;

/// So much is unpacked at once where a whole body is there already.
const CHUNK: usize = 16 << 10;

/// From so many bytes on, a body that came in one piece is kept as that piece. A small one
/// is copied: the piece would hold on to the buffer that it was read into.
const WORTH_KEEPING: usize = 64 << 10;

/// Encodings that change the bytes and that are not read here. A word that is not among
/// them changes nothing, as in browsers.
const UNREAD: [&str; 10] =
    ["br", "deflate", "zstd", "compress", "x-compress", "dcb", "dcz", "lzma", "xz", "bzip2"];

/// How many times a body may be packed over.
const MAX_LAYERS: usize = 5;

/// A body being read.
pub(crate) struct Body {
    limits: Limits,
    announced: Option<usize>,
    arrived: usize,
    unpacking: Unpacking,
    /// How many times it is packed with gzip.
    layers: usize,
    /// Of a failure, whose status says enough: a body that cannot be read is no error.
    of_failure: bool,
}

enum Unpacking {
    Whole(Bytes),
    Plain(Vec<u8>),
    Gzip(Box<Gunzip>),
    /// Of a failure: no more is wanted.
    Stopped(Vec<u8>),
}

impl Body {
    /// Prepares for the encodings that the headers name; only gzip is asked for.
    pub(crate) fn new(
        status: u16,
        headers: &HeaderMap,
        limits: Limits,
    ) -> Result<Self, TransportError> {
        let of_failure = !(200..300).contains(&status);
        let announced = announced(headers);
        let layers = if headers.contains_key("content-encoding") { layers(headers) } else { Ok(0) };
        let mut unpacking = match layers {
            Ok(1..) => Unpacking::Gzip(Box::new(Gunzip::new(limits.body))),
            Err(_) | Ok(0) => Unpacking::Plain(Vec::new()),
        };
        if announced.is_some_and(|length| length > limits.body) {
            match of_failure {
                true => unpacking = Unpacking::Stopped(Vec::new()),
                false => return Err(oversized(limits.body)),
            }
        }
        let layers = match layers {
            Ok(layers) => layers,
            Err(_) if of_failure => 0,
            Err(encoding) => {
                return Err(unreadable(format!(
                    "the server sent the response as {encoding} (Content-Encoding), which was \
                     not asked for and cannot be read"
                )));
            }
        };
        Ok(Self { limits, announced, arrived: 0, unpacking, layers, of_failure })
    }

    /// Takes the next piece from the wire.
    pub(crate) fn take_chunk(&mut self, piece: Bytes) -> Result<(), TransportError> {
        let whole = self.arrived == 0 && self.announced == Some(piece.len());
        match &mut self.unpacking {
            Unpacking::Plain(_) if whole && piece.len() >= WORTH_KEEPING => {
                self.arrived = piece.len();
                self.unpacking = Unpacking::Whole(piece);
                Ok(())
            }
            _ => self.take(&piece),
        }
    }

    /// Takes the next bytes from the wire.
    pub(crate) fn take(&mut self, chunk: &[u8]) -> Result<(), TransportError> {
        let taken = self.unpack(chunk);
        if taken.is_err() && self.of_failure {
            self.stop();
            return Ok(());
        }
        taken
    }

    /// Whether the rest is of no use.
    pub(crate) fn is_stopped(&self) -> bool {
        matches!(self.unpacking, Unpacking::Stopped(_))
    }

    fn stop(&mut self) {
        let so_far = match std::mem::replace(&mut self.unpacking, Unpacking::Plain(Vec::new())) {
            Unpacking::Whole(bytes) => bytes.into(),
            Unpacking::Plain(bytes) | Unpacking::Stopped(bytes) => bytes,
            Unpacking::Gzip(gunzip) => gunzip.so_far(),
        };
        self.unpacking = Unpacking::Stopped(so_far);
    }

    fn unpack(&mut self, chunk: &[u8]) -> Result<(), TransportError> {
        let most = self.limits.body;
        // Error pages of proxies are at times said to be packed, and are not.
        if self.of_failure
            && self.arrived == 0
            && self.layers > 0
            && chunk.first().is_some_and(|first| *first != 0x1f)
        {
            (self.layers, self.unpacking) = (0, Unpacking::Plain(Vec::new()));
        }
        match &mut self.unpacking {
            // It was announced to be complete, or no more is wanted.
            Unpacking::Whole(_) | Unpacking::Stopped(_) => Ok(()),
            Unpacking::Plain(bytes) => {
                if self.arrived + chunk.len() > most {
                    return Err(oversized(most));
                }
                if self.arrived == 0 {
                    // In one piece: growing copies what is there, and needs both at once.
                    bytes.reserve_exact(self.announced.unwrap_or(0).max(chunk.len()));
                }
                self.arrived += chunk.len();
                bytes.extend_from_slice(chunk);
                Ok(())
            }
            Unpacking::Gzip(gunzip) => {
                self.arrived += chunk.len();
                gunzip.write(chunk).map_err(|e| unpacked(&e, most))?;
                within_ratio(gunzip.len(), self.arrived, self.limits.ratio)
            }
        }
    }

    /// The whole body.
    pub(crate) fn end(mut self) -> Result<Bytes, TransportError> {
        let most = self.limits.body;
        match self.unpacking {
            Unpacking::Whole(bytes) => Ok(bytes),
            Unpacking::Plain(bytes) | Unpacking::Stopped(bytes) => Ok(bytes.into()),
            // Some servers announce gzip on an empty body.
            Unpacking::Gzip(_) if self.arrived == 0 => Ok(Bytes::new()),
            Unpacking::Gzip(gunzip) if self.of_failure && self.layers == 1 => {
                Ok(gunzip.so_far().into())
            }
            Unpacking::Gzip(gunzip) => {
                let mut bytes = gunzip.end().map_err(|e| unpacked(&e, most));
                while self.layers > 1 {
                    self.layers -= 1;
                    bytes = bytes.and_then(|packed| again(&packed, self.arrived, self.limits));
                }
                match bytes {
                    Err(_) if self.of_failure => Ok(Bytes::new()),
                    bytes => Ok(bytes?.into()),
                }
            }
        }
    }
}

/// Unpacks what was packed more than once.
fn again(packed: &[u8], arrived: usize, limits: Limits) -> Result<Vec<u8>, TransportError> {
    let mut gunzip = Gunzip::new(limits.body);
    for chunk in packed.chunks(CHUNK) {
        gunzip.write(chunk).map_err(|e| unpacked(&e, limits.body))?;
        within_ratio(gunzip.len(), arrived, limits.ratio)?;
    }
    gunzip.end().map_err(|e| unpacked(&e, limits.body))
}

fn within_ratio(size: usize, arrived: usize, ratio: usize) -> Result<(), TransportError> {
    match size > RATIO_COUNTS_FROM && size / ratio.max(1) > arrived {
        true => Err(too_large(format!("grows more than {ratio} times when unpacked"))),
        false => Ok(()),
    }
}

/// How many times a body is packed with gzip, or the encoding that cannot be read.
fn layers(headers: &HeaderMap) -> Result<usize, &'static str> {
    let values = headers.get_all("content-encoding").iter();
    let words = values.filter_map(|value| value.to_str().ok()).flat_map(|list| list.split(','));
    let mut layers = 0;
    for word in words.map(str::trim) {
        if word.eq_ignore_ascii_case("gzip") || word.eq_ignore_ascii_case("x-gzip") {
            layers += 1;
        }
        if let Some(unread) = UNREAD.into_iter().find(|unread| word.eq_ignore_ascii_case(unread)) {
            return Err(unread);
        }
    }
    if layers > MAX_LAYERS { Err("gzip many times over") } else { Ok(layers) }
}

impl RawResponse {
    /// What a client of somebody else's read: every bound is checked here once more. The
    /// body may be packed as its headers say.
    pub fn read(
        method: &Method,
        status: u16,
        headers: HeaderMap,
        wire: &[u8],
        limits: Limits,
    ) -> Result<Self, TransportError> {
        check_headers(&headers, limits)?;
        let bodiless = *method == Method::HEAD || matches!(status, 204 | 304);
        let announced = announced(&headers).filter(|_| !bodiless);
        if announced.is_some_and(|length| wire.len() < length && length <= limits.body) {
            return Err(TransportError::new(
                ErrorKind::Connection,
                Outcome::Unknown,
                "the connection broke: the answer is shorter than announced",
            ));
        }
        let mut body = Body::new(status, &headers, limits)?;
        for chunk in wire.chunks(CHUNK) {
            body.take(chunk)?;
        }
        Ok(Self { status, headers, body: body.end()? })
    }
}

fn announced(headers: &HeaderMap) -> Option<usize> {
    headers.get("content-length").and_then(|length| length.to_str().ok()?.trim().parse().ok())
}

fn oversized(most: usize) -> TransportError {
    too_large(format!("has more than {most} bytes"))
}

fn unpacked(error: &std::io::Error, most: usize) -> TransportError {
    if error.kind() == std::io::ErrorKind::FileTooLarge {
        return oversized(most);
    }
    unreadable("the answer cannot be unpacked: its gzip data is broken".into())
}

fn unreadable(message: String) -> TransportError {
    TransportError::new(ErrorKind::UnexpectedResponse, Outcome::Unknown, message)
}

#[cfg(test)]
mod tests;
