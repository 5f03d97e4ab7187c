//! The proxy of an endpoint: the caller's, or one from environment variables.

use http::Uri;
use hyper_util::client::proxy::matcher::Matcher;
use url::Url;

use crate::secret::Secret;

/// A proxy.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Proxy {
    /// May contain a password, so `Proxy` has no `Debug`.
    pub(crate) url: String,
    /// Headers that only the proxy receives.
    pub(crate) headers: Vec<(String, String)>,
}

/// Which proxy each host has.
#[derive(Clone)]
pub(super) struct Proxies {
    /// The caller's proxy, for every host.
    pub(super) given: Option<Secret>,
    /// Headers that only the proxy receives.
    pub(super) headers: Vec<(String, String)>,
    /// Proxy variables by name; when not given, the process's environment is read.
    pub(super) variables: Option<Vec<(String, Secret)>>,
}

impl Proxies {
    /// The proxy for a URL.
    pub(super) fn of(&self, url: &Url) -> Option<Proxy> {
        let headers = self.headers.clone();
        match (&self.given, url.scheme()) {
            (Some(proxy), _) => Some(Proxy { url: proxy.expose().to_owned(), headers }),
            (None, "https") => Proxy::of_environment(url, self.variables.as_deref())
                .map(|proxy| Proxy { headers, ..proxy }),
            (None, _) => None,
        }
    }
}

impl Proxy {
    /// The proxy for this host from `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`, or the same in lower
    /// case: from the given variables, or else from the process's.
    fn of_environment(base: &Url, given: Option<&[(String, Secret)]>) -> Option<Self> {
        let (host, port) = (base.host_str()?, base.port_or_known_default()?);
        let url = first_of(["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"], given)?;
        let without = first_of(["NO_PROXY", "no_proxy"], given);
        match without.is_some_and(|list| is_without_proxy(&list, host, port)) {
            true => None,
            false => Some(Self { url, headers: Vec::new() }),
        }
    }
}

fn first_of<const N: usize>(
    names: [&str; N],
    given: Option<&[(String, Secret)]>,
) -> Option<String> {
    let value = |name: &str| match given {
        None => std::env::var(name).ok(),
        Some(all) => {
            all.iter().find(|(known, _)| known == name).map(|(_, value)| value.expose().to_owned())
        }
    };
    let values = names.into_iter().filter_map(value);
    values.map(|value| value.trim().to_owned()).find(|value| !value.is_empty())
}

/// Whether `NO_PROXY` contains a host, in any form that curl, Go or Python accepts: names with
/// their subdomains (`example.com`, `.example.com`, `*.example.com`), addresses and networks
/// (`10.0.0.0/8`, `[::1]`), each with or without a port, and `*`.
fn is_without_proxy(list: &str, host: &str, port: u16) -> bool {
    let entries = list.split(|c: char| c == ',' || c.is_whitespace());
    let mut matching = Vec::new();
    for entry in entries.filter(|entry| !entry.is_empty()) {
        let entry = entry.rsplit_once("://").map_or(entry, |(_, rest)| rest);
        let (name, of_port) = name_and_port(entry.trim_end_matches('/'));
        if of_port.is_some_and(|of_port| of_port != port) {
            continue;
        }
        if name == "*" {
            return true;
        }
        matching.push(name.strip_prefix('*').unwrap_or(name).trim_end_matches('.'));
    }
    let host = host.trim_end_matches('.');
    let host = match host.contains(':') && !host.starts_with('[') {
        true => format!("[{host}]"),
        false => host.to_owned(),
    };
    let Ok(uri) = format!("https://{host}/").parse::<Uri>() else { return false };
    let matcher = Matcher::builder().all("http://proxy").no(matching.join(",")).build();
    matcher.intercept(&uri).is_none()
}

/// Splits an entry such as `example.com:443`, `10.0.0.0/8`, `[::1]:443` or `::1`.
fn name_and_port(entry: &str) -> (&str, Option<u16>) {
    if let Some(rest) = entry.strip_prefix('[') {
        let (name, after) = rest.split_once(']').unwrap_or((rest, ""));
        return (name, after.strip_prefix(':').and_then(|port| port.parse().ok()));
    }
    match entry.rsplit_once(':') {
        Some((name, port)) if !name.contains(':') && port.parse::<u16>().is_ok() => {
            (name, port.parse().ok())
        }
        _ => (entry, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_proxy_is_read_as_curl_go_and_python_read_it() {
        for (list, host, port, expected) in [
            ("example.com", "example.com", 443, true),
            ("example.com", "api.example.com", 443, true),
            ("example.com", "badexample.com", 443, false),
            (".example.com", "api.example.com", 443, true),
            (".example.com", "example.com", 443, true),
            ("*.example.com", "api.example.com", 443, true),
            ("*.example.com", "badexample.com", 443, false),
            ("EXAMPLE.com.", "api.Example.COM", 443, true),
            ("example.com", "example.com.", 443, true),
            ("other.test example.com", "example.com", 443, true),
            (" other.test ,\texample.com ", "example.com", 443, true),
            ("example.com:443", "example.com", 443, true),
            ("example.com:443", "api.example.com", 443, true),
            ("example.com:8443", "example.com", 443, false),
            ("*.example.com:8443", "api.example.com", 8443, true),
            ("https://example.com", "example.com", 443, true),
            ("*", "anything.test", 443, true),
            ("*", "10.1.2.3", 443, true),
            ("*", "[::1]", 443, true),
            ("a.test,*", "anything.test", 443, true),
            ("10.1.2.3", "10.1.2.3", 443, true),
            ("10.1.2.3:443", "10.1.2.3", 443, true),
            ("10.1.2.3:8443", "10.1.2.3", 443, false),
            ("10.0.0.0/8", "10.1.2.3", 443, true),
            ("10.0.0.0/8", "11.1.2.3", 443, false),
            ("10.0.0.0/8", "10.example.com", 443, false),
            ("::1", "[::1]", 443, true),
            ("[::1]", "[::1]", 443, true),
            ("[::1]:443", "[::1]", 443, true),
            ("[::1]:8443", "[::1]", 443, false),
            ("fd00::/8", "[fd12::1]", 443, true),
            ("", "example.com", 443, false),
            (" , ,", "example.com", 443, false),
        ] {
            assert_eq!(is_without_proxy(list, host, port), expected, "{list:?} {host}:{port}");
        }
    }
}
