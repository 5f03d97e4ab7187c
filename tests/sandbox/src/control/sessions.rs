//! Actions in place of the buyer and the provider.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::body::{done, read, refuse};
use crate::payments::actions::{
    PaymentError, PaymentRequest, PaymentResult, begin, expire, settle,
};
use crate::schema::error::ApiError;
use crate::schema::input::providers;
use crate::schema::session::session_value;
use crate::schema::transaction::transaction_value;
use crate::state::app::{App, SharedApp};
use crate::state::payment::PaymentState;
use crate::state::sessions::Session;

/// POST of an action on a session: pay, fail, pending or expire.
pub(super) async fn act(
    State(app): State<SharedApp>,
    Path((id, action)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let result = async {
        let body = read(&headers, body).await?;
        let unknown = || ApiError::no_session(&id);
        let uuid: Uuid = id.parse().map_err(|_| unknown())?;
        // The caller of a charge knows its transaction only.
        let uuid = match app.sessions() {
            sessions if sessions.get(uuid).is_some() => uuid,
            sessions => sessions.by_transaction(uuid).map_or(uuid, |session| session.id),
        };
        perform(&app, uuid, &action, &body).map_err(|error| match error {
            ActionError::UnknownAction => ApiError::not_found(format!(
                "There is no action {action}: use pay, fail, pending or expire"
            )),
            ActionError::Payment(PaymentError::Unknown) => unknown(),
            ActionError::Payment(PaymentError::NotOpen(status)) => {
                ApiError::conflict(format!("Checkout session {id} is {status:?}").to_lowercase())
            }
            ActionError::Payment(PaymentError::Coupon(problem)) => problem.error(),
            ActionError::Payment(PaymentError::NothingPending) => {
                ApiError::conflict(format!("Checkout session {id} has no pending payment"))
            }
        })
    };
    match result.await {
        Ok(session) => {
            let body = json!({
                "session": session_value(&app, &session),
                "transaction": session.payment.is_some().then(|| transaction_value(&app, &session)),
            });
            done(&headers, &body)
        }
        Err(error) => refuse(error),
    }
}

enum ActionError {
    UnknownAction,
    Payment(PaymentError),
}

impl From<PaymentError> for ActionError {
    fn from(error: PaymentError) -> Self {
        Self::Payment(error)
    }
}

fn perform(
    app: &App,
    id: Uuid,
    action: &str,
    body: &Map<String, Value>,
) -> Result<Session, ActionError> {
    let begin_unless_pending = |always: bool| -> Result<Option<Session>, PaymentError> {
        let session = app.sessions().get(id).cloned().ok_or(PaymentError::Unknown)?;
        let pending = session.payment.as_ref().is_some_and(|p| p.state == PaymentState::Pending);
        if pending && !always {
            return Ok(None);
        }
        let provider = body.get("provider").and_then(Value::as_str).map(str::to_ascii_uppercase);
        let first = providers(&session.input()).first().copied().unwrap_or("WAVE");
        let provider = provider.unwrap_or_else(|| first.to_owned());
        let coupon = body.get("coupon").and_then(Value::as_str).unwrap_or_default().to_owned();
        begin(app, id, PaymentRequest { provider, coupon, ..PaymentRequest::default() }).map(Some)
    };
    match action {
        "pay" => {
            begin_unless_pending(false)?;
            Ok(settle(app, id, PaymentResult::Succeeded)?)
        }
        "fail" => {
            begin_unless_pending(false)?;
            Ok(settle(app, id, PaymentResult::Failed("refused"))?)
        }
        "pending" => begin_unless_pending(true)?.ok_or(ActionError::Payment(PaymentError::Unknown)),
        "expire" => Ok(expire(app, id)?),
        _ => Err(ActionError::UnknownAction),
    }
}

/// POST of an unpaid invoice: sets whether a customer has one.
pub(super) async fn block_customer(
    State(app): State<SharedApp>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    match read(&headers, body).await {
        Ok(body) => match body.get("customer_id").and_then(Value::as_str) {
            Some(id) => {
                let blocked = body.get("blocked").and_then(Value::as_bool).unwrap_or(true);
                app.block(id, blocked);
                done(&headers, &json!({"customer_id": id, "blocked": blocked}))
            }
            None => refuse(ApiError::bad_request("customer_id is required")),
        },
        Err(error) => refuse(error),
    }
}
