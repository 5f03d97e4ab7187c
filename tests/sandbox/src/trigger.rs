//! `lomi-sandbox trigger`: one signed event, sent once.

use clap::Args;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::clock::{Clock, iso};
use crate::webhooks::{sample, send};

/// What to send, and where.
#[derive(Args, Debug)]
pub(crate) struct Trigger {
    /// Name of the event, such as PAYMENT_SUCCEEDED or checkout.session.completed
    event: String,
    /// Loopback address to send it to
    #[arg(long, value_name = "URL")]
    to: String,
    /// Secret that signs it [default: $LOMI_WEBHOOK_SECRET]
    #[arg(long, value_name = "SECRET")]
    secret: Option<String>,
    /// JSON object whose fields replace those of the sample's data
    #[arg(long, value_name = "JSON")]
    data: Option<String>,
}

/// Sends the event and says what came back.
///
/// # Errors
/// When there is no secret, the data is no JSON object, or the answer is not a 2xx.
pub(crate) fn run(trigger: &Trigger) -> Result<(), Box<dyn std::error::Error>> {
    let secret = trigger.secret.clone().or_else(|| std::env::var("LOMI_WEBHOOK_SECRET").ok());
    let secret = secret.filter(|s| !s.is_empty());
    let secret = secret.ok_or("give --secret, or set LOMI_WEBHOOK_SECRET")?;
    let now = Clock::default().now();
    let mut data = sample_data(&trigger.event, &iso(now));
    if let Some(text) = &trigger.data {
        let own: Value = serde_json::from_str(text)?;
        let (Value::Object(data), Value::Object(own)) = (&mut data, own) else {
            return Err("--data must be a JSON object".into());
        };
        data.extend(own);
    }
    let (body, signature) = sample(&trigger.event, &data, &secret, now);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let sent = runtime.block_on(send(&trigger.to, &trigger.event, &signature, body));
    match sent.status {
        Some(status @ 200..=299) => {
            println!("{} delivered: {status} in {} ms", trigger.event, sent.milliseconds);
            Ok(())
        }
        Some(status) => Err(format!("{} answered {status}: {}", trigger.to, sent.body).into()),
        None => Err(format!("{}: {}", trigger.to, sent.body).into()),
    }
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
