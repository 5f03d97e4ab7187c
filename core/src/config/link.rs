//! The configuration for a link that the API returns: it may lead to any host.

use std::sync::Arc;

use http::header::{ACCEPT, ACCEPT_ENCODING};
use http::{HeaderMap, HeaderValue};
use url::{Position, Url};

use super::base_url::Refusal;
use super::credentials::Credentials;
use super::endpoint::Endpoint;
use super::headers::put;
use super::{Config, base_url};
use crate::error::Error;
use crate::messages::config as messages;

impl Config {
    /// The same configuration for a link, without the key, the client certificate and every header
    /// of the caller's: nothing of them may reach another host. `body` is the most bytes in memory.
    pub(crate) fn for_link(&self, link: &Url, body: Option<usize>) -> Result<Arc<Self>, Error> {
        if !link.username().is_empty() || link.password().is_some() {
            return Err(Error::validation(messages::link_has_password()));
        }
        if let Some(why) = base_url::refusal(link, self.endpoint.allow_http) {
            return Err(Error::validation(match why {
                Refusal::NoHost => messages::link_has_no_host(),
                Refusal::NotEncrypted => messages::link_is_not_encrypted(),
                Refusal::OtherScheme => messages::link_has_other_scheme(),
            }));
        }
        let mut limits = self.limits;
        limits.body = body.unwrap_or(limits.body);
        let mut common_headers = HeaderMap::new();
        common_headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
        common_headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        put(&mut common_headers, "user-agent", &self.user_agent)?;
        let base_url = link[..Position::BeforePath].to_owned();
        // At the address of the API, the connections of other calls are shared.
        let endpoint = match base_url == self.endpoint.origin {
            true => Arc::clone(&self.endpoint),
            false => Arc::new(self.endpoint_of(link)),
        };
        Ok(Arc::new(Self {
            api_key: None,
            api_key_prefix: None,
            base_url,
            headers: Vec::new(),
            api_version: None,
            limits,
            warnings: Vec::new(),
            endpoint,
            request_id: None,
            common_headers,
            ..self.clone()
        }))
    }

    /// The endpoint of another host, whose certificate has its own name.
    fn endpoint_of(&self, link: &Url) -> Endpoint {
        let Endpoint { max_connections, allow_http, .. } = *self.endpoint;
        let credentials = Credentials::of(self.ca_files.clone(), None, None);
        let endpoint = Endpoint::new(link).bounded(max_connections, allow_http);
        endpoint.secured(link, credentials, None, self.proxies.of(link))
    }
}
