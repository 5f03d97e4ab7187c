//! The hosted checkout page.

use std::collections::HashMap;

use axum::extract::{Form as FormBody, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use minijinja::{Value, context};
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::form::{Form, Need};
use super::{Language, QueryMap, page};
use crate::payments::{
    Attempt, Order, Outcome, State as AttemptState, currency, providers, totals,
};
use crate::state::app::{App, Shared};
use crate::state::clock::MINUTE;
use crate::state::money::printed;
use crate::state::sessions::{Session, Status};

/// GET of the page.
pub(super) async fn show(
    State(app): State<Shared>,
    Path(id): Path<String>,
    Query(query): QueryMap,
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
    app.store().get(id).cloned()
}

fn unknown(language: Language) -> Response {
    let context = context! { t => language.texts(), kind => "unknown", sign => "off" };
    page(StatusCode::NOT_FOUND, "message.html", context)
}

/// GET of a button's address, as after a reload: the page itself.
pub(super) async fn back(
    Path((id, _)): Path<(String, String)>,
    Query(query): QueryMap,
    headers: HeaderMap,
) -> Response {
    let language = Language::of(&query, &headers);
    match id.parse::<Uuid>() {
        Ok(id) => Redirect::to(&format!("/checkout/{id}?lang={}", language.code())).into_response(),
        Err(_) => unknown(language),
    }
}

/// POST of one of its buttons.
pub(super) async fn act(
    State(app): State<Shared>,
    Path((id, action)): Path<(String, String)>,
    Query(query): QueryMap,
    headers: HeaderMap,
    FormBody(fields): FormBody<HashMap<String, String>>,
) -> Response {
    let chosen = if fields.contains_key("lang") { &fields } else { &query };
    let language = Language::of(chosen, &headers);
    let Some(session) = find(&app, &id) else {
        return unknown(language);
    };
    let id = session.id;
    // What another window has done meanwhile is not an error: the page shows how things stand.
    match action.as_str() {
        "pay" => return pay(&app, &session, Form { fields }, language),
        "approve" => {
            let _ = app.settle(id, Outcome::Succeeded);
        }
        "refuse" => {
            let reason = match session.attempt.as_deref() {
                Some(attempt) if attempt.provider == "CARD" => "declined",
                _ => "refused",
            };
            let _ = app.settle(id, Outcome::Failed(reason));
        }
        "leave" => {
            let address = format!("/checkout/{id}?left=1&lang={}", language.code());
            return Redirect::to(&address).into_response();
        }
        "cancel" => return cancelled(&session, language),
        _ => return unknown(language),
    }
    onwards(&app, id, language)
}

/// To the shop when the session is paid, else to the page again.
fn onwards(app: &App, id: Uuid, language: Language) -> Response {
    let session = app.store().get(id).cloned();
    let Some(session) = session else {
        return unknown(language);
    };
    let paid = session.status == Status::Completed;
    let target = return_url(&session, "success_url").filter(|_| paid);
    let target = target.unwrap_or_else(|| format!("/checkout/{id}?lang={}", language.code()));
    Redirect::to(&target).into_response()
}

fn cancelled(session: &Session, language: Language) -> Response {
    if let Some(target) = return_url(session, "cancel_url") {
        return Redirect::to(&target).into_response();
    }
    let context = context! {
        t => language.texts(),
        kind => "cancelled",
        sign => "off",
        id => session.id.to_string(),
        again => "back_to_pay",
    };
    page(StatusCode::OK, "message.html", context)
}

fn pay(app: &App, session: &Session, form: Form, language: Language) -> Response {
    if session.status_at(app.clock.now()) != Status::Open {
        return state_page(app, session, language, false);
    }
    let input = session.input();
    let allowed = providers(&input);
    let paying = form.get("do") != "update";
    let errors = form.errors(&input, &allowed, paying);
    if !paying || !errors.is_empty() {
        return form_page(app, session, &form, &errors, language);
    }
    let order = Order {
        provider: form.get("provider").to_owned(),
        quantity: form.quantity(&input),
        percent_off: form.percent_off(&input).unwrap_or_default(),
        customer: form.customer(),
    };
    let card = (order.provider == "CARD").then(|| form.card());
    let _ = app.begin_payment(session.id, order);
    if let Some(number) = card
        && let Some(outcome) = card_outcome(&number)
    {
        let _ = app.settle(session.id, outcome);
    }
    onwards(app, session.id, language)
}

/// What a card does, by the endings that are documented for tests. None asks the bank first.
fn card_outcome(number: &str) -> Option<Outcome> {
    match number.get(number.len().saturating_sub(4)..).unwrap_or_default() {
        "0002" => Some(Outcome::Failed("declined")),
        "9995" => Some(Outcome::Failed("insufficient_funds")),
        "0127" => Some(Outcome::Failed("wrong_cvc")),
        "3155" => None,
        _ => Some(Outcome::Succeeded),
    }
}

/// The page for how the session stands.
fn state_page(app: &App, session: &Session, language: Language, left: bool) -> Response {
    let input = session.input();
    let attempt = session.attempt.as_deref();
    let pending = attempt.filter(|a| a.state == AttemptState::Pending);
    match (session.status_at(app.clock.now()), pending) {
        (Status::Completed, _) => paid_page(session, &input, attempt, language),
        (Status::Expired, _) => message(session, "expired", "off", "cancel_url", language),
        (Status::Open, Some(_)) if left => {
            let context = context! {
                again => "resume",
                ..message_context(session, "left", "wait", "cancel_url", language)
            };
            page(StatusCode::OK, "message.html", context)
        }
        (Status::Open, Some(attempt)) => prompt_page(session, &input, attempt, language),
        (Status::Open, None) => {
            let first = providers(&input).first().copied().unwrap_or_default();
            let chosen = attempt.map_or(first, |a| a.provider.as_str());
            let form = Form::prefilled(&input, chosen);
            form_page(app, session, &form, &[], language)
        }
    }
}

fn message_context(
    session: &Session,
    kind: &str,
    sign: &str,
    back: &str,
    language: Language,
) -> Value {
    context! {
        t => language.texts(),
        kind,
        sign,
        id => session.id.to_string(),
        shop => return_url(session, back),
    }
}

fn message(session: &Session, kind: &str, sign: &str, back: &str, language: Language) -> Response {
    page(StatusCode::OK, "message.html", message_context(session, kind, sign, back, language))
}

fn paid_page(
    session: &Session,
    input: &Map<String, Json>,
    attempt: Option<&Attempt>,
    language: Language,
) -> Response {
    let receipt = attempt.map(|a| {
        context! { provider => a.provider.as_str(), reference => a.transaction_id.to_string() }
    });
    let context = context! {
        receipt,
        title => text(input, "title"),
        amount => attempt.and_then(|a| shown(&a.net, input, language)),
        ..message_context(session, "paid", "ok", "success_url", language)
    };
    page(StatusCode::OK, "message.html", context)
}

fn prompt_page(
    session: &Session,
    input: &Map<String, Json>,
    attempt: &Attempt,
    language: Language,
) -> Response {
    let context = context! {
        t => language.texts(),
        id => session.id.to_string(),
        title => text(input, "title"),
        provider => attempt.provider.as_str(),
        phone => text(input, "customer_phone"),
        amount => shown(&attempt.net, input, language),
        // Somebody may answer in the console meanwhile.
        refresh => 5,
    };
    page(StatusCode::OK, "prompt.html", context)
}

fn form_page(
    app: &App,
    session: &Session,
    form: &Form,
    errors: &[&'static str],
    language: Language,
) -> Response {
    let input = session.input();
    let flag = |name: &str| input.get(name).and_then(Json::as_bool).unwrap_or(false);
    let quantity = form.quantity(&input).unwrap_or(1);
    let [_, discount, net] = totals(&input, quantity, form.percent_off(&input).unwrap_or_default());
    let need = Need::of(&input);
    let failed = session.attempt.as_deref().filter(|a| a.state == AttemptState::Failed);
    let left = session.expires_at.saturating_sub(app.clock.now()).max(0);
    let context = context! {
        t => language.texts(),
        id => session.id.to_string(),
        title => text(&input, "title"),
        description => text(&input, "description").or_else(|| text(&input, "public_description")),
        amount => shown(&net, &input, language),
        discount => (discount != 0).then(|| shown(&discount, &input, language)),
        minutes_left => left / MINUTE + i64::from(left % MINUTE > 0),
        providers => providers(&input),
        need => context! { name => need.name, email => need.email, address => need.address },
        form => Value::from_pairs(form.fields.iter().map(|(k, v)| (k.as_str(), v.as_str()))),
        allow_quantity => flag("allow_quantity"),
        allow_coupon => flag("allow_coupon_code"),
        errors => errors.to_vec(),
        // After a mistake in the form, the mistake is the news.
        failed => failed.filter(|_| errors.is_empty()).and_then(|a| a.reason.as_deref()),
    };
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    page(status, "checkout.html", context)
}

fn text<'a>(input: &'a Map<String, Json>, name: &str) -> Option<&'a str> {
    input.get(name).and_then(Json::as_str)
}

fn shown(amount: &Json, input: &Map<String, Json>, language: Language) -> Option<String> {
    let french = language == Language::French;
    (!amount.is_null()).then(|| printed(amount, currency(input), french))
}

/// The shop's address, with the session's id in both spellings of the placeholder.
fn return_url(session: &Session, name: &str) -> Option<String> {
    let input = session.input();
    let id = session.id.to_string();
    let url = text(&input, name)?;
    Some(url.replace("{{CHECKOUT_SESSION_ID}}", &id).replace("{CHECKOUT_SESSION_ID}", &id))
}
