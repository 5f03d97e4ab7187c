//! Actions that move money, or are about money that may move.

use serde_json::{Map, Value};

use crate::middleware::caller::Caller;
use crate::payments::card_charges::{Asker, act_on_card};
use crate::payments::charges::{Charge, create_charge};
use crate::payments::disputes::{DISPUTES, UNDER_REVIEW, change_dispute};
use crate::payments::settlements::create_instant_settlement;
use crate::payments::transfers::reverse_transfer;
use crate::schema::action::Action;
use crate::schema::error::ApiError;
use crate::state::app::App;
use crate::state::objects::Object;

/// What an action that moves money has made; None for every other action.
pub(super) fn moved(
    app: &App,
    action: &Action,
    caller: &Caller,
    ids: &[String],
    scenario: Option<&'static str>,
    fields: &Map<String, Value>,
) -> Option<Result<Object, ApiError>> {
    let environment = caller.environment;
    let id = ids.first().map(String::as_str).unwrap_or_default();
    let provider = match action.id {
        "create_wave_charge" => Some("WAVE"),
        "create_mtn_charge" => Some("MTN"),
        _ => None,
    };
    if let Some(provider) = provider {
        let charge = Charge { provider, environment, generation: caller.generation, scenario };
        return Some(create_charge(app, charge, fields));
    }
    match action.id {
        "create_card_charge"
        | "capture_card_charge"
        | "increment_card_charge"
        | "cancel_card_charge" => {
            let asker = Asker { environment, generation: caller.generation, scenario };
            Some(act_on_card(app, action, asker, id, fields))
        }
        "reverse_transfer" => Some(reverse_transfer(app, environment, id, fields.clone())),
        "create_instant_settlement" => {
            Some(create_instant_settlement(app, environment, fields.clone()))
        }
        "submit_dispute_evidence" => {
            let unknown = || ApiError::not_found(format!("Dispute with ID {id} not found"));
            if app.objects().of(environment, DISPUTES, id).is_none() {
                return Some(Err(unknown()));
            }
            let mut changes = Map::new();
            changes.insert("evidence".to_owned(), Value::Object(fields.clone()));
            changes.insert("status".to_owned(), UNDER_REVIEW.into());
            let changed = change_dispute(app, id, changes);
            Some(changed.and_then(|dispute| dispute.ok_or_else(unknown)))
        }
        _ => None,
    }
}
