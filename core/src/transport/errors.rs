//! Makes a [`TransportError`] of an error of a connection or a response.

use http::HeaderMap;

use crate::call::TransportError;
use crate::error::{ErrorKind, Outcome};
use crate::limits::Limits;
use crate::messages::transport as messages;

/// Same limit as hyper's; also applied to responses read by another HTTP client.
const MAX_HEADERS: usize = 100;

pub(crate) fn check_headers(headers: &HeaderMap, limits: Limits) -> Result<(), TransportError> {
    let size: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if headers.len() > MAX_HEADERS {
        return Err(too_large("has more or longer headers than any response needs".into()));
    }
    if size > limits.headers {
        return Err(too_large(format!("has more than {} bytes of headers", limits.headers)));
    }
    Ok(())
}

pub(crate) fn too_large(what: String) -> TransportError {
    let message = format!("the response {what}");
    TransportError::new(ErrorKind::ResponseTooLarge, Outcome::Final, message)
}

/// The error of a connection that failed during a request.
pub(super) fn connection_error(error: hyper::Error, outcome: Outcome) -> TransportError {
    let reason = innermost(&error);
    // hyper has no method for this error, so the message is compared; a scenario tests it.
    if reason == "message head is too large" {
        return too_large("has more or longer headers than any response needs".into());
    }
    let message = match outcome {
        Outcome::NotSent => messages::not_reached(reason),
        _ => messages::connection_broke(messages::broke(), reason),
    };
    TransportError::new(ErrorKind::Connection, outcome, message).caused_by(error)
}

/// Whether the cause is an error of TLS. I/O errors wrap it, sometimes twice, but not as their
/// `source`.
fn is_tls(cause: &(dyn std::error::Error + 'static)) -> bool {
    let inside = cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    cause.is::<rustls::Error>() || inside.is_some_and(|inner| is_tls(inner))
}

pub(super) fn is_certificate(error: &(dyn std::error::Error + 'static)) -> bool {
    causes(error).any(is_tls)
}

pub(super) fn causes<'a>(
    error: &'a (dyn std::error::Error + 'static),
) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    std::iter::successors(Some(error), |cause| cause.source())
}

/// The message of the innermost cause: the outer ones repeat the address.
pub(super) fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    causes(error)
        .map(ToString::to_string)
        .filter(|text| !text.is_empty())
        .last()
        .unwrap_or_else(|| "unknown".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_of_tls_is_found_however_it_is_wrapped() {
        let refused = rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer);
        let wrapped = std::io::Error::other(std::io::Error::other(refused));
        assert!(is_tls(&wrapped));
        assert!(!is_tls(&std::io::Error::other(std::io::Error::other("cut"))));
    }
}
