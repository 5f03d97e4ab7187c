//! The error of a request that got no complete response, and the address of the server in its
//! message.

use std::sync::Arc;

use crate::error::{ErrorKind, Outcome};
use crate::message::{Language, Message};
use crate::messages::{error as words, transport as messages};

/// The error of a request that got no complete response.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct TransportError {
    /// What went wrong, such as a refused connection or a timeout.
    pub kind: ErrorKind,
    /// NotSent if the request cannot have arrived, Final if a retry cannot succeed, else Unknown.
    pub outcome: Outcome,
    /// One sentence for people.
    pub message: Message,
    /// The underlying error.
    pub source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

impl TransportError {
    /// An error with one sentence.
    pub fn new(kind: ErrorKind, outcome: Outcome, message: impl Into<Message>) -> Self {
        Self { kind, outcome, message: message.into(), source: None }
    }

    /// With the error that caused it.
    #[must_use]
    pub fn caused_by(self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { source: Some(source.into().into()), ..self }
    }
}

/// Part of the English message about a new connection that broke before any response.
const BEFORE_RESPONSE: &str = "broke before any response:";

/// Messages of rustls, hyper, the system and curl when a port that does not speak TLS receives a
/// TLS handshake.
const HTTPS_REFUSED: &[&str] = &[
    "InvalidContentType",
    "tls handshake eof",
    "wrong version number",
    "not reached: Connection reset",
    "not reached: Broken pipe",
    "SSL_connect: Connection reset",
    "cURL error 35: Recv failure",
    "SSL_ERROR_SYSCALL in connection",
];

/// The same when a port that does not speak HTTP receives a plain HTTP request.
const HTTP_REFUSED: &[&str] = &[
    "invalid HTTP version",
    "HTTP/0.9",
    "InvalidMessage",
    "Empty reply from server",
    BEFORE_RESPONSE,
];

/// Adds the server's scheme, host and port to a message, and a question if the port is likely to
/// speak the other protocol.
pub(crate) fn with_address(message: Message, url: &str) -> Message {
    let Ok(url) = url::Url::parse(url) else { return message };
    let (scheme, host) = (url.scheme(), url.host_str().unwrap_or_default());
    let port = url.port_or_known_default().unwrap_or_default();
    let other = match scheme {
        "https" => HTTPS_REFUSED,
        _ => HTTP_REFUSED,
    };
    let is_likely = other.iter().any(|words| message.text(Language::English).contains(words));
    let message = messages::at_address(message, scheme, host, port);
    match (is_likely, scheme) {
        (false, _) => message,
        (true, "https") => words::with_advice(message, messages::does_it_speak_https()),
        (true, _) => words::with_advice(message, messages::does_it_speak_http()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_may_speak_another_protocol_is_asked_for_it() {
        let asks = |message: &str, scheme: &str| {
            let message = with_address(message.into(), &format!("{scheme}://h:1/v1"));
            message.text(Language::English).ends_with("https?")
        };
        assert!(asks("the server was not reached: Connection reset by peer", "https"));
        assert!(asks("the connection broke: cURL error 52: Empty reply from server", "http"));
        assert!(asks("the connection broke before any response: Connection reset", "http"));
        // After the start of a response, the protocol cannot be the reason.
        assert!(!asks("the connection broke: Connection reset by peer", "http"));
        assert!(!asks("the connection broke: Connection reset by peer", "https"));
        assert!(!asks("the server was not reached: Connection refused", "https"));
    }
}
