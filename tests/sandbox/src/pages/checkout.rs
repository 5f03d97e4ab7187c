//! Requests of the hosted checkout page. [`super::checkout_views`] renders it.

use std::collections::HashMap;

use axum::extract::{Form as FormBody, Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::Value;
use uuid::Uuid;

use super::checkout_views::{cancelled, discount, form_page, return_url, state_page, unknown};
use super::form::Form;
use super::language::Language;
use crate::payments::actions::{PaymentRequest, PaymentResult, begin, settle};
use crate::payments::money::Decimal;
use crate::schema::input::providers;
use crate::state::app::{App, SharedApp};
use crate::state::sessions::{Session, Status};

/// GET of the page.
pub(super) async fn show(
    State(app): State<SharedApp>,
    Path(id): Path<String>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let language = Language::of(&query, &headers);
    match find(&app, &id) {
        Some(session) => state_page(&app, &session, language, query.contains_key("left")),
        None => unknown(language),
    }
}

fn find(app: &App, id: &str) -> Option<Session> {
    let id: Uuid = id.parse().ok()?;
    app.sessions().get(id).cloned()
}

/// GET of an action's address, as after a reload: redirects to the page.
pub(super) async fn back(
    Path((id, _)): Path<(String, String)>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let language = Language::of(&query, &headers);
    match id.parse::<Uuid>() {
        Ok(id) => Redirect::to(&format!("/checkout/{id}?lang={}", language.code())).into_response(),
        Err(_) => unknown(language),
    }
}

/// POST of an action.
pub(super) async fn act(
    State(app): State<SharedApp>,
    Path((id, action)): Path<(String, String)>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
    FormBody(fields): FormBody<HashMap<String, String>>,
) -> Response {
    let chosen = if fields.contains_key("lang") { &fields } else { &query };
    let language = Language::of(chosen, &headers);
    let Some(session) = find(&app, &id) else {
        return unknown(language);
    };
    let id = session.id;
    // A change from another window is not an error: the page shows the present state.
    match action.as_str() {
        "pay" => return pay(&app, &session, Form { fields }, language),
        "approve" => {
            let _ = settle(&app, id, PaymentResult::Succeeded);
        }
        "refuse" => {
            let reason = match session.payment.as_deref() {
                Some(payment) if payment.provider == "CARD" => "declined",
                _ => "refused",
            };
            let _ = settle(&app, id, PaymentResult::Failed(reason));
        }
        "leave" => {
            let address = format!("/checkout/{id}?left=1&lang={}", language.code());
            return Redirect::to(&address).into_response();
        }
        "cancel" => return cancelled(&session, language),
        _ => return unknown(language),
    }
    redirect(&app, id, language)
}

/// Redirects to the shop when the session is paid, else to the page.
fn redirect(app: &App, id: Uuid, language: Language) -> Response {
    let session = app.sessions().get(id).cloned();
    let Some(session) = session else {
        return unknown(language);
    };
    let paid = session.status == Status::Completed;
    let target = return_url(&session, "success_url").filter(|_| paid);
    let target = target.unwrap_or_else(|| format!("/checkout/{id}?lang={}", language.code()));
    Redirect::to(&target).into_response()
}

fn pay(app: &App, session: &Session, form: Form, language: Language) -> Response {
    if session.status_at(app.clock.now()) != Status::Open {
        return state_page(app, session, language, false);
    }
    let input = session.input();
    let allowed = providers(&input);
    let paying = form.get("do") != "update";
    let mut errors = form.errors(&input, &allowed, paying);
    if let Err(problem) = discount(app, session, &form) {
        errors.push(problem.key());
    }
    if !paying || !errors.is_empty() {
        return form_page(app, session, &form, &errors, language);
    }
    let request = PaymentRequest {
        provider: form.get("provider").to_owned(),
        quantity: form.quantity(&input),
        coupon: form.coupon(&input).to_owned(),
        customer: form.customer(),
    };
    let card = (request.provider == "CARD").then(|| form.card());
    let begun = begin(app, session.id, request);
    if begun.is_ok_and(|session| session.payment.is_some_and(|payment| is_free(&payment.net))) {
        // Nothing is left to approve.
        let _ = settle(app, session.id, PaymentResult::Succeeded);
    } else if let Some(number) = card
        && let Some(result) = card_result(&number)
    {
        let _ = settle(app, session.id, result);
    }
    redirect(app, session.id, language)
}

fn is_free(net: &Value) -> bool {
    Decimal::from_json(net).is_some_and(|net| !net.is_positive())
}

/// Result of a card by its last digits, as documented for tests. None means that the bank asks for
/// a confirmation.
fn card_result(number: &str) -> Option<PaymentResult> {
    match number.get(number.len().saturating_sub(4)..).unwrap_or_default() {
        "0002" => Some(PaymentResult::Failed("declined")),
        "9995" => Some(PaymentResult::Failed("insufficient_funds")),
        "0127" => Some(PaymentResult::Failed("wrong_cvc")),
        "3155" => None,
        _ => Some(PaymentResult::Succeeded),
    }
}
