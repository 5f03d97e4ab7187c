//! Base URLs: those of the API, and the check that a key may be sent to one.

use std::net::IpAddr;

use url::{Host, Url};

use crate::error::Error;
use crate::message::Message;
use crate::messages::config as messages;
use crate::secret::Secret;

/// The hosts of the API, without a version, as the current server requires.
pub(super) const LIVE: &str = "https://api.lomi.africa";
pub(super) const TEST: &str = "https://sandbox.api.lomi.africa";

/// The host of the given environment, else of the key's.
pub(super) fn host_for(
    environment: Option<&str>,
    key: Option<&Secret>,
) -> Result<&'static str, Error> {
    let of_key = key.and_then(|key| match key.expose() {
        text if text.starts_with("lomi_sk_test_") => Some("test"),
        text if text.starts_with("lomi_sk_live_") => Some("live"),
        _ => None,
    });
    match (environment, of_key) {
        (Some(named), Some(of_key)) if named != of_key && ["test", "live"].contains(&named) => {
            Err(Error::configuration(messages::key_of_other_environment(named, of_key)))
        }
        (Some("test"), _) | (None, Some("test")) => Ok(TEST),
        (Some("live"), _) | (None, _) => Ok(LIVE),
        (Some(other), _) => Err(Error::configuration(messages::unknown_environment(other))),
    }
}

/// Checks that a key may be sent to a base URL. Returns it without the slash at its end, and
/// parsed.
pub(crate) fn check(given: &str, allow_http: bool) -> Result<(String, Url), Error> {
    let refuse = |why: Message| Err(Error::configuration(why));
    if given.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return refuse(messages::base_url_has_blank(given));
    }
    let Ok(url) = Url::parse(given) else {
        return refuse(messages::base_url_is_no_url(given, LIVE));
    };
    if !url.username().is_empty() || url.password().is_some() {
        return refuse(messages::base_url_has_password());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return refuse(messages::base_url_has_query(given, LIVE));
    }
    if let Some(why) = refusal(&url, allow_http) {
        return refuse(match why {
            Refusal::NoHost => messages::base_url_has_no_host(given, LIVE),
            Refusal::NotEncrypted => messages::base_url_is_not_encrypted(given),
            Refusal::OtherScheme => messages::base_url_has_other_scheme(given),
        });
    }
    let base_url = if given.is_ascii() { given } else { url.as_str() };
    Ok((base_url.trim_end_matches('/').to_owned(), url))
}

/// Why nothing is sent to a URL.
pub(super) enum Refusal {
    NoHost,
    NotEncrypted,
    OtherScheme,
}

/// A URL must be encrypted, or lead to this machine.
pub(super) fn refusal(url: &Url, allow_http: bool) -> Option<Refusal> {
    match (url.scheme(), url.host()) {
        (_, None) => Some(Refusal::NoHost),
        ("https", Some(_)) => None,
        ("http", Some(host)) if allow_http || is_loopback(&host) => None,
        ("http", Some(_)) => Some(Refusal::NotEncrypted),
        _ => Some(Refusal::OtherScheme),
    }
}

/// The warning that `allow_http` lets the API key be sent unencrypted to another machine.
pub(super) fn unencrypted(url: &Url, base_url: &str) -> Option<Message> {
    let is_sent = url.scheme() == "http" && !url.host().is_some_and(|host| is_loopback(&host));
    is_sent.then(|| messages::key_is_sent_unencrypted(base_url))
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(address) => IpAddr::V4(*address).is_loopback(),
        Host::Ipv6(address) => IpAddr::V6(*address).to_canonical().is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use crate::message::Language;

    #[test]
    fn base_urls_are_encrypted_or_loopback() {
        for good in [
            "https://api.lomi.africa/v1",
            "http://127.0.0.1:8080",
            "http://[::1]:1",
            "http://localhost:3000/v1/",
        ] {
            assert_eq!(check(good, false).unwrap().0, good.trim_end_matches('/'));
        }
        for bad in [
            "http://api.lomi.africa",
            "http://10.0.0.1",
            "ftp://localhost",
            "api.lomi.africa",
            "https://",
            "https://user:pass@api.lomi.africa",
            "https://api.lomi.africa?x=1",
            "https://api.lomi.africa\n",
            "",
        ] {
            assert_eq!(check(bad, false).unwrap_err().kind(), ErrorKind::Configuration, "{bad:?}");
        }
    }
    #[test]
    fn a_key_that_is_sent_unencrypted_is_a_warning() {
        let warned = |given| {
            let (base_url, url) = check(given, true).unwrap();
            unencrypted(&url, &base_url)
        };
        for given in ["http://127.0.0.1:1", "http://localhost/v1", "https://10.0.0.1"] {
            assert_eq!(warned(given), None, "{given}");
        }
        let sentence = warned("http://10.0.0.1:8080/v1/").unwrap();
        let sentence = sentence.text(Language::English);
        assert!(sentence.contains("unencrypted to http://10.0.0.1:8080/v1"), "{sentence}");
    }
}
