//! The balance of the account, on today's server.

use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use super::query::Params;
use crate::middleware::caller::Caller;
use crate::payments::ledger::balances;
use crate::payments::money::Decimal;
use crate::schema::error::ApiError;
use crate::schema::responses::json_response;
use crate::state::app::SharedApp;
use crate::state::time::iso;

/// GET of the balance in each currency, or in one.
pub(super) async fn list(
    State(app): State<SharedApp>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Response {
    let params = match Params::parse(query.as_deref().unwrap_or_default()) {
        Ok(params) => params,
        Err(error) => return caller.refuse(error),
    };
    let wanted = params.get("currency");
    let now = iso(app.clock.now());
    let rows: Vec<Value> = balances(&app, caller.environment)
        .into_iter()
        .filter(|(currency, _)| wanted.is_none_or(|w| w == currency))
        .map(|(currency, balance)| {
            json!({
                "currency_code": currency,
                "balance": Value::from(balance),
                "last_updated": now,
            })
        })
        .collect();
    answer(&caller, rows)
}

/// GET of what can be paid out. The sandbox has no amounts that wait and no exchange rates.
pub(super) async fn breakdown(State(app): State<SharedApp>, caller: Caller) -> Response {
    let rows = balances(&app, caller.environment)
        .into_iter()
        .map(|(currency, balance)| {
            json!({
                "currency_code": currency,
                "available_balance": Value::from(balance),
                "pending_balance": 0,
                "unavailable_balance": 0,
                "total_balance": Value::from(balance),
                "target_currency": currency,
                "converted_available_balance": Value::from(balance),
                "converted_pending_balance": 0,
                "converted_unavailable_balance": 0,
                "converted_total_balance": Value::from(balance),
            })
        })
        .collect();
    answer(&caller, rows)
}

/// GET of what can be paid out in one currency: a number, as on the server.
pub(super) async fn check(
    State(app): State<SharedApp>,
    caller: Caller,
    Path(currency): Path<String>,
) -> Response {
    let balance = balances(&app, caller.environment).remove(&currency);
    json_response(StatusCode::OK, &Value::from(balance.unwrap_or(Decimal::ZERO)))
}

fn answer(caller: &Caller, rows: Vec<Value>) -> Response {
    if rows.is_empty() {
        // There is no account before the first payment.
        return caller.refuse(ApiError::not_found("No account was found"));
    }
    json_response(StatusCode::OK, &rows)
}
