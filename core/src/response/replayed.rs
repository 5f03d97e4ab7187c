//! Detects replayed responses: the server responds to a second request with the same idempotency
//! key as to the first one, even if the object has changed since.

use std::time::SystemTime;

use http::HeaderName;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::Response;
use super::envelope::Content;
use crate::message::Language;
use crate::messages::response as messages;
use crate::table::CREATE_CHECKOUT_SESSION;

/// The headers with which servers mark a replayed response.
static MARKS: [HeaderName; 2] = [
    HeaderName::from_static("idempotency-cache-hit"),
    HeaderName::from_static("idempotent-replayed"),
];

/// States of a session that cannot be paid any more, and whether it was paid.
const CLOSED: &[(&str, bool)] = &[
    ("expired", false),
    ("canceled", false),
    ("cancelled", false),
    ("failed", false),
    ("complete", true),
    ("completed", true),
    ("paid", true),
];

impl Response {
    /// Whether the server replayed an earlier response with the same idempotency key and did no
    /// work. Returns `None` if the server does not tell and it cannot be determined.
    pub fn replayed(&self) -> Option<bool> {
        let marked = MARKS.iter().find_map(|name| self.headers.get(name)?.to_str().ok());
        match marked.map(str::trim) {
            Some("true" | "1") => Some(true),
            Some("false" | "0") => Some(false),
            // A new session is open, so this one is not new.
            _ if self.closed().is_some() => Some(true),
            // The key was made for this request, so no earlier request used it.
            _ if !self.caller_key && self.attempts <= 1 => Some(false),
            _ => None,
        }
    }

    /// A warning for the caller: the response to a create is a session that cannot be paid any
    /// more.
    pub fn warning(&self) -> Option<String> {
        let operation = self.operation?;
        let (state, paid) = self.closed().filter(|_| self.replayed() == Some(true))?;
        let message = match paid {
            true => messages::old_session_paid(operation.id, state),
            false => messages::old_session_closed(operation.id, state),
        };
        Some(message.text(Language::of_environment()).to_owned())
    }

    /// The state of a closed session in the response to a create, and whether it was paid. `None`
    /// for an open session and for other calls.
    fn closed(&self) -> Option<(String, bool)> {
        let creates = self.operation.is_some_and(|o| o.id == CREATE_CHECKOUT_SESSION.id);
        // Only a key of an earlier request can return an old session.
        let may_be_old = self.caller_key || self.attempts > 1;
        let Content::One(model, place) = &self.content else { return None };
        if !creates || !may_be_old || model.marker.is_some() {
            return None;
        }
        let text = |name: &str| {
            let place = self.document.member(place.0, name)?;
            Some(self.document.text(place)).filter(|text| !text.is_empty())
        };
        let status = text("status").map(str::to_lowercase).unwrap_or_default();
        if let Some((word, paid)) = CLOSED.iter().find(|(word, _)| *word == status) {
            return Some(((*word).to_owned(), *paid));
        }
        // The status in a replayed response is that of the first response, so the expiry is checked
        // too.
        let ends = OffsetDateTime::parse(text("expires_at")?, &Rfc3339).ok()?;
        let now = self.header("date").and_then(|date| httpdate::parse_http_date(date).ok());
        let now = OffsetDateTime::from(now.unwrap_or_else(SystemTime::now));
        (ends <= now).then(|| ("expired".to_owned(), false))
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn response(
        body: &str,
        caller_key: bool,
        headers: &[(&'static str, &'static str)],
    ) -> Response {
        let mut response = Response::from_json(body, &crate::table::CHECKOUT_SESSION).unwrap();
        response.operation = crate::table::operation("create_checkout_session");
        response.caller_key = caller_key;
        response.attempts = 1;
        for (name, value) in headers {
            response.headers.insert(*name, HeaderValue::from_static(value));
        }
        response
    }

    const OPEN: &str = r#"{"checkout_session_id":"cs_1","status":"open"}"#;

    #[test]
    fn a_replay_is_reported_if_it_is_known() {
        let hit = &[("idempotency-cache-hit", "true")];
        assert_eq!(response(OPEN, true, hit).replayed(), Some(true));
        assert_eq!(
            response(OPEN, true, &[("idempotency-cache-hit", "false")]).replayed(),
            Some(false)
        );
        assert_eq!(response(OPEN, true, &[]).replayed(), None);
        assert_eq!(response(OPEN, false, &[]).replayed(), Some(false));
        assert_eq!(response(OPEN, true, hit).warning(), None);
        let mut again = response(OPEN, false, &[]);
        again.attempts = 2;
        assert_eq!(again.replayed(), None);
    }

    #[test]
    fn a_closed_session_causes_a_warning() {
        let expired = r#"{"id":"cs_1","status":"expired"}"#;
        let late = response(expired, true, &[]);
        assert_eq!(late.replayed(), Some(true));
        assert!(late.warning().unwrap().contains("attempt=2"));
        assert_eq!(response(expired, false, &[]).warning(), None);
        let paid = r#"{"data":{"id":"cs_1","status":"Complete"}}"#;
        assert!(response(paid, true, &[]).warning().unwrap().contains("has been paid"));
        let ended = r#"{"id":"cs_1","status":"open","expires_at":"2026-01-08T00:00:00.000Z"}"#;
        let at = |date| response(ended, true, &[("idempotency-cache-hit", "true"), ("date", date)]);
        assert!(at("Thu, 08 Jan 2026 00:00:01 GMT").warning().unwrap().contains("expired"));
        assert_eq!(at("Wed, 07 Jan 2026 23:00:00 GMT").warning(), None);
    }
}
