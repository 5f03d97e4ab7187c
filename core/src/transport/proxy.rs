//! The protocol of a proxy.

use http::header::PROXY_AUTHORIZATION;
use http::{HeaderMap, Uri};
use hyper_util::client::proxy::matcher::{Intercept, Matcher};

use crate::config::Proxy;
use crate::config::headers::check_header;
use crate::error::Error;
use crate::messages::transport as messages;

/// How to connect through a proxy.
pub(super) enum ProxyProtocol {
    /// HTTP CONNECT, over TLS if the proxy's URL is https.
    Tunnel(Uri, HeaderMap),
    /// SOCKS5; the proxy looks up the server's name.
    Socks(Uri, Option<(String, String)>),
}

impl ProxyProtocol {
    pub(super) fn through(proxy: &Proxy) -> Result<Self, Error> {
        let scheme = proxy.url.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
        if matches!(scheme.as_deref(), Some("socks4" | "socks4a")) {
            return Err(Error::configuration(messages::socks4()));
        }
        let found = intercept(&proxy.url)
            .ok_or_else(|| Error::configuration(messages::not_a_proxy_url()))?;
        if matches!(found.uri().scheme_str(), Some("socks5" | "socks5h")) {
            let auth = found.raw_auth().map(|(user, word)| (user.to_owned(), word.to_owned()));
            return Ok(Self::Socks(found.uri().clone(), auth));
        }
        let mut headers = HeaderMap::new();
        for (name, value) in &proxy.headers {
            let (name, value) = check_header(name, value)?;
            headers.insert(name, value);
        }
        if let Some(auth) = found.basic_auth() {
            headers.insert(PROXY_AUTHORIZATION, auth.clone());
        }
        Ok(Self::Tunnel(found.uri().clone(), headers))
    }

    /// The URL of the proxy.
    pub(super) fn uri(&self) -> &Uri {
        match self {
            Self::Tunnel(uri, _) | Self::Socks(uri, _) => uri,
        }
    }
}

fn intercept(url: &str) -> Option<Intercept> {
    let anywhere = Uri::from_static("https://server/");
    Matcher::builder().all(url).build().intercept(&anywhere)
}
