//! Sending through an HTTP client of the user's: its handlers, mocks and middleware see
//! every request, and what it throws is read by the core's rules.

mod response;
mod transfer;

use std::time::{Duration, Instant};

use ext_php_rs::types::Zval;
use lomi::{Exchange, Heard, Reply, Request, Silence, Step};
use response::Context;
use transfer::Arrival;
pub(crate) use transfer::register;

use crate::send::sender::{Road, pause};
use crate::zend::{
    Array, AsObject, Object, Thrown, boolean, call_function, call_method, class_named, double,
    is_a, long, new_object, object_zval, string_zval,
};

const GUZZLE: &str = "GuzzleHttp\\ClientInterface";
/// curl's `CURLOPT_FRESH_CONNECT`.
const FRESH_CONNECT: &str = "74";
const PSR_18: &str = "Psr\\Http\\Client\\ClientInterface";

/// Whether a value can be sent through.
pub(crate) fn is_client(object: Object<'_>) -> bool {
    is_a(object, GUZZLE) || is_a(object, PSR_18)
}

/// Carries a call out through the user's client.
pub(crate) fn drive(road: &Road, client: &Zval, exchange: &mut Exchange) -> Result<Reply, Thrown> {
    let client = client.handle().filter(|object| is_client(*object)).ok_or_else(|| {
        Thrown::configuration(format!("the HTTP client must be a {GUZZLE} or {PSR_18}"))
    })?;
    road.client.check_plain_http()?;
    if is_a(client, GUZZLE) {
        let own = setting(client, "headers")?;
        let names: Vec<String> =
            own.array().into_iter().flatten().map(|(name, _)| name.to_string()).collect();
        lomi::check_client_headers(names.iter().map(String::as_str))?;
    }
    loop {
        match exchange.step(Instant::now()) {
            Step::Done(result) => {
                if result.is_ok() {
                    road.client.remember(exchange)?;
                }
                return Ok(result?);
            }
            Step::Wait(time) => pause(time)?,
            Step::Send(request, within) => {
                let heard = send(road, client, &request, within, exchange)?;
                exchange.heard(heard, Instant::now(), lomi::chance);
            }
        }
    }
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

/// How Guzzle has to go about one request: it follows nothing and repeats nothing.
fn guzzle_options(
    road: &Road,
    client: Object<'_>,
    within: Duration,
    exchange: &Exchange,
    arrival: &Arrival,
) -> Result<Zval, Thrown> {
    let mut options = Array::new();
    options.set("http_errors", boolean(false));
    options.set("allow_redirects", boolean(false));
    options.set("timeout", double(within.as_secs_f64()));
    let connect = exchange.connect_timeout().min(within);
    options.set("connect_timeout", double(connect.as_secs_f64()));
    // The core unpacks, within its bounds.
    options.set("decode_content", boolean(false));
    // Guzzle sends a request anew by itself where curl fails without an error's number;
    // this is its own count of that, at its end.
    options.set("_curl_retries", long(2));
    let mut curl = curl_options(client, exchange)?;
    arrival.listen(&mut options, &mut curl)?;
    options.set("curl", curl.finish());
    if let Some(authorities) = authorities(exchange)? {
        options.set("verify", string_zval(&authorities));
    }
    if let Some(certificates) = &road.certificates {
        if let Some(cert) = &certificates.cert {
            options.set("cert", string_zval(cert));
        }
        if let Some(key) = &certificates.key {
            options.set("ssl_key", string_zval(key));
        }
    }
    Ok(options.finish())
}

/// The client's own options for curl, and ours.
fn curl_options(client: Object<'_>, exchange: &Exchange) -> Result<Array, Thrown> {
    let own = setting(client, "curl")?;
    let mut options = Array::new();
    for (key, value) in crate::zend::pairs_of(&own) {
        options.set(&key.to_string(), value.shallow_clone());
    }
    if !exchange.replay_safe() {
        // curl repeats what an idle connection took and did not answer. A new one is
        // never taken for idle.
        options.set(FRESH_CONNECT, boolean(true));
    }
    Ok(options)
}

/// The file of certificates to trust, where one is given and of use.
fn authorities(exchange: &Exchange) -> Result<Option<String>, Thrown> {
    let config = exchange.config();
    // Streams and curl know php.ini's by themselves.
    let known = crate::config::ini::authorities();
    let mut given = config.ca_files.iter().filter(|file| !known.contains(file));
    let Some(file) = given.next().filter(|_| config.base_url.starts_with("https:")) else {
        return Ok(None);
    };
    let refuse = |why: String| {
        Thrown::configuration(format!("the certificates in {}: {why}", file.display()))
    };
    let text = std::fs::read(file).map_err(|error| refuse(error.to_string()))?;
    let mark = b"-----BEGIN CERTIFICATE-----";
    if !text.windows(mark.len()).any(|part| part == mark) {
        return Err(refuse("there are none".into()));
    }
    Ok(Some(file.display().to_string()))
}

/// A default of the client's.
fn setting(client: Object<'_>, name: &str) -> Result<Zval, Thrown> {
    // Announced as leaving Guzzle one day, so it is not taken for granted.
    let known =
        call_function("method_exists", &mut [object_zval(client), string_zval("getConfig")]);
    if known?.is_true() {
        call_method(client, "getConfig", &mut [string_zval(name)])
    } else {
        Ok(Zval::null())
    }
}

/// Sends one request. The outer error is an exception that is none of HTTP's.
fn send(
    road: &Road,
    client: Object<'_>,
    request: &Request,
    within: Duration,
    exchange: &Exchange,
) -> Result<Result<Heard, Silence>, Thrown> {
    let psr = psr_request(request)?;
    let method = request.method.clone();
    let is_guzzle = is_a(client, GUZZLE);
    let mut arrival = Arrival::default();
    let answer = if is_guzzle {
        let own = |name| setting(client, name);
        arrival = Arrival::new(exchange, own("on_headers")?, own("progress")?);
        let options = guzzle_options(road, client, within, exchange, &arrival)?;
        call_method(client, "send", &mut [psr, options])
    } else {
        call_method(client, "sendRequest", &mut [psr])
    };
    let context = Context { method, limits: exchange.config().limits, packed: is_guzzle };
    let heard = match answer {
        Ok(response) => match response.handle() {
            Some(response) => response::read(response, &context),
            None => Err(Thrown::configuration("the HTTP client answered no response")),
        },
        Err(Thrown::Pending) => response::thrown(&context),
        Err(other) => Err(other),
    };
    // The client had the request by then.
    let heard = heard.map_err(|thrown| match thrown {
        Thrown::Failure(error) => Thrown::Failure(exchange.broken_off(error)),
        other => other,
    })?;
    Ok(arrival.settle(heard))
}
