//! Base URLs: those of the API, and the check that a key may be sent to one.

use std::net::IpAddr;

use url::{Host, Url};

use crate::error::Error;
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
            Err(Error::configuration(format!(
                "environment is {named:?}, but the key is a {of_key} key"
            )))
        }
        (Some("test"), _) | (None, Some("test")) => Ok(TEST),
        (Some("live"), _) | (None, _) => Ok(LIVE),
        (Some(other), _) => Err(Error::configuration(format!(
            "environment must be \"test\" or \"live\", not {other:?}"
        ))),
    }
}

/// Checks that a key may be sent to a base URL. Returns it without the slash at its end, and
/// parsed.
pub(crate) fn check(given: &str, allow_http: bool) -> Result<(String, Url), Error> {
    let refuse = |why: &str| Err(Error::configuration(format!("the base URL {given:?} {why}")));
    if given.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return refuse("has a space or a control character in it");
    }
    let Ok(url) = Url::parse(given) else {
        return refuse("is not a URL; it must look like https://api.lomi.africa");
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Error::configuration("the base URL has a user name or password in it"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return refuse("has a ? or # in it");
    }
    if let Some(why) = refusal(&url, allow_http) {
        return refuse(why);
    }
    let base_url = if given.is_ascii() { given } else { url.as_str() };
    Ok((base_url.trim_end_matches('/').to_owned(), url))
}

/// Why nothing is sent to a URL: it must be encrypted, or lead to this machine.
pub(super) fn refusal(url: &Url, allow_http: bool) -> Option<&'static str> {
    match (url.scheme(), url.host()) {
        (_, None) => Some("has no host"),
        ("https", Some(_)) => None,
        ("http", Some(host)) if allow_http || is_loopback(&host) => None,
        ("http", Some(_)) => Some(
            "is not encrypted: http is for this machine only; use https, or allow_http in a \
             network of your own",
        ),
        _ => Some("must start with https://"),
    }
}

/// The warning that `allow_http` lets the API key be sent unencrypted to another machine.
pub(super) fn unencrypted(url: &Url, base_url: &str) -> Option<String> {
    let is_sent = url.scheme() == "http" && !url.host().is_some_and(|host| is_loopback(&host));
    is_sent.then(|| format!("allow_http: the API key is sent unencrypted to {base_url}"))
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
        assert!(sentence.contains("unencrypted to http://10.0.0.1:8080/v1"), "{sentence}");
    }
}
