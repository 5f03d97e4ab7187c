//! The search for the outcome of a call: which calls to make, and what their results show.

use std::time::{Duration, SystemTime};

use http::Method;

use super::clock::Window;
use super::listing::Listing;
use super::reading::{self, Shown};
use super::{Ambiguous, FindOptions, FoundOutcome, no_unknown_call, nothing_to_find};
use crate::error::{Error, ErrorKind, UnknownCall};
use crate::json::Map;
use crate::message::Message;
use crate::messages::outcome as messages;
use crate::request::{CallOptions, Input, Target};
use crate::response::Response;
use crate::response::envelope::Content;
use crate::response::second_call::CONFIRMATION_TOKEN;
use crate::response::web_page::is_page;
use crate::table::{self, CONFIRMATION_REQUIRED, Find, FindByReading, Model, Operation};

/// For how long a call may be made again. Servers keep an idempotency key for 24 hours; and after
/// such a time, a write of values would undo what others have written since.
const REPEATABLE_FOR: Duration = Duration::from_secs(23 * 3600);

/// What to do next to find out the outcome of a call.
#[derive(Debug)]
pub enum FindStep {
    /// Make this call, then pass its result to [`OutcomeSearch::take`].
    Call(Box<(Target, Input, CallOptions)>),
    /// The search is over.
    Done(FoundOutcome),
}

/// The search for the outcome of a call.
#[derive(Debug)]
pub struct OutcomeSearch {
    call: UnknownCall,
    options: FindOptions,
    plan: Plan,
}

#[derive(Debug)]
enum Plan {
    /// Make the call again: the server does the work once.
    Repeat(&'static Operation),
    List(Box<Listing>),
    Read(&'static Operation, &'static FindByReading),
    Over(Option<FoundOutcome>),
}

impl OutcomeSearch {
    /// Starts a search. `now` is the time of this machine.
    pub fn new(call: UnknownCall, options: FindOptions, now: SystemTime) -> Self {
        let operation = table::operation(&call.operation);
        let age = now.duration_since(call.started_at).unwrap_or_default();
        // Without its key, a create would be a new one.
        let has_key = |operation: &Operation| {
            operation.method != Method::POST || call.idempotency_key.is_some()
        };
        let plan = match operation {
            Some(operation) if call.is_repeatable && age < REPEATABLE_FOR && has_key(operation) => {
                Plan::Repeat(operation)
            }
            // What is deleted stays deleted.
            Some(operation) if operation.replay_safe && operation.method == Method::DELETE => {
                Plan::Repeat(operation)
            }
            operation => Plan::by_rule(operation, &call),
        };
        Self { call, options, plan }
    }

    /// Starts a search for what an error's `unknown_call` was as JSON; `None` if it was empty.
    ///
    /// # Errors [`ErrorKind::Validation`] for `None`, and for any other string.
    pub fn of_json(
        json: Option<&str>,
        options: FindOptions,
        now: SystemTime,
    ) -> Result<Self, Error> {
        let json = json.ok_or_else(nothing_to_find)?;
        let call = UnknownCall::from_json(json).ok_or_else(no_unknown_call)?;
        Ok(Self::new(call, options, now))
    }

    /// What to do now.
    pub fn step(&mut self) -> FindStep {
        let (operation, input, key) = match &mut self.plan {
            Plan::Repeat(operation) => {
                let input = Input {
                    path: self.call.path.clone(),
                    query: Map::new(),
                    body: self.call.body.clone(),
                };
                (*operation, input, self.call.idempotency_key.clone())
            }
            Plan::List(listing) => match listing.next() {
                Some(input) => (listing.operation, input, None),
                None => {
                    return FindStep::Done(FoundOutcome::ambiguous(&messages::search_over()));
                }
            },
            Plan::Read(operation, _) => {
                (*operation, Input { path: self.call.path.clone(), ..Input::default() }, None)
            }
            Plan::Over(found) => {
                let over = || FoundOutcome::ambiguous(&messages::search_over());
                return FindStep::Done(found.take().unwrap_or_else(over));
            }
        };
        let account = self.call.account.clone();
        let options = CallOptions { idempotency_key: key, account, ..CallOptions::default() };
        FindStep::Call(Box::new((Target::Operation(operation), input, options)))
    }

    /// Takes the result of the call. `now` is the time of this machine.
    ///
    /// # Errors The error of a call that shows nothing about the outcome. The same call may be made
    /// again with [`Self::step`].
    pub fn take(&mut self, result: Result<Response, Error>, now: SystemTime) -> Result<(), Error> {
        let found = match &mut self.plan {
            Plan::Repeat(operation) => match repeated(operation, &self.call, result)? {
                Some(found) => Some(found),
                None => {
                    self.plan = Plan::by_rule(Some(operation), &self.call);
                    None
                }
            },
            Plan::List(listing) => listing.take(&mut self.call, &self.options, result?, now)?,
            Plan::Read(_, rule) => Some(read(rule, &self.call, result, now)?),
            Plan::Over(_) => None,
        };
        if found.is_some() {
            self.plan = Plan::Over(found);
        }
        Ok(())
    }
}

impl Plan {
    /// The plan that the spec has for an operation.
    fn by_rule(operation: Option<&'static Operation>, call: &UnknownCall) -> Self {
        let named = |id: &str| table::operation(id);
        match operation.and_then(|operation| operation.find.as_ref()) {
            Some(Find::List(rule)) if Listing::applies(rule, call) => match named(rule.list) {
                Some(operation) => Self::List(Box::new(Listing::new(operation, rule, call))),
                None => Self::over(&messages::no_list()),
            },
            Some(Find::List(_)) => Self::over(&messages::no_value_to_recognise()),
            Some(Find::Read(rule)) => match named(rule.read) {
                Some(operation) => Self::Read(operation, rule),
                None => Self::over(&messages::no_object()),
            },
            None => Self::over(&messages::nothing_shown(&call.operation)),
        }
    }

    fn over(reason: &Message) -> Self {
        Self::Over(Some(FoundOutcome::ambiguous(reason)))
    }
}

/// What the result of a repeated call shows; `None` if nothing.
fn repeated(
    operation: &Operation,
    call: &UnknownCall,
    result: Result<Response, Error>,
) -> Result<Option<FoundOutcome>, Error> {
    match result {
        // The first of two calls, which does no work, had been lost.
        Ok(Response { content: Content::One(model, _), .. })
            if std::ptr::eq(model, &CONFIRMATION_REQUIRED) =>
        {
            Ok(Some(FoundOutcome::NotDone))
        }
        // Another answer, such as that an invoice is to be paid first, which the server gives before
        // it looks up the key.
        Ok(Response { content: Content::One(Model { marker: Some(_), .. }, _), .. }) => Ok(None),
        Ok(response) => Ok(Some(FoundOutcome::Done(Box::new(response)))),
        Err(error) if is_of_other_server(&error) => Err(error),
        Err(error) => match error.kind() {
            ErrorKind::NotFound if operation.method == Method::DELETE => {
                Ok(Some(FoundOutcome::Done(Box::new(Response::without_content()))))
            }
            // It may refuse a token that is used or too old before it looks up the key.
            ErrorKind::ConfirmationToken => Ok(None),
            ErrorKind::BadRequest | ErrorKind::NotFound | ErrorKind::UnprocessableEntity
                if sends_token(call) =>
            {
                Ok(None)
            }
            // The server keeps the response of a call that did its work, so it had refused it.
            ErrorKind::BadRequest | ErrorKind::NotFound | ErrorKind::UnprocessableEntity => {
                Ok(Some(FoundOutcome::NotDone))
            }
            _ => Err(error),
        },
    }
}

/// Whether the call confirmed an earlier one.
fn sends_token(call: &UnknownCall) -> bool {
    call.body.as_ref().is_some_and(|body| body.get(CONFIRMATION_TOKEN).is_some())
}

/// Whether a proxy or the login of a network has answered in place of the API: that shows nothing.
fn is_of_other_server(error: &Error) -> bool {
    error.body().is_some_and(|body| is_page(body))
}

fn read(
    rule: &FindByReading,
    call: &UnknownCall,
    result: Result<Response, Error>,
    now: SystemTime,
) -> Result<FoundOutcome, Error> {
    let window = Window::new(call);
    let shown = match result {
        Ok(response) => reading::shown(rule, call, &window, Some(&response)).map(|s| (s, response)),
        Err(error) if error.kind() == ErrorKind::NotFound && !is_of_other_server(&error) => {
            let none = reading::shown(rule, call, &window, None);
            Some((none.ok_or(error)?, Response::without_content()))
        }
        Err(error) => return Err(error),
    };
    let Some((shown, response)) = shown else {
        return Ok(FoundOutcome::ambiguous(&messages::not_an_object()));
    };
    let left = window.left(now, call.clock_offset.unwrap_or(0));
    Ok(match shown {
        Shown::Done => FoundOutcome::Done(Box::new(response)),
        Shown::NotDone if left.is_zero() => FoundOutcome::NotDone,
        Shown::NotDone => FoundOutcome::too_early(left),
        Shown::Nothing => FoundOutcome::Ambiguous(Ambiguous {
            candidates: vec![response],
            ..Ambiguous::because(&messages::change_not_shown())
        }),
    })
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::json;
    use crate::json::Value;

    const CALL: &str = r#"{"version":1,"operation":"create_refund","is_repeatable":true,"started_at":0,"ended_at":0}"#;

    fn call(body: Value) -> UnknownCall {
        UnknownCall { body: Some(body), ..UnknownCall::from_json(CALL).unwrap() }
    }

    fn repeated_with(body: &'static str) -> Result<Option<FoundOutcome>, Error> {
        let operation = table::operation("create_refund").unwrap();
        let mut error = Error::new(ErrorKind::NotFound, "no");
        error.inner.body = Some(Bytes::from_static(body.as_bytes()));
        repeated(operation, &call(json!({})), Err(error))
    }

    #[test]
    fn only_what_the_server_does_once_is_made_again() {
        let repeats = |operation: &str, key: Option<&str>, hours: u64| {
            let call = UnknownCall {
                operation: operation.to_owned(),
                idempotency_key: key.map(str::to_owned),
                ..call(json!({"amount": 1}))
            };
            let now = call.started_at + Duration::from_secs(hours * 3600);
            let search = OutcomeSearch::new(call, FindOptions::default(), now);
            matches!(search.plan, Plan::Repeat(_))
        };
        assert!(repeats("create_checkout_session", Some("order-1"), 22));
        assert!(!repeats("create_checkout_session", Some("order-1"), 23));
        assert!(!repeats("create_checkout_session", None, 0));
        assert!(repeats("update_customer", None, 22) && !repeats("update_customer", None, 23));
        assert!(repeats("delete_customer", None, 24 * 365));
    }

    #[test]
    fn a_refused_token_does_not_show_that_nothing_was_done() {
        let operation = table::operation("create_refund").unwrap();
        let call = call(json!({"amount": 1, "confirmation_token": "t"}));
        for kind in [ErrorKind::BadRequest, ErrorKind::NotFound, ErrorKind::UnprocessableEntity] {
            let found = repeated(operation, &call, Err(Error::new(kind, "no")));
            assert!(matches!(found, Ok(None)), "{kind:?}: {found:?}");
        }
    }

    #[test]
    fn an_invoice_to_be_paid_first_does_not_show_that_the_work_was_done() {
        let operation = table::operation("create_checkout_session").unwrap();
        let text = r#"{"payment_required": true, "reason": "invoice_payment_required"}"#;
        let response = Response::from_json(text, &table::PAYMENT_REQUIRED).unwrap();
        let found = repeated(operation, &call(json!({})), Ok(response));
        assert!(matches!(found, Ok(None)), "{found:?}");
    }

    #[test]
    fn a_web_page_does_not_show_that_nothing_was_done() {
        assert!(repeated_with("<!doctype html><title>Log in</title>").is_err());
        let refused = repeated_with(r#"{"error":{"message":"No such transaction"}}"#);
        assert!(matches!(refused, Ok(Some(FoundOutcome::NotDone))));
    }

    #[test]
    fn what_cannot_be_looked_for_is_said_in_french_too() {
        use crate::message::Language;

        let error = nothing_to_find().in_language(Language::French);
        assert!(
            error.message().starts_with("le résultat de cette erreur est connu : seul un appel")
        );
    }
}
