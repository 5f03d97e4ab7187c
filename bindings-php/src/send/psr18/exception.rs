//! What an exception of the user's HTTP client says about the request.

use ext_php_rs::types::Zval;
use http::HeaderMap;
use lomi::binding::{RawResponse, TransportError, messages};
use lomi::{ErrorKind, Message, Outcome};

use super::response::{Context, read};
use crate::zend::{AsObject, Object, Thrown, call_method, is_a, is_exit, take_exception};

/// What the client's exception says about the request.
pub(super) fn read_exception(
    context: &Context,
) -> Result<Result<RawResponse, TransportError>, Thrown> {
    if is_exit() {
        return Err(Thrown::Pending);
    }
    let Some(exception) = take_exception() else { return Err(Thrown::Pending) };
    let Some(object) = exception.handle() else { return Err(Thrown::Object(exception)) };
    let (number, sent) = curl_error(object)?;
    // With an error number the response is incomplete or missing.
    if number.is_none()
        && is_a(object, "GuzzleHttp\\Exception\\RequestException")
        && call_method(object, "hasResponse", &mut [])?.is_true()
    {
        let response = call_method(object, "getResponse", &mut [])?;
        if let Some(response) = response.handle() {
            return match read(response, context)? {
                Some(read) => Ok(read),
                None => read_exception(context),
            };
        }
    }
    if let Some(status) = unknown_status(object)? {
        return Ok(RawResponse::read(
            &context.method,
            status,
            HeaderMap::new(),
            &[],
            context.limits,
        ));
    }
    let message = call_method(object, "getMessage", &mut [])?.string().unwrap_or_default();
    let reason = match message.contains("request was retried 3 times") {
        // Guzzle's message about its counter, which started at the maximum: there was one request.
        true => messages::closed_before_head(),
        false => Message::untranslated(&message),
    };
    let failed = |kind, outcome, sentence: fn(Message) -> Message| {
        Ok(Err(TransportError::new(kind, outcome, sentence(reason))))
    };
    // curl limits one header and all headers; its versions use two error numbers for that.
    if matches!(number, Some(27 | 100)) || message.contains("Too large response headers") {
        let kind = ErrorKind::ResponseTooLarge;
        return failed(kind, Outcome::Final, |_| messages::too_many_headers());
    }
    let broke = messages::broke;
    let unreached = messages::not_reached;
    if is_a(object, "GuzzleHttp\\Exception\\ConnectException") {
        // Guzzle also throws this for some failures after the request was sent.
        return match (number, sent) {
            (Some(28), true) => {
                failed(ErrorKind::Timeout, Outcome::Unknown, messages::no_answer_in_time)
            }
            (Some(28), false) => failed(ErrorKind::Timeout, Outcome::NotSent, unreached),
            (Some(35), _) if CUT_OFF.iter().any(|words| message.contains(words)) => {
                failed(ErrorKind::Connection, Outcome::NotSent, unreached)
            }
            (Some(35 | 51 | 58 | 60 | 77 | 83), _) => {
                failed(ErrorKind::Tls, Outcome::Final, messages::tls_refused)
            }
            (Some(6 | 7) | None, false) => {
                failed(ErrorKind::Connection, Outcome::NotSent, unreached)
            }
            _ => failed(ErrorKind::Connection, Outcome::Unknown, broke),
        };
    }
    if is_a(object, "GuzzleHttp\\Exception\\GuzzleException") {
        return match number {
            Some(51 | 58 | 60 | 77 | 83) => {
                failed(ErrorKind::Tls, Outcome::Final, messages::tls_refused)
            }
            _ => failed(ErrorKind::Connection, Outcome::Unknown, broke),
        };
    }
    if is_a(object, "Psr\\Http\\Client\\ClientExceptionInterface") {
        return failed(ErrorKind::Connection, Outcome::Unknown, broke);
    }
    Err(Thrown::Object(exception))
}

/// How OpenSSL says that a handshake ended, and was not refused.
const CUT_OFF: [&str; 3] = ["SSL_ERROR_SYSCALL", "reset by peer", "unexpected eof"];

/// A status beyond 599: PSR-7 has no response for it, but curl's information has the status.
fn unknown_status(exception: Object<'_>) -> Result<Option<u16>, Thrown> {
    if !is_a(exception, "GuzzleHttp\\Exception\\RequestException") {
        return Ok(None);
    }
    let refused = call_method(exception, "getPrevious", &mut [])?;
    if !refused.handle().is_some_and(|refused| is_a(refused, "InvalidArgumentException")) {
        return Ok(None);
    }
    let context = call_method(exception, "getHandlerContext", &mut [])?;
    let status = context.array().and_then(|context| context.get("http_code")?.long());
    Ok(status.and_then(|status| u16::try_from(status).ok()).filter(|status| *status > 599))
}

/// The number of curl's error, and whether the request can have been sent.
fn curl_error(exception: Object<'_>) -> Result<(Option<i64>, bool), Thrown> {
    if !is_a(exception, "GuzzleHttp\\Exception\\ConnectException")
        && !is_a(exception, "GuzzleHttp\\Exception\\RequestException")
    {
        return Ok((None, false));
    }
    let context = call_method(exception, "getHandlerContext", &mut [])?;
    let Some(context) = context.array() else { return Ok((None, false)) };
    let number = context.get("errno").and_then(Zval::long).filter(|number| *number != 0);
    let above_zero =
        |name| context.get(name).and_then(Zval::coerce_to_double).is_some_and(|value| value > 0.0);
    Ok((number, above_zero("connect_time") || above_zero("request_size")))
}
