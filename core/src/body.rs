//! A body as it arrives: unpacked where it is compressed, and never larger than allowed,
//! however small it looks on the wire.

use std::io::Write;

use bytes::Bytes;
use flate2::write::MultiGzDecoder;
use http::{HeaderMap, Method};

use crate::config::Limits;
use crate::error::{ErrorKind, Outcome};
use crate::exchange::{Heard, Silence};
use crate::transport::{check_headers, too_large};

/// Below this many bytes any ratio is fine: short repetitive JSON packs very well.
const RATIO_COUNTS_FROM: usize = 1 << 20;

/// So much is unpacked at once where a whole body is there already.
const CHUNK: usize = 16 << 10;

/// From so many bytes on, a body that came in one piece is kept as that piece. A small one
/// is copied: the piece would hold on to the buffer that it was read into.
const WORTH_KEEPING: usize = 64 << 10;

/// A body being read.
pub(crate) struct Body {
    limits: Limits,
    announced: Option<usize>,
    arrived: usize,
    unpacking: Unpacking,
}

enum Unpacking {
    Whole(Bytes),
    Plain(Vec<u8>),
    Gzip(Box<MultiGzDecoder<Bounded>>),
}

/// A buffer that refuses to grow past its bound.
struct Bounded {
    bytes: Vec<u8>,
    most: usize,
}

impl Write for Bounded {
    fn write(&mut self, more: &[u8]) -> std::io::Result<usize> {
        if self.bytes.len() + more.len() > self.most {
            return Err(std::io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(more);
        Ok(more.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Body {
    /// Prepares for the encoding that the headers name; only gzip is asked for.
    pub(crate) fn new(headers: &HeaderMap, limits: Limits) -> Result<Self, Silence> {
        let encoding = headers.get("content-encoding").map(|value| value.to_str().unwrap_or("?"));
        let announced = announced(headers);
        if announced.is_some_and(|length| length > limits.body) {
            return Err(oversized(limits.body));
        }
        let unpacking = match encoding.map(str::trim).map(str::to_ascii_lowercase).as_deref() {
            None | Some("" | "identity") => Unpacking::Plain(Vec::new()),
            Some("gzip" | "x-gzip") => {
                let bounded = Bounded { bytes: Vec::new(), most: limits.body };
                Unpacking::Gzip(Box::new(MultiGzDecoder::new(bounded)))
            }
            Some(_) => {
                return Err(Silence {
                    kind: ErrorKind::UnexpectedResponse,
                    outcome: Outcome::Unknown,
                    message: "the answer is packed in a way that was not asked for".into(),
                });
            }
        };
        Ok(Self { limits, announced, arrived: 0, unpacking })
    }

    /// Takes the next piece from the wire.
    pub(crate) fn take_piece(&mut self, piece: Bytes) -> Result<(), Silence> {
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
    pub(crate) fn take(&mut self, chunk: &[u8]) -> Result<(), Silence> {
        let most = self.limits.body;
        let size = match &mut self.unpacking {
            // It was announced to be complete.
            Unpacking::Whole(_) => return Ok(()),
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
                return Ok(());
            }
            Unpacking::Gzip(decoder) => {
                self.arrived += chunk.len();
                decoder.write_all(chunk).map_err(|e| unpacked(&e, most))?;
                decoder.get_ref().bytes.len()
            }
        };
        if size > RATIO_COUNTS_FROM && size / self.limits.ratio.max(1) > self.arrived {
            return Err(too_large(format!(
                "grows more than {} times when unpacked",
                self.limits.ratio
            )));
        }
        Ok(())
    }

    /// The whole body.
    pub(crate) fn end(self) -> Result<Bytes, Silence> {
        let most = self.limits.body;
        match self.unpacking {
            Unpacking::Whole(bytes) => Ok(bytes),
            Unpacking::Plain(bytes) => Ok(bytes.into()),
            // Some servers announce gzip on an empty body.
            Unpacking::Gzip(_) if self.arrived == 0 => Ok(Bytes::new()),
            Unpacking::Gzip(decoder) => {
                let bounded = decoder.finish().map_err(|e| unpacked(&e, most))?;
                Ok(bounded.bytes.into())
            }
        }
    }
}

impl Heard {
    /// What a client of somebody else's read: every bound is checked here once more. The
    /// body may be packed as its headers say.
    pub fn read(
        method: &Method,
        status: u16,
        headers: HeaderMap,
        wire: &[u8],
        limits: Limits,
    ) -> Result<Self, Silence> {
        check_headers(&headers, limits)?;
        let bodiless = *method == Method::HEAD || matches!(status, 204 | 304);
        let announced = announced(&headers).filter(|_| !bodiless);
        if announced.is_some_and(|length| wire.len() < length && length <= limits.body) {
            return Err(Silence {
                kind: ErrorKind::Connection,
                outcome: Outcome::Unknown,
                message: "the connection broke: the answer is shorter than announced".into(),
            });
        }
        let mut body = Body::new(&headers, limits)?;
        for chunk in wire.chunks(CHUNK) {
            body.take(chunk)?;
        }
        Ok(Self { status, headers, body: body.end()? })
    }
}

fn announced(headers: &HeaderMap) -> Option<usize> {
    headers.get("content-length").and_then(|length| length.to_str().ok()?.trim().parse().ok())
}

fn oversized(most: usize) -> Silence {
    too_large(format!("has more than {most} bytes"))
}

fn unpacked(error: &std::io::Error, most: usize) -> Silence {
    if error.kind() == std::io::ErrorKind::FileTooLarge {
        return oversized(most);
    }
    Silence {
        kind: ErrorKind::UnexpectedResponse,
        outcome: Outcome::Unknown,
        message: "the answer cannot be unpacked: its gzip data is broken".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn read(encoding: &str, wire: &[u8], limits: Limits) -> Result<Bytes, Silence> {
        let mut headers = HeaderMap::new();
        headers.insert("content-encoding", encoding.parse().unwrap());
        let mut body = Body::new(&headers, limits)?;
        for chunk in wire.chunks(1000) {
            body.take(chunk)?;
        }
        body.end()
    }

    #[test]
    fn gzip_is_unpacked_and_broken_gzip_is_typed() {
        let text = "x".repeat(5000);
        let packed = gzip(text.as_bytes());
        assert_eq!(read("gzip", &packed, Limits::default()).unwrap(), text);
        for broken in [&packed[..packed.len() - 4], b"not gzip at all"] {
            let kind = read("gzip", broken, Limits::default()).unwrap_err().kind;
            assert_eq!(kind, ErrorKind::UnexpectedResponse);
        }
        let kind = read("br", &packed, Limits::default()).unwrap_err().kind;
        assert_eq!(kind, ErrorKind::UnexpectedResponse);
    }

    #[test]
    fn a_bomb_stops_at_the_ratio_and_a_large_body_at_the_limit() {
        let bomb = gzip(&vec![b'a'; 15 << 20]);
        let error = read("gzip", &bomb, Limits::default()).unwrap_err();
        assert!(error.message.contains("times"), "{}", error.message);
        let small = Limits { body: 1000, ..Limits::default() };
        let announced = HeaderMap::from_iter([(http::header::CONTENT_LENGTH, 1001.into())]);
        assert!(Body::new(&announced, small).is_err(), "nothing of it is read");
        for (encoding, wire) in [("gzip", gzip(&[b'a'; 1001])), ("identity", vec![b'a'; 1001])] {
            let error = read(encoding, &wire, small).unwrap_err();
            assert_eq!(error.kind, ErrorKind::ResponseTooLarge);
        }
    }

    #[test]
    fn what_somebody_else_read_is_bounded_unpacked_and_whole() {
        let read = |method: Method, status, wire: &[u8], length: usize, packed| {
            let mut headers = HeaderMap::from_iter([(http::header::CONTENT_LENGTH, length.into())]);
            if packed {
                headers.insert("content-encoding", "gzip".parse().unwrap());
            }
            Heard::read(&method, status, headers, wire, Limits::default())
        };
        let packed = gzip(b"{}");
        let heard = read(Method::GET, 200, &packed, packed.len(), true).unwrap();
        assert_eq!((heard.status, heard.body), (200, Bytes::from("{}")));
        let short = read(Method::POST, 200, b"{}", 3, false).unwrap_err();
        assert_eq!((short.kind, short.outcome), (ErrorKind::Connection, Outcome::Unknown));
        for (method, status) in [(Method::HEAD, 200), (Method::GET, 304), (Method::DELETE, 204)] {
            assert!(read(method, status, b"", 3, false).is_ok());
        }
        let large = read(Method::GET, 200, b"{", 17 << 20, false).unwrap_err();
        assert_eq!(large.kind, ErrorKind::ResponseTooLarge);
        let mut many = HeaderMap::new();
        for _ in 0..101 {
            many.append("x-a", "1".parse().unwrap());
        }
        let many = Heard::read(&Method::GET, 200, many, b"{}", Limits::default()).unwrap_err();
        assert_eq!(many.kind, ErrorKind::ResponseTooLarge);
        let bomb = gzip(&vec![b'a'; 15 << 20]);
        let bomb = read(Method::GET, 200, &bomb, bomb.len(), true).unwrap_err();
        assert_eq!(bomb.kind, ErrorKind::ResponseTooLarge);
    }
}
