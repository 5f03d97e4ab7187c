//! The download of a file that the API links to.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use url::Url;

use super::arguments::{CallOptions, Input};
use crate::config::Config;
use crate::destination::Destination;
use crate::error::Error;
use crate::messages::request as messages;
use crate::secret::{Secret, map_text};

/// The most bytes of a file, unless `max_bytes` is given: they are not in memory, so the limit is
/// only for a server that sends without end.
const MAX_FILE: u64 = 1 << 30;

/// A value of a link's query that is shorter may be in any text by chance.
const SHORTEST_HIDDEN: usize = 6;

/// A file that the API links to, as a target of a call.
#[derive(Debug, Clone)]
pub struct Download {
    /// The link. Its query has a signature, with which anyone may fetch the file.
    pub url: Secret,
    /// Where to save the file; `None` for bytes in memory.
    pub to: Option<PathBuf>,
    /// The most bytes of the file.
    pub max_bytes: Option<u64>,
}

/// Options of a download. An option that is left out has the client's value.
///
/// ```
/// use std::time::Duration;
/// use lomi::DownloadOptions;
///
/// let options = DownloadOptions::new().timeout(Duration::from_secs(600)).max_bytes(5_000_000);
/// ```
#[derive(Debug, Clone, Default)]
#[must_use = "options are passed to a download"]
pub struct DownloadOptions {
    call: CallOptions,
    max_bytes: Option<u64>,
}

impl DownloadOptions {
    /// No options: the client's configuration applies.
    pub fn new() -> Self {
        Self::default()
    }

    /// The most bytes to accept. When not given, the client's limit of a body
    /// ([`Limits::body`](crate::Limits)), and 1 GiB for a file.
    pub fn max_bytes(self, bytes: u64) -> Self {
        Self { max_bytes: Some(bytes), ..self }
    }

    /// Deadline of the whole download, retries and pauses included.
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { call: self.call.timeout(timeout), ..self }
    }

    /// Longest time for one attempt; when not given, the whole deadline for a file, and 30 s for
    /// bytes in memory.
    pub fn attempt_timeout(self, timeout: Duration) -> Self {
        Self { call: self.call.attempt_timeout(timeout), ..self }
    }

    /// Longest time to wait for a connection.
    pub fn connect_timeout(self, timeout: Duration) -> Self {
        Self { call: self.call.connect_timeout(timeout), ..self }
    }

    /// Maximum time between two chunks of the file.
    pub fn idle_timeout(self, timeout: Duration) -> Self {
        Self { call: self.call.idle_timeout(timeout), ..self }
    }

    /// How many times to repeat after the first attempt; 0 is exactly one request.
    pub fn max_retries(self, retries: u32) -> Self {
        Self { call: self.call.max_retries(retries), ..self }
    }

    /// The target and the options of the call.
    pub(crate) fn call(self, url: &str, to: Option<&Path>) -> (Download, CallOptions) {
        let (url, to) = (Secret::new(url), to.map(Path::to_owned));
        (Download { url, to, max_bytes: self.max_bytes }, self.call)
    }
}

impl Download {
    /// The configuration that the link is fetched with: it has no key, and none of the client's
    /// headers, because the link leads to any host.
    pub(crate) fn config(&self, client: &Config) -> Result<Arc<Config>, Error> {
        let most = self.max_bytes()?.filter(|_| self.to.is_none());
        client.for_link(&self.link()?, most)
    }

    /// The URL that is requested.
    pub(crate) fn address(&self) -> Result<String, Error> {
        Ok(self.link()?.into())
    }

    fn link(&self) -> Result<Url, Error> {
        let given = self.url.expose();
        let is_printable = |c: char| !c.is_control() && !c.is_whitespace();
        let link = Url::parse(given).ok().filter(|_| given.chars().all(is_printable));
        // The messages never repeat the link: it may have a signature or a password in it.
        let mut link = link.ok_or_else(|| Error::validation(messages::link_not_absolute()))?;
        // A fragment is never sent.
        link.set_fragment(None);
        Ok(link)
    }

    fn max_bytes(&self) -> Result<Option<usize>, Error> {
        match self.max_bytes {
            Some(0) => Err(Error::validation(messages::not_above_zero("max_bytes"))),
            most => Ok(most.map(size)),
        }
    }

    /// The most bytes for a caller's HTTP client, which keeps the whole file in memory.
    pub(crate) fn most_in_memory(&self, config: &Config) -> usize {
        self.max_bytes.map_or(config.limits.body, size)
    }

    /// Refuses options that a download has no use for: they would send something to another host.
    pub(crate) fn check(&self, input: &Input, options: &CallOptions) -> Result<(), Error> {
        let given = [
            ("idempotency_key", options.idempotency_key.is_some()),
            ("request_id", options.request_id.is_some()),
            ("headers", !options.headers.is_empty() || !options.default_headers.is_empty()),
            ("api_key", options.api_key.is_some()),
            ("account", options.account.is_some()),
            ("any_status", options.any_status),
            ("extra_body", !options.extra_body.is_empty()),
            ("until", options.until.is_some()),
            ("body", input.body.is_some()),
            ("query", !input.query.is_empty()),
        ];
        match given.into_iter().find(|(_, is_given)| *is_given) {
            None => Ok(()),
            Some((name, _)) => Err(Error::validation(messages::download_without_option(name))),
        }
    }

    /// Opens the file to save to, if the download is not for memory.
    pub(crate) fn destination(&self) -> Result<Option<Destination>, Error> {
        let most = self.max_bytes()?.unwrap_or(size(MAX_FILE));
        self.to.as_deref().map(|to| Destination::open(to, most)).transpose()
    }

    /// Hides the query of the link in an error: some servers repeat it in their error pages.
    pub(crate) fn hide_query(&self, error: &mut Error) {
        let secrets = self.secrets();
        let hide = |text: &str| {
            secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret, "***"))
        };
        let inner = &mut error.inner;
        inner.message = inner.message.map(hide);
        inner.server_message = inner.server_message.as_deref().map(hide);
        inner.code = inner.code.as_deref().map(hide);
        inner.request_id = inner.request_id.as_deref().map(hide);
        inner.details = inner.details.take().map(|details| map_text(details, &hide));
        inner.body = inner.body.take().map(|body| match std::str::from_utf8(&body) {
            Ok(text) => Bytes::from(hide(text)),
            Err(_) => body,
        });
        for (_, value) in &mut inner.headers {
            *value = hide(value);
        }
    }

    /// The query of the link and its longer values, as they are sent and decoded; the longest one
    /// is first.
    fn secrets(&self) -> Vec<String> {
        let Ok(link) = self.link() else { return Vec::new() };
        let Some(query) = link.query().filter(|query| !query.is_empty()) else { return Vec::new() };
        let sent = query.split('&').filter_map(|pair| Some(pair.split_once('=')?.1.to_owned()));
        let decoded = link.query_pairs().map(|(_, value)| value.into_owned());
        let values = sent.chain(decoded).filter(|value| value.len() >= SHORTEST_HIDDEN);
        let mut secrets: Vec<String> = values.collect();
        secrets.push(query.to_owned());
        secrets.push(query.replace('&', "&amp;"));
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        secrets
    }
}

fn size(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ConfigBuilder;
    use crate::error::ErrorKind;

    fn link(url: &str) -> Download {
        Download { url: Secret::new(url), to: None, max_bytes: None }
    }

    fn config() -> Arc<Config> {
        let builder = ConfigBuilder {
            api_key: Some(Secret::new("lomi_sk_test_1")),
            headers: vec![("X-Token".into(), "secret".into())],
            ..ConfigBuilder::default()
        };
        builder.build().unwrap()
    }

    #[test]
    fn a_link_is_encrypted_or_loopback_and_never_shown() {
        for good in ["https://f.test/a?sig=signature", "http://127.0.0.1:1/a", "http://localhost"] {
            link(good).config(&config()).unwrap();
        }
        for bad in [
            "http://f.test/a?sig=signature",
            "http://10.0.0.1/?sig=signature",
            "ftp://localhost/?sig=signature",
            "file:///etc/passwd?sig=signature",
            "/invoices/1.pdf?sig=signature",
            "f.test?sig=signature",
            "https://user:signature@f.test/",
            "https://signature@f.test/",
            "https://f.test/\n?sig=signature",
            "https://?sig=signature",
            "",
        ] {
            let error = link(bad).config(&config()).map(drop).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Validation, "{bad:?}");
            assert!(!format!("{error} {error:?}").contains("signature"), "{error}");
        }
        assert!(!format!("{:?}", link("https://f.test/a?sig=signature")).contains("signature"));
    }

    #[test]
    fn a_link_is_fetched_with_neither_key_nor_headers() {
        let config = link("https://f.test/a").config(&config()).unwrap();
        let names: Vec<&str> = config.common_headers.keys().map(|name| name.as_str()).collect();
        assert_eq!(names, ["accept", "accept-encoding", "user-agent"]);
        assert!(config.api_key.is_none() && config.headers.is_empty());
        assert_eq!(config.endpoint.origin, "https://f.test");
    }

    #[test]
    fn the_query_is_sent_as_it_is_and_hidden_in_errors() {
        let url = "https://f.test/a%20b?name=x&X-Sig=ab%2Fcdef%3D&X-Exp=300";
        assert_eq!(link(&format!("{url}#page=2")).address().unwrap(), url);
        let mut error = Error::validation(
            "no: name=x&X-Sig=ab%2Fcdef%3D&X-Exp=300, ab%2Fcdef%3D or ab/cdef= (300)".into(),
        );
        error.inner.body = Some(Bytes::from_static(b"<Sig>ab/cdef=</Sig>"));
        error.inner.headers.push(("location".into(), "/b?X-Sig=ab%2Fcdef%3D".into()));
        link(url).hide_query(&mut error);
        assert_eq!(error.message(), "no: ***, *** or *** (300)");
        assert_eq!(error.inner.body.as_deref(), Some(&b"<Sig>***</Sig>"[..]));
        assert_eq!(error.inner.headers[0].1, "/b?X-Sig=***");
    }
}
