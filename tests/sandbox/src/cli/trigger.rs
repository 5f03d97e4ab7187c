//! `lomi-sandbox trigger`: one signed event, sent once.

use clap::Args;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::state::time::{iso, system_now};
use crate::webhooks::send::send;
use crate::webhooks::signing::sample;

/// Names of the events of today's server.
const EVENTS: &[&str] = &[
    "PAYMENT_CREATED",
    "PAYMENT_SUCCEEDED",
    "PAYMENT_FAILED",
    "REFUND_CREATED",
    "REFUND_COMPLETED",
    "REFUND_FAILED",
    "SUBSCRIPTION_CREATED",
    "SUBSCRIPTION_UPDATED",
    "SUBSCRIPTION_RENEWED",
    "SUBSCRIPTION_CANCELLED",
    "USAGE_RECORDED",
    "USAGE_INVOICE_CREATED",
    "USAGE_INVOICE_PAID",
    "USAGE_INVOICE_OVERDUE",
    "SUBSCRIPTION_USAGE_PERIOD_CLOSED",
];

/// Arguments of `trigger`.
#[derive(Args, Debug)]
pub(crate) struct Trigger {
    /// Name of the event, such as PAYMENT_SUCCEEDED (also payment.succeeded) or
    /// checkout.session.completed
    event: String,
    /// Address of this machine to send it to
    #[arg(long, value_name = "URL")]
    to: String,
    /// Secret to sign it with [default: $LOMI_WEBHOOK_SECRET]
    #[arg(long, value_name = "SECRET")]
    secret: Option<String>,
    /// JSON object whose fields replace those of the sample's data
    #[arg(long, value_name = "JSON")]
    data: Option<String>,
}

/// Sends the event and prints the result.
///
/// # Errors
/// When there is no secret, the data is not a JSON object, or the response is not a 2xx.
pub(crate) fn run(trigger: &Trigger) -> Result<(), Box<dyn std::error::Error>> {
    let secret = trigger.secret.clone().or_else(|| std::env::var("LOMI_WEBHOOK_SECRET").ok());
    let secret = secret.filter(|s| !s.is_empty());
    let secret = secret.ok_or("there is no secret: use --secret, or set LOMI_WEBHOOK_SECRET")?;
    let now = system_now();
    let event = current_name(&trigger.event);
    let mut data = sample_data(&event, &iso(now));
    if let Some(text) = &trigger.data {
        let fields: Value = serde_json::from_str(text)?;
        let (Value::Object(data), Value::Object(fields)) = (&mut data, fields) else {
            return Err("--data must be a JSON object".into());
        };
        data.extend(fields);
    }
    let (body, signature) = sample(&event, &data, &secret, now);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let sent = runtime.block_on(send(&trigger.to, &event, &signature, body, false));
    match sent.status {
        Some(status @ 200..=299) => {
            println!("{event} delivered: {status} in {} ms", sent.milliseconds);
            Ok(())
        }
        Some(status) => {
            Err(format!("{} responded with {status}: {}", trigger.to, sent.body).into())
        }
        None => Err(format!("{}: {}", trigger.to, sent.body).into()),
    }
}

/// The name on today's server: `PAYMENT_SUCCEEDED` for `payment.succeeded` of the documents. Other
/// names are unchanged.
fn current_name(event: &str) -> String {
    let name = event.trim().replace(['.', '-'], "_").to_ascii_uppercase();
    let name = name.replace("CANCELED", "CANCELLED");
    if EVENTS.contains(&name.as_str()) { name } else { event.trim().to_owned() }
}

fn sample_data(event: &str, now: &str) -> Value {
    let session_id = Uuid::new_v4();
    if event.starts_with("checkout.session.") {
        let status = if event.ends_with("completed") { "completed" } else { "expired" };
        return json!({
            "checkout_session_id": session_id,
            "status": status,
            "amount": 10000,
            "currency_code": "XOF",
            "metadata": {},
            "environment": "test",
            "created_at": now,
            "updated_at": now,
        });
    }
    let status = match event {
        "PAYMENT_SUCCEEDED" => "completed",
        "PAYMENT_FAILED" => "failed",
        _ => "pending",
    };
    json!({
        "transaction_id": Uuid::new_v4(),
        "checkout_session_id": session_id,
        "transaction_type": "payment",
        "status": status,
        "gross_amount": 10000,
        "discount_amount": 0,
        "fee_amount": 0,
        "net_amount": 10000,
        "currency_code": "XOF",
        "provider_code": "WAVE",
        "payment_method_code": "MOBILE_MONEY",
        "metadata": {},
        "environment": "test",
        "created_at": now,
        "updated_at": now,
    })
}
