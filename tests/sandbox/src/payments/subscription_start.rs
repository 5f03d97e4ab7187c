//! Subscriptions that begin with the payment of a checkout session.

use serde_json::{Map, Value};
use uuid::Uuid;

use super::ledger::word;
use super::periods::Interval;
use super::plans::start;
use super::subscription_changes::SUBSCRIPTIONS;
use crate::schema::transaction::provider_code;
use crate::state::app::App;
use crate::state::objects::Object;
use crate::state::sessions::Session;

/// The subscription that begins when a session for a recurring price is paid; the session is
/// marked with its id. None for any other session.
pub(super) fn subscribe(app: &App, session: &mut Session) -> Option<Object> {
    let mut input = session.input();
    let payment = session.payment.as_deref()?;
    if input.contains_key("subscription_id") || input.contains_key("line_items") {
        return None;
    }
    let mut objects = app.objects();
    let price = objects.of(session.environment, "prices", word(&input, "price_id"))?.fields();
    Interval::of_word(word(&price, "billing_interval"))?;
    let product_id = match word(&input, "product_id") {
        "" => word(&price, "product_id"),
        id => id,
    };
    let product = objects.of(session.environment, "products", product_id).map(Object::fields);
    let product = product.unwrap_or_default();
    if word(&product, "product_type") == "one_time" {
        return None;
    }
    let mut fields = Map::new();
    for name in ["customer_id", "customer_name", "customer_email", "price_id", "metadata"] {
        if let Some(value) = input.get(name) {
            fields.insert(name.to_owned(), value.clone());
        }
    }
    for (name, value) in [
        ("status", Value::from("active")),
        ("product_id", product_id.into()),
        ("plan_amount", payment.gross.clone()),
        ("amount", payment.gross.clone()),
        // Not a field of subscriptions; the transactions of renewals need it.
        ("provider_code", provider_code(payment).into()),
    ] {
        fields.insert(name.to_owned(), value);
    }
    for name in ["product_name", "plan_name"] {
        if let Some(value) = product.get("name") {
            fields.insert(name.to_owned(), value.clone());
        }
    }
    start(app, &objects, &mut fields);
    let id = Uuid::new_v4().to_string();
    let now = app.clock.now();
    let subscription = Object::new(SUBSCRIPTIONS, id.clone(), session.environment, now, &fields);
    objects.insert(subscription.clone());
    drop(objects);
    input.insert("subscription_id".to_owned(), id.into());
    session.set_input(&input);
    Some(subscription)
}
