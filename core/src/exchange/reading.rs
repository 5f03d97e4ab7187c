//! From an answer to a reply, an error, or the news that the route does not exist.

use bytes::Bytes;
use bytestring::ByteString;
use http::Method;

use super::{Exchange, Heard};
use crate::document::Document;
use crate::envelope::{self, Found};
use crate::error::{Error, ErrorKind, Outcome};
use crate::failure::{self, Said};
use crate::reply::Reply;
use crate::request::Target;
use crate::retry::{self, Mishap};
use crate::schema::Answer;

/// How much of an answer beyond the bounds an error keeps.
const EXCERPT: usize = 4096;

/// Why an answer is no reply.
pub(super) enum Unread {
    OtherSpelling,
    Failed(Box<Error>, Mishap),
}

impl Exchange {
    /// Reads an answer: a reply, an error, or the news that this route does not exist.
    pub(super) fn read(&mut self, heard: Heard) -> Result<Reply, Unread> {
        let success = (200..300).contains(&heard.status);
        let text = match text_of(&heard.body) {
            Ok(text) => text,
            // Of a failure the status says enough, whatever the bytes are.
            Err(_) if !success => String::from_utf8_lossy(&heard.body).into_owned().into(),
            Err(error) => return Err(self.unread(error, &heard)),
        };
        if !success {
            let said = failure::read(&text, self.config.limits);
            let method = self.target.method();
            if failure::is_missing_route(heard.status, &said, method.as_str(), &self.url)
                && matches!(self.target, Target::Operation(_))
            {
                return Err(self.without_route(said, &heard));
            }
            // The attempt before deleted it, and its response was lost.
            let deleted =
                matches!(heard.status, 404 | 410) && self.risked && *method == Method::DELETE;
            if !self.options.any_status && !deleted {
                return Err(self.status(said, &heard));
            }
        }
        let answer = match &self.target {
            Target::Operation(operation) if success => operation.answer,
            _ if !success && !self.options.any_status => Answer::Nothing,
            _ => Answer::Any,
        };
        let (document, found) = match envelope::find(&text, answer, self.config.limits) {
            Ok(read) => read,
            Err(_) if self.options.any_status => (Document::default(), Found::Nothing),
            Err(error) => return Err(self.unread(error, &heard)),
        };
        Ok(Reply {
            request_id: failure::request_id(&heard.headers)
                .unwrap_or_else(|| self.request_id.clone()),
            target: Some(self.target.clone()),
            status: heard.status,
            headers: heard.headers,
            document,
            body: heard.body,
            found,
            own_key: self.options.idempotency_key.is_some(),
            operation: match &self.target {
                Target::Operation(operation) => Some(operation),
                Target::Raw { .. } => None,
            },
            attempts: self.attempts(),
            // The call is over.
            history: std::mem::take(&mut self.history),
            idempotency_key: self.idempotency_key.take(),
        })
    }

    /// The next spelling, each at most once per call; then an error that says so.
    fn without_route(&mut self, said: Said, heard: &Heard) -> Unread {
        self.refused += 1;
        if self.refused < self.spellings.len() {
            self.spelling = (self.spelling + 1) % self.spellings.len();
            return Unread::OtherSpelling;
        }
        let mut error = failure::of_status(heard.status, said);
        error.kind = ErrorKind::UnsupportedOperation;
        error.message = format!(
            "this server has no route for {} (it answered: {})",
            self.target.name(),
            error.message
        );
        self.failed(error, heard, Outcome::Final)
    }

    /// An answer with a status that is no success.
    fn status(&self, said: Said, heard: &Heard) -> Unread {
        if (300..400).contains(&heard.status) {
            let to = failure::redirected_to(&heard.headers, &self.url);
            let error = Error::new(
                ErrorKind::UnexpectedRedirect,
                format!(
                    "the server redirects to {}; redirects are not followed, since they would \
                     carry the API key to another address",
                    to.as_deref().unwrap_or("no address")
                ),
            );
            return self.failed(error, heard, Outcome::Final);
        }
        let error = failure::of_status(heard.status, said);
        if self.is_in_progress(&error) {
            return self.failed(error, heard, Outcome::Unknown);
        }
        self.failed(error, heard, retry::outcome_of_status(heard.status))
    }

    /// Whether the server still works on a request with the key of this write.
    fn is_in_progress(&self, error: &Error) -> bool {
        error.status == Some(409)
            && error.code.as_deref() == Some("idempotency_in_progress")
            && self.idempotency_key.is_some()
            && !self.target.method().is_safe()
    }

    /// A success whose body is not what was asked for.
    fn unread(&self, error: Error, heard: &Heard) -> Unread {
        let outcome = match error.kind {
            ErrorKind::ResponseTooLarge => Outcome::Final,
            _ => Outcome::Unknown,
        };
        self.failed(error, heard, outcome)
    }

    fn failed(&self, mut error: Error, heard: &Heard, outcome: Outcome) -> Unread {
        error.status = Some(heard.status);
        error.request_id = failure::request_id(&heard.headers).or(error.request_id.take());
        // Of an answer beyond the bounds, its start is enough to tell what it was.
        let most = match error.kind {
            ErrorKind::ResponseTooLarge => EXCERPT,
            _ => failure::MOST_SAID,
        };
        error.body = Some(match heard.body.get(..most) {
            // Copied, so that the whole is not kept alive by its start.
            Some(start) => Bytes::copy_from_slice(start),
            None => heard.body.clone(),
        });
        error.headers = heard
            .headers
            .iter()
            .map(|(name, value)| {
                (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
            })
            .collect();
        error.outcome = outcome;
        error.retry_after = retry::hint(&heard.headers, error.details.as_ref());
        if error.kind == ErrorKind::RateLimit {
            error.message = failure::with_time(&error.message, error.retry_after);
        }
        let in_progress = self.is_in_progress(&error);
        let asks = outcome == Outcome::Rejected || in_progress || heard.status == 503;
        let mishap = Mishap {
            outcome,
            throttled: outcome == Outcome::Rejected,
            hint: error.retry_after.filter(|_| asks),
            in_progress,
        };
        Unread::Failed(Box::new(error), mishap)
    }

    pub(super) fn silent(&self, silence: super::Silence) -> (Error, Mishap) {
        let message = match silence.kind {
            ErrorKind::Connection | ErrorKind::Timeout | ErrorKind::Tls => {
                failure::with_address(&silence.message, &self.url)
            }
            _ => silence.message,
        };
        let mut error = Error::new(silence.kind, message);
        error.outcome = silence.outcome;
        (
            error,
            Mishap { outcome: silence.outcome, throttled: false, hint: None, in_progress: false },
        )
    }
}

/// The body as text: UTF-8, without a byte order mark.
fn text_of(body: &Bytes) -> Result<ByteString, Error> {
    let text = ByteString::try_from(body.clone())
        .map_err(|_| Error::unexpected("the answer is not UTF-8 text"))?;
    Ok(match text.strip_prefix('\u{feff}') {
        Some(rest) => text.slice_ref(rest),
        None => text,
    })
}
