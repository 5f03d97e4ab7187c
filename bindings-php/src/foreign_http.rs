//! Sending through an HTTP client of the user's: its handlers, mocks and middleware see
//! every request, and what it throws is read by the core's rules.

use std::time::{Duration, Instant};

use ext_php_rs::types::Zval;
use http::{HeaderMap, HeaderName, HeaderValue};
use lomi::{ErrorKind, Exchange, Heard, Outcome, Reply, Request, Silence, Step};

use crate::road::{Road, pause};
use crate::zend::{
    Array, Thrown, call_method, class_named, is_a, is_exit, new_object, string_zval, take_exception,
};
use crate::zend::{AsObject, Object};

const GUZZLE: &str = "GuzzleHttp\\ClientInterface";
const PSR_18: &str = "Psr\\Http\\Client\\ClientInterface";

/// Whether a value can be sent through.
pub(crate) fn is_client(object: Object<'_>) -> bool {
    is_a(object, GUZZLE) || is_a(object, PSR_18)
}

/// Carries a call out through the user's client.
pub(crate) fn drive(road: &Road, client: &Zval, mut exchange: Exchange) -> Result<Reply, Thrown> {
    let client = client.handle().filter(|object| is_client(*object)).ok_or_else(|| {
        Thrown::configuration(format!("the HTTP client has to be a {GUZZLE} or {PSR_18}"))
    })?;
    loop {
        match exchange.step(Instant::now()) {
            Step::Done(result) => {
                if result.is_ok() {
                    road.client.remember(&exchange)?;
                }
                return Ok(result?);
            }
            Step::Wait(time) => pause(time)?,
            Step::Send(request, within) => {
                let heard = send(road, client, &request, within, exchange.connect_timeout())?;
                let heard = heard.and_then(|heard| bounded(heard, &exchange));
                exchange.heard(heard, Instant::now(), chance());
            }
        }
    }
}

/// Uniform in 0..1, from the operating system: forked workers must not pause alike.
fn chance() -> f64 {
    let id = lomi::idempotency_key::random();
    let digits = id.get(..8).and_then(|hex| u32::from_str_radix(hex, 16).ok());
    f64::from(digits.unwrap_or(u32::MAX / 2)) / f64::from(u32::MAX)
}

fn bounded(heard: Heard, exchange: &Exchange) -> Result<Heard, Silence> {
    let limits = exchange.config().limits;
    let headers: usize = heard.headers.iter().map(|(n, v)| n.as_str().len() + v.len()).sum();
    if heard.body.len() > limits.body || headers > limits.headers {
        return Err(Silence {
            kind: ErrorKind::ResponseTooLarge,
            outcome: Outcome::Final,
            message: "the answer is larger than allowed".to_owned(),
        });
    }
    Ok(heard)
}

/// One request as PSR-7 has it.
pub(crate) fn psr_request(request: &Request) -> Result<Zval, Thrown> {
    let class =
        ["GuzzleHttp\\Psr7\\Request", "Nyholm\\Psr7\\Request", "Laminas\\Diactoros\\Request"]
            .into_iter()
            .find_map(|name| Some((name, class_named(name)?)));
    let Some((name, class)) = class else {
        return Err(Thrown::configuration(
            "no class for PSR-7 requests is installed; install guzzlehttp/psr7 or nyholm/psr7",
        ));
    };
    let mut headers = Array::new();
    for (header, value) in &request.headers {
        headers.set(header.as_str(), string_zval(value.to_str().unwrap_or_default()));
    }
    let body = request.body.as_ref().map(|body| string_zval(&String::from_utf8_lossy(body)));
    let body = body.unwrap_or_else(Zval::null);
    let (method, url) = (string_zval(request.method.as_str()), string_zval(&request.url));
    let made = new_object(class)?;
    if let Some(object) = made.handle() {
        if name.starts_with("Laminas") {
            // Its body is a stream, which starts as memory.
            let stream = string_zval("php://memory");
            call_method(object, "__construct", &mut [url, method, stream, headers.finish()])?;
            let content = call_method(object, "getBody", &mut [])?;
            if let Some(content) = content.handle().filter(|_| !body.is_null()) {
                call_method(content, "write", &mut [body])?;
                call_method(content, "rewind", &mut [])?;
            }
        } else {
            call_method(object, "__construct", &mut [method, url, headers.finish(), body])?;
        }
    }
    Ok(made)
}

fn number(value: f64) -> Zval {
    let mut zval = Zval::new();
    zval.set_double(value);
    zval
}

fn boolean(value: bool) -> Zval {
    let mut zval = Zval::new();
    zval.set_bool(value);
    zval
}

/// Sends one request. The outer error is an exception that is none of HTTP's.
fn send(
    road: &Road,
    client: Object<'_>,
    request: &Request,
    within: Duration,
    connect: Duration,
) -> Result<Result<Heard, Silence>, Thrown> {
    let psr = psr_request(request)?;
    let answer = if is_a(client, GUZZLE) {
        let mut options = Array::new();
        options.set("http_errors", boolean(false));
        options.set("allow_redirects", boolean(false));
        options.set("timeout", number(within.as_secs_f64()));
        options.set("connect_timeout", number(connect.min(within).as_secs_f64()));
        if let Some(certificates) = &road.certificates {
            if let Some(cert) = &certificates.cert {
                options.set("cert", string_zval(cert));
            }
            if let Some(key) = &certificates.key {
                options.set("ssl_key", string_zval(key));
            }
        }
        call_method(client, "send", &mut [psr, options.finish()])
    } else {
        call_method(client, "sendRequest", &mut [psr])
    };
    match answer {
        Ok(response) => match response.handle() {
            Some(response) => read(response).map(Ok),
            None => Err(Thrown::configuration("the HTTP client answered no response")),
        },
        Err(Thrown::Pending) => thrown(),
        Err(other) => Err(other),
    }
}

/// What the client's exception says about the request.
fn thrown() -> Result<Result<Heard, Silence>, Thrown> {
    if is_exit() {
        return Err(Thrown::Pending);
    }
    let Some(exception) = take_exception() else { return Err(Thrown::Pending) };
    let Some(object) = exception.handle() else { return Err(Thrown::Object(exception)) };
    if is_a(object, "GuzzleHttp\\Exception\\RequestException")
        && call_method(object, "hasResponse", &mut [])?.is_true()
    {
        let response = call_method(object, "getResponse", &mut [])?;
        if let Some(response) = response.handle() {
            return read(response).map(Ok);
        }
    }
    let message = call_method(object, "getMessage", &mut [])?.string().unwrap_or_default();
    let silence = |kind, outcome, what: &str| {
        Ok(Err(Silence { kind, outcome, message: format!("{what}: {message}") }))
    };
    let broke = "the connection broke";
    let unreached = "the server was not reached";
    if is_a(object, "GuzzleHttp\\Exception\\ConnectException") {
        // Guzzle throws this for some failures after the request was sent, too.
        return match curl_error(object)? {
            (Some(28), true) => {
                silence(ErrorKind::Timeout, Outcome::Unknown, "the server did not answer in time")
            }
            (Some(28), false) => silence(ErrorKind::Timeout, Outcome::NotSent, unreached),
            (Some(35 | 51 | 58 | 60 | 77 | 83), _) => silence(
                ErrorKind::Tls,
                Outcome::Final,
                "the server's certificate or TLS was refused",
            ),
            (Some(6 | 7) | None, _) => silence(ErrorKind::Connection, Outcome::NotSent, unreached),
            (Some(_), _) => silence(ErrorKind::Connection, Outcome::Unknown, broke),
        };
    }
    if is_a(object, "GuzzleHttp\\Exception\\GuzzleException") {
        return match curl_error(object)?.0 {
            Some(51 | 58 | 60 | 77 | 83) => silence(
                ErrorKind::Tls,
                Outcome::Final,
                "the server's certificate or TLS was refused",
            ),
            _ => silence(ErrorKind::Connection, Outcome::Unknown, broke),
        };
    }
    if is_a(object, "Psr\\Http\\Client\\ClientExceptionInterface") {
        return silence(ErrorKind::Connection, Outcome::Unknown, broke);
    }
    Err(Thrown::Object(exception))
}

/// The number of curl's error, and whether a connection had been made.
fn curl_error(exception: Object<'_>) -> Result<(Option<i64>, bool), Thrown> {
    if !is_a(exception, "GuzzleHttp\\Exception\\ConnectException")
        && !is_a(exception, "GuzzleHttp\\Exception\\RequestException")
    {
        return Ok((None, false));
    }
    let context = call_method(exception, "getHandlerContext", &mut [])?;
    let Some(context) = context.array() else { return Ok((None, false)) };
    let errno = context.get("errno").and_then(Zval::long);
    let connected = context.get("connect_time").and_then(Zval::coerce_to_double).unwrap_or(0.0);
    Ok((errno, connected > 0.0))
}

/// A PSR-7 response as the core wants it.
fn read(response: Object<'_>) -> Result<Heard, Thrown> {
    let status = call_method(response, "getStatusCode", &mut [])?.long().unwrap_or_default();
    let mut headers = HeaderMap::new();
    let found = call_method(response, "getHeaders", &mut [])?;
    for (name, values) in found.array().into_iter().flatten() {
        let Ok(name) = HeaderName::from_bytes(name.to_string().as_bytes()) else { continue };
        for value in values.array().into_iter().flat_map(|values| values.values()) {
            let value = value.str().and_then(|value| HeaderValue::from_str(value).ok());
            if let Some(value) = value {
                headers.append(name.clone(), value);
            }
        }
    }
    let body = call_method(response, "getBody", &mut [])?;
    let body = match body.handle() {
        Some(stream) => call_method(stream, "__toString", &mut [])?,
        None => body,
    };
    let bytes = body.zend_str().map(|text| text.as_bytes().to_vec()).unwrap_or_default();
    Ok(Heard { status: u16::try_from(status).unwrap_or_default(), headers, body: bytes.into() })
}
