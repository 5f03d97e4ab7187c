//! Sends through the user's HTTP client, Guzzle or any of PSR-18: its handlers, mocks and
//! middleware see every request, and the core's rules apply to what it returns or throws.

mod exception;
mod guzzle;
mod installed;
mod request;
mod response;
mod transfer;

use std::time::{Duration, Instant};

use ext_php_rs::types::Zval;
use lomi::binding::{self as core, RawResponse, Request, Step, TransportError, messages};
use lomi::{Client, Message, Response};

use crate::send::signals::sleep;
use crate::zend::{AsObject, Object, Thrown, call_method, is_a, is_ending};
use response::Context;
use transfer::Transfer;

pub(crate) use guzzle::Certificates;
pub(crate) use request::psr_request;
pub(crate) use transfer::register;

const GUZZLE: &str = "GuzzleHttp\\ClientInterface";
const PSR_18: &str = "Psr\\Http\\Client\\ClientInterface";

/// Whether an object is such a client.
pub(crate) fn is_client(object: Object<'_>) -> bool {
    is_a(object, GUZZLE) || is_a(object, PSR_18)
}

/// The sentence about an object that is no such client.
pub(crate) fn not_a_client() -> Message {
    messages::not_an_http_client(GUZZLE, PSR_18)
}

/// Runs a call through the user's client.
pub(crate) fn drive(
    core: &Client,
    http: &Zval,
    certificates: Option<&Certificates>,
    prepared: &mut core::Call,
) -> Result<Box<Response>, Thrown> {
    let http = http
        .handle()
        .filter(|object| is_client(*object))
        .ok_or_else(|| Thrown::configuration(not_a_client()))?;
    core.check_plain_http(prepared)?;
    if is_a(http, GUZZLE) {
        let defaults = guzzle::setting(http, "headers")?;
        let names: Vec<String> =
            defaults.array().into_iter().flatten().map(|(name, _)| name.to_string()).collect();
        lomi::binding::check_client_headers(names.iter().map(String::as_str))?;
    }
    loop {
        match prepared.step(Instant::now()) {
            Step::Done(result) => {
                if result.is_ok() {
                    core.remember(prepared)?;
                }
                return Ok(result?);
            }
            Step::Wait(time) => sleep(time)?,
            // A hook has ended the script.
            Step::Send(..) if is_ending() => return Err(Thrown::Pending),
            Step::Send(request, within) => {
                let result = send(http, certificates, &request, within, prepared)?;
                prepared.complete_attempt(result, Instant::now(), lomi::binding::random_fraction);
            }
        }
    }
}

/// Sends one request. The outer error is an exception that is no HTTP error.
fn send(
    client: Object<'_>,
    certificates: Option<&Certificates>,
    request: &Request,
    within: Duration,
    prepared: &core::Call,
) -> Result<Result<RawResponse, TransportError>, Thrown> {
    let psr = psr_request(request)?;
    let method = request.method.clone();
    let is_guzzle = is_a(client, GUZZLE);
    let mut transfer = Transfer::default();
    let returned = if is_guzzle {
        let default = |name| guzzle::setting(client, name);
        transfer = Transfer::new(prepared, default("on_headers")?, default("progress")?);
        let options = guzzle::options(certificates, client, within, prepared, &transfer)?;
        call_method(client, "send", &mut [psr, options])
    } else {
        call_method(client, "sendRequest", &mut [psr])
    };
    let context = Context { method, limits: prepared.limits_in_memory(), raw_body: is_guzzle };
    let result = match returned {
        Ok(response) => match response.handle() {
            Some(response) => match response::read(response, &context) {
                Ok(Some(read)) => Ok(read),
                Ok(None) => exception::read_exception(&context, &transfer),
                Err(thrown) => Err(thrown),
            },
            None => Err(Thrown::configuration(messages::no_response_of_client())),
        },
        Err(Thrown::Pending) => exception::read_exception(&context, &transfer),
        Err(other) => Err(other),
    };
    // The client may have sent the request by then.
    let result = result.map_err(|thrown| match thrown {
        Thrown::Failure(error) => Thrown::Failure(prepared.interrupted(error)),
        other => other,
    })?;
    Ok(transfer.settle(result))
}
