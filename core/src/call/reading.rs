//! Turns a raw response into a response, an error, or the next route.

use std::time::SystemTime;

use bytes::Bytes;
use bytestring::ByteString;
use http::Method;

use super::attempt_failure::{AttemptFailure, ReadFailure};
use super::raw_response::RawResponse;
use super::routes::{self, Route, is_missing_route};
use super::state::Call;
use super::transport_error::{TransportError, with_address};
use super::{retry, retry_after};
use crate::error::{Error, ErrorKind, Outcome};
use crate::json::Document;
use crate::messages::call as messages;
use crate::messages::error as words;
use crate::request::Target;
use crate::response::Response;
use crate::response::envelope::{self, Content};
use crate::response::error_body::{self, ParsedError};
use crate::response::second_call::SecondCall;
use crate::response::server_clock;
use crate::response::web_page;
use crate::table::{CONFIRMATION_REQUIRED, Idempotency, Returns, RouteStyle};

/// The header of a response that the server has sent before, for the same idempotency key.
const CACHE_HIT: &str = "idempotency-cache-hit";

/// How many bytes of a response above the limits an error keeps.
const EXCERPT: usize = 4096;

impl Call {
    /// Reads a raw response. Fails with an error, or with `NextRoute` if the server lacks this
    /// route.
    pub(super) fn read(&mut self, raw: RawResponse) -> Result<Box<Response>, ReadFailure> {
        let success = (200..300).contains(&raw.status);
        if success && (self.is_download() || self.is_prewarm()) {
            return self.without_document(raw);
        }
        // Reading a date costs something, so a read leaves the clock to writes once it is known.
        if self.clock_offset.is_none() || !self.target.method().is_safe() {
            self.shown_clock_offset = server_clock::offset(&raw.headers, SystemTime::now());
        }
        let text = match text_of(&raw.body) {
            Ok(text) => text,
            // The status of a failure tells enough, so invalid bytes are replaced.
            Err(_) if !success => String::from_utf8_lossy(&raw.body).into_owned().into(),
            Err(error) => return Err(self.unreadable(error, &raw)),
        };
        if !success {
            let parsed = error_body::read(&text, self.config.limits);
            let method = self.target.method();
            if is_missing_route(raw.status, &parsed, method.as_str(), &self.url)
                && matches!(self.target, Target::Operation(_))
            {
                return Err(self.missing_route(parsed, &raw));
            }
            // An earlier attempt deleted it, and its response was lost.
            let deleted = matches!(raw.status, 404 | 410)
                && self.earlier_unknown
                && *method == Method::DELETE
                && self.returns_nothing()
                && !web_page::is_page(&raw.body);
            if !self.options.any_status && !deleted {
                return Err(self.status(parsed, &raw));
            }
        }
        let (returns, alternatives) = match &self.target {
            Target::Operation(operation) if success => (operation.returns, operation.alternatives),
            _ if !success && !self.options.any_status => (Returns::Nothing, &[][..]),
            _ => (Returns::Any, &[][..]),
        };
        let limits = self.config.limits;
        let (document, content) = match envelope::read(&text, returns, alternatives, limits) {
            Ok(found) => found,
            Err(_) if self.options.any_status => (Document::default(), Content::Nothing),
            Err(error) => return Err(self.unreadable(error, &raw)),
        };
        self.learned_newest = success && self.is_from_newest(&raw, &content);
        let second_call = match &self.target {
            Target::Operation(operation) => SecondCall::new(
                operation,
                (&self.input, &self.options),
                self.idempotency_key.as_ref(),
                (&document, &content),
            ),
            _ => None,
        };
        // Boxed: it is moved through every step that follows.
        Ok(Box::new(Response {
            saved: None,
            second_call,
            request_id: self.last_request_id(),
            target: Some(self.target.clone()),
            status: raw.status,
            headers: raw.headers,
            document,
            body: raw.body,
            content,
            caller_key: self.options.idempotency_key.is_some(),
            operation: match &self.target {
                Target::Operation(operation) => Some(operation),
                _ => None,
            },
            attempts: self.attempts(),
            // Taken, not cloned: the call is over.
            history: std::mem::take(&mut self.history),
            idempotency_key: self.idempotency_key.clone(),
        }))
    }

    /// The response of a download: any bytes, and of a call that only connects: none. A file gets
    /// its name only now, when it is complete.
    fn without_document(&mut self, raw: RawResponse) -> Result<Box<Response>, ReadFailure> {
        let saved = self.destination.take().map(|file| file.complete(&raw.body)).transpose();
        let saved = saved.map_err(|error| self.failed(error, &raw, Outcome::Final))?;
        Ok(Box::new(Response {
            saved,
            second_call: None,
            request_id: self.last_request_id(),
            target: Some(self.target.clone()),
            status: raw.status,
            headers: raw.headers,
            document: Document::default(),
            body: if saved.is_some() { Bytes::new() } else { raw.body },
            content: Content::Nothing,
            caller_key: false,
            operation: None,
            attempts: self.attempts(),
            history: std::mem::take(&mut self.history),
            idempotency_key: None,
        }))
    }

    /// Whether the server responds without an object. One that a lost response had cannot be made up.
    fn returns_nothing(&self) -> bool {
        let operation = self.target.operation();
        operation.is_none_or(|operation| matches!(operation.returns, Returns::Nothing))
    }

    /// The request id of the last attempt, which is recorded before its response is read.
    fn last_request_id(&self) -> String {
        let last = self.history.last().map_or(&self.request_id, |attempt| &attempt.request_id);
        last.clone()
    }

    /// Whether only the newest API sends such a response: one that asks for a confirmation, one from
    /// a route that only that API has, or the marker of a replay, except where every server checks
    /// the key. Its headers of rate limits prove nothing, since proxies add such headers too.
    fn is_from_newest(&self, raw: &RawResponse, content: &Content) -> bool {
        let Target::Operation(operation) = &self.target else { return false };
        let asks = matches!(content, Content::One(model, _) if std::ptr::eq(*model, &CONFIRMATION_REQUIRED));
        let newest = |route: &Route| {
            route.style == RouteStyle::Newest
                && operation.own_path(RouteStyle::Newest).is_some()
                && operation.path(RouteStyle::Newest) != operation.path(RouteStyle::Current)
        };
        let replayed =
            operation.idempotency != Idempotency::Keyed && raw.headers.contains_key(CACHE_HIT);
        asks || replayed || self.routes.get(self.route).is_some_and(newest)
    }

    /// Moves to the next route, each at most once per call; after the last one, returns an error.
    fn missing_route(&mut self, parsed: ParsedError, raw: &RawResponse) -> ReadFailure {
        self.missing_routes += 1;
        if self.missing_routes < routes::count(self.routes, &self.target) {
            self.route = routes::next(self.routes, self.route, &self.target);
            return ReadFailure::NextRoute;
        }
        let mut error = error_body::of_status(raw.status, parsed);
        error.inner.kind = ErrorKind::UnsupportedOperation;
        error.inner.message = messages::no_route(self.target.name(), error.inner.message);
        self.failed(error, raw, Outcome::Final)
    }

    /// The failure of a response whose status is not a success.
    fn status(&self, parsed: ParsedError, raw: &RawResponse) -> ReadFailure {
        if (300..400).contains(&raw.status) {
            let to = error_body::redirected_to(&raw.headers, &self.url);
            let error = Error::new(
                ErrorKind::UnexpectedRedirect,
                match (to, self.is_download()) {
                    (Some(to), true) => messages::download_redirected(to),
                    (Some(to), false) => messages::redirected(to),
                    (None, _) => messages::redirected_nowhere(),
                },
            );
            return self.failed(error, raw, Outcome::Final);
        }
        let mut error = error_body::of_status(raw.status, parsed);
        if self.is_in_progress(&error) {
            return self.failed(error, raw, Outcome::Unknown);
        }
        if self.is_about_token(&error) {
            error.inner.kind = ErrorKind::ConfirmationToken;
            if !self.earlier_unknown {
                error.inner.message =
                    words::with_advice(error.inner.message.clone(), messages::call_without_token());
            }
        }
        self.failed(error, raw, retry::outcome_of_status(raw.status))
    }

    /// Whether the server refuses the token of a call that confirms an earlier one: no code for that
    /// is documented.
    fn is_about_token(&self, error: &Error) -> bool {
        let names = |text: &Option<String>| {
            text.as_ref().is_some_and(|text| text.to_ascii_lowercase().contains("confirmation"))
        };
        self.confirms()
            && matches!(error.inner.status, Some(400 | 409 | 410 | 422))
            && (names(&error.inner.code) || names(&error.inner.server_message))
    }

    /// Whether the server still works on a request with the key of this write.
    fn is_in_progress(&self, error: &Error) -> bool {
        error.inner.status == Some(409)
            && error.inner.code.as_deref() == Some("idempotency_in_progress")
            && self.idempotency_key.is_some()
            && !self.target.method().is_safe()
    }

    /// The failure of a successful response whose body cannot be read.
    fn unreadable(&self, error: Error, raw: &RawResponse) -> ReadFailure {
        let outcome = match error.inner.kind {
            ErrorKind::ResponseTooLarge => Outcome::Final,
            _ => Outcome::Unknown,
        };
        self.failed(error, raw, outcome)
    }

    fn failed(&self, mut error: Error, raw: &RawResponse, outcome: Outcome) -> ReadFailure {
        let base = (!self.is_download()).then_some(self.config.base_url.as_str());
        web_page::explain(&mut error, (raw.status, &raw.headers, &raw.body), &self.url, base);
        error.inner.status = Some(raw.status);
        error.inner.request_id =
            error_body::request_id(&raw.headers).or(error.inner.request_id.take());
        // The start of a response above the limits is enough to see what it was.
        let limit = match error.inner.kind {
            ErrorKind::ResponseTooLarge => EXCERPT,
            _ => error_body::MAX_ERROR_BODY,
        };
        error.inner.body = Some(match raw.body.get(..limit) {
            // Copied: a slice would keep the whole body in memory.
            Some(start) => Bytes::copy_from_slice(start),
            None => raw.body.clone(),
        });
        error.inner.headers = raw
            .headers
            .iter()
            .map(|(name, value)| {
                (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
            })
            .collect();
        error.inner.outcome = outcome;
        error.inner.retry_after = retry_after::read(&raw.headers, error.inner.details.as_ref());
        if error.inner.kind == ErrorKind::RateLimit {
            error.inner.message =
                error_body::with_time(error.inner.message.clone(), error.inner.retry_after);
        }
        let in_progress = self.is_in_progress(&error);
        let may_wait = outcome == Outcome::Rejected || in_progress || raw.status == 503;
        if let Target::Download(download) = &self.target {
            download.hide_query(&mut error);
        }
        let failure = AttemptFailure {
            outcome,
            throttled: outcome == Outcome::Rejected,
            hint: error.inner.retry_after.filter(|_| may_wait),
            in_progress,
        };
        ReadFailure::Failed(Box::new(error), failure)
    }

    pub(super) fn transport_failed(&self, failure: TransportError) -> (Error, AttemptFailure) {
        let message = match failure.kind {
            ErrorKind::Connection | ErrorKind::Timeout | ErrorKind::Tls => {
                with_address(failure.message, &self.url)
            }
            _ => failure.message,
        };
        let mut error = Error::new(failure.kind, message);
        error.inner.outcome = failure.outcome;
        error.inner.source = failure.source;
        if let Target::Download(download) = &self.target {
            download.hide_query(&mut error);
        }
        (
            error,
            AttemptFailure {
                outcome: failure.outcome,
                throttled: false,
                hint: None,
                in_progress: false,
            },
        )
    }
}

/// The body as a UTF-8 string, without a byte order mark.
fn text_of(body: &Bytes) -> Result<ByteString, Error> {
    let text =
        ByteString::try_from(body.clone()).map_err(|_| Error::unexpected(messages::not_utf8()))?;
    Ok(match text.strip_prefix('\u{feff}') {
        Some(rest) => text.slice_ref(rest),
        None => text,
    })
}
