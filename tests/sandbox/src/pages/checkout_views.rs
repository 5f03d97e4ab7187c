//! Views of the hosted checkout page.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use minijinja::{Value, context};
use serde_json::{Map, Value as Json};

use super::form::{Form, RequiredDetails};
use super::language::Language;
use super::template::page;
use crate::payments::coupons::{CouponProblem, Discount, Purchase, discount_of};
use crate::payments::money::format_amount;
use crate::payments::totals::totals;
use crate::schema::input::{currency, providers};
use crate::state::app::App;
use crate::state::payment::{Payment, PaymentState};
use crate::state::sessions::{Session, Status};
use crate::state::time::MINUTE;

/// 404: there is no such session.
pub(super) fn unknown(language: Language) -> Response {
    let context = context! { t => language.texts(), kind => "unknown", sign => "off" };
    page(StatusCode::NOT_FOUND, "message.html", context)
}

/// 404: the link or request is paid, has ended, or is not active.
pub(super) fn link_over(language: Language) -> Response {
    let context = context! { t => language.texts(), kind => "link_over", sign => "off" };
    page(StatusCode::NOT_FOUND, "message.html", context)
}

/// After a cancel: back to the shop, or a page that says so.
pub(super) fn cancelled(session: &Session, language: Language) -> Response {
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

/// The page for the state of the session.
pub(super) fn state_page(app: &App, session: &Session, language: Language, left: bool) -> Response {
    let input = session.input();
    let payment = session.payment.as_deref();
    let pending = payment.filter(|p| p.state == PaymentState::Pending);
    match (session.status_at(app.clock.now()), pending) {
        (Status::Completed, _) => paid_page(session, &input, payment, language),
        (Status::Expired, _) => message(session, "expired", "off", "cancel_url", language),
        (Status::Open, Some(_)) if left => {
            let context = context! {
                again => "resume",
                ..message_context(session, "left", "wait", "cancel_url", language)
            };
            page(StatusCode::OK, "message.html", context)
        }
        (Status::Open, Some(payment)) => prompt_page(session, &input, payment, language),
        (Status::Open, None) => {
            let first = providers(&input).first().copied().unwrap_or_default();
            let chosen = payment.map_or(first, |p| p.provider.as_str());
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
    payment: Option<&Payment>,
    language: Language,
) -> Response {
    let receipt = payment.map(|p| {
        context! { provider => p.provider.as_str(), reference => p.transaction_id.to_string() }
    });
    let context = context! {
        receipt,
        title => text(input, "title"),
        amount => payment.and_then(|p| shown_amount(&p.net, input, language)),
        ..message_context(session, "paid", "ok", "success_url", language)
    };
    page(StatusCode::OK, "message.html", context)
}

fn prompt_page(
    session: &Session,
    input: &Map<String, Json>,
    payment: &Payment,
    language: Language,
) -> Response {
    let context = context! {
        t => language.texts(),
        id => session.id.to_string(),
        title => text(input, "title"),
        provider => payment.provider.as_str(),
        phone => text(input, "customer_phone"),
        amount => shown_amount(&payment.net, input, language),
        // The payment may be approved or refused in the console.
        refresh => 5,
    };
    page(StatusCode::OK, "prompt.html", context)
}

/// The discount of the coupon in the form.
pub(super) fn discount(
    app: &App,
    session: &Session,
    form: &Form,
) -> Result<Option<Discount>, CouponProblem> {
    let input = form.with_customer(&session.input());
    let purchase = Purchase {
        environment: session.environment,
        input: &input,
        quantity: form.quantity(&input).unwrap_or(1),
        now: app.clock.now(),
    };
    discount_of(&app.objects(), &purchase, form.coupon(&input))
}

/// The form, with its errors.
pub(super) fn form_page(
    app: &App,
    session: &Session,
    form: &Form,
    errors: &[&'static str],
    language: Language,
) -> Response {
    let input = session.input();
    let flag = |name: &str| input.get(name).and_then(Json::as_bool).unwrap_or(false);
    let quantity = form.quantity(&input).unwrap_or(1);
    let off = discount(app, session, form).unwrap_or_default();
    let [_, discount, net] = totals(&input, quantity, off.as_ref());
    let required = RequiredDetails::of(&input);
    let failed = session.payment.as_deref().filter(|p| p.state == PaymentState::Failed);
    let left = session.expires_at.saturating_sub(app.clock.now()).max(0);
    let context = context! {
        t => language.texts(),
        id => session.id.to_string(),
        title => text(&input, "title"),
        description => text(&input, "description").or_else(|| text(&input, "public_description")),
        amount => shown_amount(&net, &input, language),
        discount => (discount != 0).then(|| shown_amount(&discount, &input, language)),
        minutes_left => left / MINUTE + i64::from(left % MINUTE > 0),
        providers => providers(&input),
        need => context! { name => required.name, email => required.email, address => required.address },
        form => Value::from_pairs(form.fields.iter().map(|(k, v)| (k.as_str(), v.as_str()))),
        allow_quantity => flag("allow_quantity"),
        allow_coupon => flag("allow_coupon_code"),
        errors => errors.to_vec(),
        // Errors of the form replace the message about a failed payment.
        failed => failed.filter(|_| errors.is_empty()).and_then(|p| p.reason.as_deref()),
    };
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    page(status, "checkout.html", context)
}

fn text<'a>(input: &'a Map<String, Json>, name: &str) -> Option<&'a str> {
    input.get(name).and_then(Json::as_str)
}

fn shown_amount(amount: &Json, input: &Map<String, Json>, language: Language) -> Option<String> {
    let french = language == Language::French;
    (!amount.is_null()).then(|| format_amount(amount, currency(input), french))
}

/// The shop's address, with the session's id in place of either form of the placeholder.
pub(super) fn return_url(session: &Session, name: &str) -> Option<String> {
    let input = session.input();
    let id = session.id.to_string();
    let url = text(&input, name)?;
    Some(url.replace("{{CHECKOUT_SESSION_ID}}", &id).replace("{CHECKOUT_SESSION_ID}", &id))
}
