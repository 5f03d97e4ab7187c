//! `lomi-sandbox trigger`: one signed event, sent once.

use clap::Args;
use serde_json::Value;

use crate::state::time::{iso, system_now};
use crate::webhooks::samples::{current_name, sample_data, with_fields};
use crate::webhooks::send::send;
use crate::webhooks::signing::sample;

/// Arguments of `trigger`.
#[derive(Args, Debug)]
pub(crate) struct Trigger {
    /// Name of the event, such as PAYMENT_SUCCEEDED (also payment.succeeded), PAYOUT_FAILED,
    /// test.webhook or checkout.session.completed
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
        let Value::Object(fields) = serde_json::from_str(text)? else {
            return Err("--data must be a JSON object".into());
        };
        with_fields(&mut data, fields);
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
