//! Makes a [`TransportError`] of an error of a connection or a response.

use std::time::SystemTime;

use http::HeaderMap;

use crate::call::TransportError;
use crate::error::{ErrorKind, Outcome};
use crate::limits::Limits;
use crate::message::Message;
use crate::messages::bindings as shared;
use crate::messages::error as words;
use crate::messages::transport as messages;
use crate::timestamp;

/// Same limit as hyper's; also applied to responses read by another HTTP client.
const MAX_HEADERS: usize = 100;

pub(crate) fn check_headers(headers: &HeaderMap, limits: Limits) -> Result<(), TransportError> {
    let size: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if headers.len() > MAX_HEADERS {
        return Err(too_large(shared::too_many_headers()));
    }
    if size > limits.headers {
        return Err(too_large(shared::headers_too_long(limits.headers)));
    }
    Ok(())
}

pub(crate) fn too_large(message: Message) -> TransportError {
    TransportError::new(ErrorKind::ResponseTooLarge, Outcome::Final, message)
}

/// The error of a connection that failed during a request.
pub(super) fn connection_error(error: hyper::Error, outcome: Outcome) -> TransportError {
    let reason = innermost(&error);
    // hyper has no method for this error, so the message is compared; a scenario tests it.
    if reason == "message head is too large" {
        return too_large(shared::too_many_headers());
    }
    let message = match outcome {
        Outcome::NotSent => shared::not_reached(reason),
        _ => messages::connection_broke(messages::broke(), reason),
    };
    TransportError::new(ErrorKind::Connection, outcome, message).caused_by(error)
}

/// The error of TLS that is a cause. I/O errors wrap it, sometimes twice, but not as their `source`.
fn tls_error<'a>(cause: &'a (dyn std::error::Error + 'static)) -> Option<&'a rustls::Error> {
    let inside = || cause.downcast_ref::<std::io::Error>()?.get_ref();
    cause.downcast_ref().or_else(|| inside().and_then(|inner| tls_error(inner)))
}

pub(super) fn is_certificate(error: &(dyn std::error::Error + 'static)) -> bool {
    causes(error).any(|cause| tls_error(cause).is_some())
}

/// The message of a certificate that was refused: what to do about the machine's certificates, or
/// about its clock.
pub(super) fn tls_message(error: &(dyn std::error::Error + 'static), reason: String) -> Message {
    use rustls::CertificateError as Refused;
    let message = shared::tls_refused(reason);
    let Some(rustls::Error::InvalidCertificate(refused)) = causes(error).find_map(tls_error) else {
        return message;
    };
    match refused {
        Refused::UnknownIssuer => words::with_advice(message, messages::unknown_issuer()),
        Refused::Expired
        | Refused::ExpiredContext { .. }
        | Refused::NotValidYet
        | Refused::NotValidYetContext { .. } => {
            let now = timestamp::write(timestamp::of(SystemTime::now()));
            words::with_advice(message, messages::check_clock(now))
        }
        _ => message,
    }
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
    use crate::message::Language;

    #[test]
    fn a_refusal_of_tls_is_found_however_it_is_wrapped() {
        let refused = rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer);
        let wrapped = std::io::Error::other(std::io::Error::other(refused));
        assert!(is_certificate(&wrapped));
        assert!(!is_certificate(&std::io::Error::other(std::io::Error::other("cut"))));
    }

    #[test]
    fn the_machine_and_its_clock_are_named() {
        use rustls::CertificateError::{BadSignature, NotValidYet, UnknownIssuer};
        let message = |why| {
            let error = std::io::Error::other(rustls::Error::InvalidCertificate(why));
            tls_message(&error, "refused".into()).text(Language::English).to_owned()
        };
        assert!(message(UnknownIssuer).contains("ca-certificates"));
        assert!(message(NotValidYet).contains("the clock of this machine may be wrong"));
        assert!(message(BadSignature).ends_with("refused"));
    }
}
