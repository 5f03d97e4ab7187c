//! Compressed, broken and hostile bodies.

use std::io::Write;

use super::*;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn read(encoding: &str, wire: &[u8], limits: Limits) -> Result<Bytes, TransportError> {
    read_of(200, encoding, wire, limits)
}

fn read_of(
    status: u16,
    encoding: &str,
    wire: &[u8],
    limits: Limits,
) -> Result<Bytes, TransportError> {
    let mut headers = HeaderMap::new();
    headers.insert("content-encoding", encoding.parse().unwrap());
    let mut body = Body::new(status, &headers, limits, None)?;
    for chunk in wire.chunks(1000) {
        body.take(chunk)?;
    }
    body.end()
}

#[test]
fn gzip_is_decompressed_and_broken_gzip_is_an_error() {
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
fn bytes_after_the_end_of_gzip_are_ignored() {
    let one = gzip(b"{}");
    let two = [one.clone(), gzip(b"  ")].concat();
    let broken = [&one, &gzip(b"xxxx")[..15]].concat();
    for (wire, expected) in [
        ([&one, &b"\0\0\0\0"[..]].concat(), "{}"),
        ([&one, &b"\x1f"[..]].concat(), "{}"),
        ([&one, &b"\x1f\x8b\x08rubbish"[..]].concat(), "{}"),
        ([&one, &b"rubbish"[..]].concat(), "{}"),
        (broken, "{}"),
        (two, "{}  "),
    ] {
        for size in [1, 7, 1000] {
            let headers = [("content-encoding".parse().unwrap(), "gzip".parse().unwrap())];
            let headers = HeaderMap::from_iter(headers);
            let mut body = Body::new(200, &headers, Limits::default(), None).unwrap();
            wire.chunks(size).for_each(|chunk| body.take(chunk).unwrap());
            assert_eq!(body.end().unwrap(), expected, "{wire:?} by {size}");
        }
    }
    let mut changed = one;
    let checksum = changed.len() - 8;
    changed[checksum] ^= 1;
    changed.extend_from_slice(b"rubbish");
    assert!(read("gzip", &changed, Limits::default()).is_err(), "the checksum counts");
}

#[test]
fn words_that_change_nothing_are_ignored() {
    for word in ["", "identity", "none", "utf-8", " Identity ,", ",", "aws-chunked"] {
        assert_eq!(read(word, b"{}", Limits::default()).unwrap(), "{}", "{word:?}");
    }
    let packed = gzip(b"{}");
    for words in ["gzip, identity", "identity,GZIP", "x-gzip,", "none, gzip"] {
        assert_eq!(read(words, &packed, Limits::default()).unwrap(), "{}", "{words:?}");
    }
    assert_eq!(read("gzip, gzip", &gzip(&packed), Limits::default()).unwrap(), "{}");
    let bomb = gzip(&gzip(&vec![b'a'; 15 << 20]));
    let kind = read("gzip, gzip", &bomb, Limits::default()).unwrap_err().kind;
    assert_eq!(kind, ErrorKind::ResponseTooLarge);
    for encoding in ["br", "Deflate", "zstd", "gzip, br"] {
        let error = read(encoding, b"", Limits::default()).unwrap_err();
        let name = encoding.to_ascii_lowercase();
        assert!(error.message.english.contains(name.rsplit(' ').next().unwrap()), "{error:?}");
    }
}

#[test]
fn the_body_of_a_failure_is_never_an_error() {
    let packed = gzip(b"{\"error\":1}");
    let bomb = gzip(&vec![b'a'; 15 << 20]);
    for (encoding, wire, expected) in [
        ("gzip", &packed[..], Some("{\"error\":1}")),
        ("gzip", &packed[..packed.len() - 6], Some("{\"error\":1}")),
        ("gzip", b"{\"error\":1}", Some("{\"error\":1}")),
        ("br", b"raw", Some("raw")),
        ("gzip, br", b"raw", Some("raw")),
        ("gzip", &bomb, None),
        ("gzip, gzip", &packed, Some("")),
    ] {
        let body = read_of(503, encoding, wire, Limits::default()).unwrap();
        assert!(expected.is_none_or(|expected| body == expected), "{encoding} {body:?}");
    }
    let small = Limits { body: 1000, ..Limits::default() };
    assert_eq!(read_of(503, "", &[b'a'; 3000], small).unwrap().len(), 1000);
}

#[test]
fn a_bomb_stops_at_the_ratio_and_a_large_body_at_the_limit() {
    let bomb = gzip(&vec![b'a'; 15 << 20]);
    let error = read("gzip", &bomb, Limits::default()).unwrap_err();
    assert!(error.message.english.contains("times"), "{:?}", error.message);
    let small = Limits { body: 1000, ..Limits::default() };
    let announced = HeaderMap::from_iter([(http::header::CONTENT_LENGTH, 1001.into())]);
    assert!(Body::new(200, &announced, small, None).is_err(), "nothing of it is read");
    for (encoding, wire) in [("gzip", gzip(&[b'a'; 1001])), ("identity", vec![b'a'; 1001])] {
        let error = read(encoding, &wire, small).unwrap_err();
        assert_eq!(error.kind, ErrorKind::ResponseTooLarge);
    }
}

#[test]
fn a_response_of_another_client_is_limited_decompressed_and_complete() {
    let read = |method: Method, status, wire: &[u8], length: usize, packed| {
        let mut headers = HeaderMap::from_iter([(http::header::CONTENT_LENGTH, length.into())]);
        if packed {
            headers.insert("content-encoding", "gzip".parse().unwrap());
        }
        RawResponse::read(&method, status, headers, wire, Limits::default())
    };
    let packed = gzip(b"{}");
    let response = read(Method::GET, 200, &packed, packed.len(), true).unwrap();
    assert_eq!((response.status, response.body), (200, Bytes::from("{}")));
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
    let many = RawResponse::read(&Method::GET, 200, many, b"{}", Limits::default()).unwrap_err();
    assert_eq!(many.kind, ErrorKind::ResponseTooLarge);
    let bomb = gzip(&vec![b'a'; 15 << 20]);
    let bomb = read(Method::GET, 200, &bomb, bomb.len(), true).unwrap_err();
    assert_eq!(bomb.kind, ErrorKind::ResponseTooLarge);
}

#[test]
fn a_body_that_is_taken_out_as_it_comes_is_the_same() {
    let (first, second) = (gzip(&[b'a'; 70_000]), gzip(&[b'b'; 70_000]));
    let whole = [first.clone(), second.clone()].concat();
    let with_rest = [&first[..], b"\x1f\x8b\x08 and no more"].concat();
    for (encoding, wire, size) in [
        ("gzip", &whole, 140_000),
        ("gzip", &with_rest, 70_000),
        ("gzip, gzip", &gzip(&whole), 140_000),
        ("identity", &vec![b'a'; 90_000], 90_000),
    ] {
        let mut headers = HeaderMap::new();
        headers.insert("content-encoding", encoding.parse().unwrap());
        let taken = |most| {
            let small = Limits { body: 200_000, ..Limits::default() };
            let mut body = Body::new(200, &headers, small, Some(most))?;
            let (mut bytes, mut most_at_once) = (Vec::new(), 0);
            for chunk in wire.chunks(40) {
                body.take(chunk)?;
                let more = body.drain();
                most_at_once = most_at_once.max(more.len());
                bytes.extend(more);
            }
            bytes.extend(body.end()?);
            Ok::<_, TransportError>((bytes, most_at_once))
        };
        let (bytes, most_at_once) = taken(size).unwrap();
        assert_eq!(bytes.len(), size, "{encoding}");
        assert!(most_at_once < 80_000, "{most_at_once}");
        if encoding != "gzip, gzip" {
            assert_eq!(taken(size - 1).unwrap_err().kind, ErrorKind::ResponseTooLarge);
        }
    }
}
