//! What an exception of the user's HTTP client says about the request.

use ext_php_rs::types::Zval;
use http::HeaderMap;
use lomi::binding::{RawResponse, TransportError, messages};
use lomi::{ErrorKind, Message, Outcome};

use super::installed::has_method;
use super::response::{Context, read};
use super::transfer::Transfer;
use crate::zend::{AsObject, Object, Thrown, call_method, is_a, is_exit, take_exception};

/// What the client's exception says about the request.
pub(super) fn read_exception(
    context: &Context,
    transfer: &Transfer,
) -> Result<Result<RawResponse, TransportError>, Thrown> {
    if is_exit() {
        return Err(Thrown::Pending);
    }
    let Some(exception) = take_exception() else { return Err(Thrown::Pending) };
    let Some(object) = exception.handle() else { return Err(Thrown::Object(exception)) };
    let message = call_method(object, "getMessage", &mut [])?.string().unwrap_or_default();
    let (number, sent) = curl_error(object, &message)?;
    // With an error number the response is incomplete or missing.
    if number.is_none() && has_response(object)? {
        let response = call_method(object, "getResponse", &mut [])?;
        if let Some(response) = response.handle() {
            return match read(response, context)? {
                Some(read) => Ok(read),
                None => read_exception(context, transfer),
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
    // Guzzle refuses the options of a request before it starts to send.
    if is_a(object, "GuzzleHttp\\Exception\\InvalidArgumentException") && transfer.untouched() {
        return failed(ErrorKind::Configuration, Outcome::Final, messages::http_client_refused);
    }
    // Classes of Guzzle 8, which has no context with curl's times.
    if TIMEOUTS.iter().any(|class| is_a(object, class)) {
        return failed(ErrorKind::Timeout, Outcome::Unknown, messages::no_answer_in_time);
    }
    if is_a(object, "GuzzleHttp\\Exception\\ConnectTimeoutException") {
        return failed(ErrorKind::Timeout, Outcome::NotSent, unreached);
    }
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
            (Some(35 | 51 | 58 | 60 | 77 | 83 | 90 | 91 | 98), _) => {
                failed(ErrorKind::Tls, Outcome::Final, messages::tls_refused)
            }
            (Some(5..=7 | 97) | None, false) => {
                failed(ErrorKind::Connection, Outcome::NotSent, unreached)
            }
            _ => failed(ErrorKind::Connection, Outcome::Unknown, broke),
        };
    }
    if is_a(object, "GuzzleHttp\\Exception\\GuzzleException") {
        return match number {
            Some(51 | 58 | 60 | 77 | 83 | 90 | 91 | 98) => {
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

/// Guzzle 8's timeouts after the connection stood.
const TIMEOUTS: [&str; 2] = [
    "GuzzleHttp\\Exception\\NetworkTimeoutException",
    "GuzzleHttp\\Exception\\ResponseTimeoutException",
];

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
    if !has_method(exception, "getHandlerContext")? {
        return Ok(None);
    }
    let context = call_method(exception, "getHandlerContext", &mut [])?;
    let status = context.array().and_then(|context| context.get("http_code")?.long());
    Ok(status.and_then(|status| u16::try_from(status).ok()).filter(|status| *status > 599))
}

/// The number of curl's error, and whether the request can have been sent.
fn curl_error(exception: Object<'_>, message: &str) -> Result<(Option<i64>, bool), Thrown> {
    if !is_a(exception, "GuzzleHttp\\Exception\\TransferException") {
        return Ok((None, false));
    }
    if !has_method(exception, "getHandlerContext")? {
        // Guzzle 8 has the number in the message only. Its ConnectException says that there was
        // no connection to send on.
        let number = message.strip_prefix("cURL error ").and_then(|rest| rest.split(':').next());
        let number = number.and_then(|number| number.parse().ok()).filter(|number| *number != 0);
        return Ok((number, !is_a(exception, "GuzzleHttp\\Exception\\ConnectException")));
    }
    let context = call_method(exception, "getHandlerContext", &mut [])?;
    let Some(context) = context.array() else { return Ok((None, false)) };
    let number = context.get("errno").and_then(Zval::long).filter(|number| *number != 0);
    let above_zero =
        |name| context.get(name).and_then(Zval::coerce_to_double).is_some_and(|value| value > 0.0);
    Ok((number, above_zero("connect_time") || above_zero("request_size")))
}

/// Whether an exception of Guzzle's has a response that is complete.
fn has_response(exception: Object<'_>) -> Result<bool, Thrown> {
    if !is_a(exception, "GuzzleHttp\\Exception\\RequestException") {
        return Ok(false);
    }
    match has_method(exception, "hasResponse")? {
        true => Ok(call_method(exception, "hasResponse", &mut [])?.is_true()),
        // In Guzzle 8 others with a response are failures while it was read.
        false => Ok(is_a(exception, "GuzzleHttp\\Exception\\BadResponseException")),
    }
}
