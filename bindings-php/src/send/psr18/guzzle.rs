//! The options of one request through Guzzle: nothing is followed, and nothing is repeated.

use std::time::Duration;

use ext_php_rs::types::Zval;
use lomi::Message;
use lomi::binding::{self as core, messages};

use super::installed::has_method;
use super::transfer::Transfer;
use crate::zend::{
    Array, Object, Thrown, boolean, call_method, class_named, double, long, string_zval,
};

/// The files of a client certificate, for Guzzle.
#[derive(Clone, Default)]
pub(crate) struct Certificates {
    pub(crate) cert: Option<String>,
    pub(crate) key: Option<String>,
}

/// curl's `CURLOPT_FRESH_CONNECT`.
const FRESH_CONNECT: &str = "74";

/// How Guzzle has to go about one request: it follows nothing and repeats nothing.
pub(super) fn options(
    certificates: Option<&Certificates>,
    client: Object<'_>,
    within: Duration,
    prepared: &core::Call,
    transfer: &Transfer,
) -> Result<Zval, Thrown> {
    let mut options = Array::new();
    options.set("http_errors", boolean(false));
    options.set("allow_redirects", boolean(false));
    options.set("timeout", double(within.as_secs_f64()));
    let connect = prepared.connect_timeout().min(within);
    options.set("connect_timeout", double(connect.as_secs_f64()));
    // The core decompresses the body, within its limits.
    options.set("decode_content", boolean(false));
    // Guzzle repeats a request by itself where curl fails without an error number. This is its
    // counter, set to the maximum, so that it never does.
    options.set("_curl_retries", long(2));
    let mut curl = curl_options(client, prepared)?;
    transfer.install(&mut options, &mut curl)?;
    options.set("curl", curl.finish());
    if let Some(authorities) = authorities(prepared)? {
        options.set("verify", string_zval(&authorities));
    }
    if prepared.is_download() {
        // Null takes away a default of the client: what is meant for the API may not reach another
        // host, and a query would make the signature of the link invalid.
        for name in ["headers", "auth", "query", "cert", "ssl_key"] {
            options.set(name, Zval::null());
        }
        return Ok(options.finish());
    }
    if let Some(certificates) = certificates {
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
fn curl_options(client: Object<'_>, prepared: &core::Call) -> Result<Array, Thrown> {
    let defaults = setting(client, "curl")?;
    let mut options = Array::new();
    for (key, value) in crate::zend::pairs_of(&defaults) {
        options.set(&key.to_string(), value.shallow_clone());
    }
    // Without curl, Guzzle's other handler opens a connection for each request, and that of
    // Guzzle 8 refuses options for curl.
    if !prepared.replay_safe() && class_named("CurlHandle").is_some() {
        // curl repeats a request when an idle connection closes without a response. It does not do
        // so on a new connection.
        options.set(FRESH_CONNECT, boolean(true));
    }
    Ok(options)
}

/// The configured file of certificates to trust, for HTTPS.
fn authorities(prepared: &core::Call) -> Result<Option<String>, Thrown> {
    let config = prepared.config();
    // Streams and curl read php.ini's settings themselves.
    let from_ini = crate::config::ini::authorities();
    let mut given = config.ca_files.iter().filter(|file| !from_ini.contains(file));
    let Some(file) = given.next().filter(|_| config.base_url.starts_with("https:")) else {
        return Ok(None);
    };
    if given.next().is_some() {
        return Err(Thrown::configuration(messages::one_ca_file_for_guzzle()));
    }
    let refuse =
        |why: Message| Thrown::configuration(messages::invalid_certificates(file.display(), why));
    let text =
        std::fs::read(file).map_err(|error| refuse(Message::untranslated(error.to_string())))?;
    let mark = b"-----BEGIN CERTIFICATE-----";
    if !text.windows(mark.len()).any(|part| part == mark) {
        return Err(refuse(messages::no_certificates()));
    }
    Ok(Some(file.display().to_string()))
}

/// One of the client's default options.
pub(super) fn setting(client: Object<'_>, name: &str) -> Result<Zval, Thrown> {
    // Guzzle has deprecated this method, so it may be missing.
    if has_method(client, "getConfig")? {
        call_method(client, "getConfig", &mut [string_zval(name)])
    } else {
        Ok(Zval::null())
    }
}
