//! Recognises a web page in place of the API's response: the login of a network (a captive portal),
//! the page of a proxy, or another server under a wrong base URL.

use http::HeaderMap;
use url::Url;

use super::error_body::{self, reason_of};
use crate::error::{Error, ErrorKind};
use crate::messages::error as words;
use crate::messages::response as messages;

/// The status of a network that asks for a login.
const NETWORK_LOGIN: u16 = 511;

/// How many bytes of a body are looked at.
const START: usize = 1024;

/// What a page of HTML has near its start. The XML of a storage service has none of it.
const MARKS: &[&str] = &["<!doctype html", "<html", "<head", "<body", "<title", "<meta", "<script"];

/// Says in the error of a response that the API has probably not sent it. `url` is that of the
/// request, and `base` the client's base URL; a download has none, since any server may have its
/// link.
pub(crate) fn explain(
    error: &mut Error,
    (status, headers, body): (u16, &HeaderMap, &[u8]),
    url: &str,
    base: Option<&str>,
) {
    // The API has an answer of its own; nothing else is looked at for it.
    if error.inner.server_message.is_some() && error.inner.kind != ErrorKind::UnexpectedRedirect {
        return;
    }
    let Ok(address) = Url::parse(url) else { return };
    let origin = address.origin().ascii_serialization();
    let inner = &mut error.inner;
    if status == NETWORK_LOGIN && inner.server_message.is_none() {
        inner.message = messages::network_login(origin);
        return;
    }
    let Some(base) = base else { return };
    if inner.kind == ErrorKind::UnexpectedRedirect {
        let elsewhere = error_body::redirected_to(headers, url).filter(|to| *to != origin);
        if elsewhere.is_some() {
            let advice = messages::redirected_by_network(origin);
            inner.message = words::with_advice(inner.message.clone(), advice);
        }
        return;
    }
    let message = match (status, is_page(body)) {
        (200..300, true) if inner.kind == ErrorKind::UnexpectedResponse => {
            messages::web_page(origin)
        }
        (200..300, _) => return,
        (404, true) => messages::no_api_there(base, reason_of(status)),
        (_, true) => messages::page_of_proxy(reason_of(status), origin),
        (401, false) => words::with_advice(inner.message.clone(), messages::check_key()),
        (404, false) => words::with_advice(inner.message.clone(), messages::check_base_url()),
        _ => return,
    };
    inner.message = message;
}

/// Whether a body is a page of HTML.
pub(crate) fn is_page(body: &[u8]) -> bool {
    let start = String::from_utf8_lossy(body.get(..START).unwrap_or(body)).to_ascii_lowercase();
    let start = start.trim_start_matches('\u{feff}').trim_start();
    start.starts_with('<') && MARKS.iter().any(|mark| start.contains(mark))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;
    use crate::error::Outcome;
    use crate::limits::Limits;
    use crate::message::Language;
    use crate::response::error_body::{of_status, read};

    const PAGE: &str = "\n<!DOCTYPE html><html><title>Log in</title></html>";
    const URL: &str = "https://api.lomi.test/v1/refunds/1?sig=secret";
    const BASE: &str = "https://api.lomi.test/v1";

    fn explained(status: u16, body: &str, base: Option<&str>) -> Error {
        let mut error = match status {
            200 => Error::unexpected(crate::messages::response::empty()),
            _ => of_status(status, read(body, Limits::default())),
        };
        explain(&mut error, (status, &HeaderMap::new(), body.as_bytes()), URL, base);
        assert!(!error.message().contains("secret"), "{error}");
        error
    }

    fn said(status: u16, body: &str) -> String {
        explained(status, body, Some(BASE)).message().to_owned()
    }

    #[test]
    fn a_web_page_is_named_with_where_to_look() {
        for body in [PAGE, "\u{feff}<HTML>", "<head></head>"] {
            let said = said(200, body);
            assert!(said.starts_with("a web page came instead of the API's response"), "{said}");
            assert!(said.contains("captive portal"), "{said}");
            assert!(said.contains("open https://api.lomi.test in a browser"), "{said}");
        }
        assert_eq!(
            said(404, PAGE),
            "no API was found at https://api.lomi.test/v1: its server responded with Not Found and \
             a web page; check base_url, and whether a proxy answers in place of the API"
        );
        assert!(said(502, PAGE).contains("Bad Gateway and a web page, so a proxy or a firewall"));
        for body in [PAGE, "", "{}"] {
            assert!(said(511, body).starts_with("the network asks for a login"), "{body}");
        }
    }

    #[test]
    fn what_the_api_or_a_storage_service_sends_is_no_web_page() {
        let api = r#"{"error":{"message":"No such refund <html>"}}"#;
        assert_eq!(said(404, api), "No such refund <html>");
        assert_eq!(said(511, api), "No such refund <html>");
        assert_eq!(said(503, ""), "the server responded with Service Unavailable");
        assert!(said(404, "{}").contains("responded with Not Found; check base_url"));
        assert!(said(401, "").contains("responded with Unauthorized; check the API key"));
        let xml = "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>";
        assert_eq!(said(403, xml), "the server responded with Forbidden");
        let link = explained(404, PAGE, None);
        assert_eq!(link.message(), "the server responded with Not Found");
    }

    #[test]
    fn a_redirect_to_another_host_may_be_a_login() {
        let redirected = |to: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert("location", HeaderValue::from_static(to));
            let mut error = Error::new(ErrorKind::UnexpectedRedirect, "redirected");
            error.inner.outcome = Outcome::Final;
            explain(&mut error, (302, &headers, b""), URL, Some(BASE));
            error.message().to_owned()
        };
        assert_eq!(redirected("/v2/refunds"), "redirected");
        let login = redirected("http://wifi.hotel.test/login?session=secret");
        assert!(login.contains("captive portal"), "{login}");
        assert!(login.ends_with("open https://api.lomi.test in a browser"), "{login}");
    }

    #[test]
    fn a_web_page_is_named_in_french() {
        let error = explained(200, PAGE, Some(BASE)).in_language(Language::French);
        assert_eq!(
            error.message(),
            "une page web est arrivée à la place de la réponse de l'API : le réseau demande \
             peut-être une connexion (portail captif), ou un proxy répond à la place de l'API ; \
             ouvrez https://api.lomi.test dans un navigateur pour la voir"
        );
    }
}
