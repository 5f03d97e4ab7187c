//! A PSR-7 response as the core takes it.

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use lomi::Limits;
use lomi::binding::{RawResponse, TransportError};

use crate::zend::{AsObject, Object, Thrown, call_method, long};

/// What reading a response needs.
pub(super) struct Context {
    pub(super) method: Method,
    pub(super) limits: Limits,
    /// The client was told not to decompress the body.
    pub(super) raw_body: bool,
}

/// Bytes of a body that are read at once.
const CHUNK: i64 = 1 << 16;

/// A PSR-7 response as the core takes it; nothing where reading its body threw an exception.
pub(super) fn read(
    response: Object<'_>,
    context: &Context,
) -> Result<Option<Result<RawResponse, TransportError>>, Thrown> {
    let status = call_method(response, "getStatusCode", &mut [])?.long().unwrap_or_default();
    let mut headers = headers(response)?;
    let body = call_method(response, "getBody", &mut [])?;
    let bytes = match body.handle().map(|stream| bytes(stream, context.limits.body)) {
        Some(Err(Thrown::Pending)) => return Ok(None),
        Some(bytes) => bytes?,
        None => Vec::new(),
    };
    if !context.raw_body && headers.contains_key("content-encoding") && !bytes.starts_with(GZIP) {
        // The client decompressed the body and left the headers unchanged.
        headers.remove("content-encoding");
        headers.remove("content-length");
    }
    let status = u16::try_from(status).unwrap_or_default();
    Ok(Some(RawResponse::read(&context.method, status, headers, &bytes, context.limits)))
}

/// The headers of a PSR-7 response.
pub(super) fn headers(response: Object<'_>) -> Result<HeaderMap, Thrown> {
    let mut headers = HeaderMap::new();
    let found = call_method(response, "getHeaders", &mut [])?;
    for (name, values) in crate::zend::pairs_of(&found) {
        let Ok(name) = HeaderName::from_bytes(name.to_string().as_bytes()) else { continue };
        for value in values.array().into_iter().flat_map(crate::zend::values) {
            let value = value.str().and_then(|value| HeaderValue::from_str(value).ok());
            if let Some(value) = value {
                headers.append(name.clone(), value);
            }
        }
    }
    Ok(headers)
}

/// The first bytes of gzip data.
const GZIP: &[u8] = &[0x1f, 0x8b];

/// The whole body, or up to one chunk more than the limit.
fn bytes(stream: Object<'_>, most: usize) -> Result<Vec<u8>, Thrown> {
    if call_method(stream, "isSeekable", &mut [])?.is_true() {
        call_method(stream, "rewind", &mut [])?;
    }
    let mut bytes = Vec::new();
    while bytes.len() <= most && !call_method(stream, "eof", &mut [])?.is_true() {
        let chunk = call_method(stream, "read", &mut [long(CHUNK)])?;
        let Some(chunk) = chunk.zend_str().map(|text| text.as_bytes()) else { break };
        if chunk.is_empty() {
            break;
        }
        bytes.extend_from_slice(chunk);
    }
    Ok(bytes)
}
