//! A shop's server with lomi. in Rust. The browser tests run it.
//!
//! - `lomi-e2e create SHOP-URL` creates a session; prints its id and its page
//! - `lomi-e2e get ID` prints its status
//! - `lomi-e2e payouts -` pays out once for each line of standard input, confirming at once
//! - `lomi-e2e verify SIGNATURE` reads a delivery from standard input; prints its event

use std::io::Read;

use lomi::models::{CheckoutSessionCreate, EventData, Payout, PayoutCreate};
use lomi::{CallOptions, Client, Created, ErrorKind, Value, json, webhook};

type Output = Result<Value, Box<dyn std::error::Error>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next().unwrap_or_default();
    let argument = arguments.next().ok_or("usage: lomi-e2e create|get|verify ARGUMENT")?;
    if command == "payouts" {
        return payouts().await;
    }
    let output = match command.as_str() {
        "create" => create(&argument).await?,
        "get" => get(&argument).await?,
        _ => verify(&argument)?,
    };
    println!("{output}");
    Ok(())
}

async fn create(shop: &str) -> Output {
    let client = Client::builder().build()?;
    let cart = CheckoutSessionCreate::new()
        .amount(10000)
        .currency_code("XOF")
        .title("Panier du jour")
        .customer_name("Awa Diop")
        .customer_phone("+221771234567")
        .success_url(format!("{shop}/success?session={{CHECKOUT_SESSION_ID}}"))
        .cancel_url(format!("{shop}/cancel?session={{CHECKOUT_SESSION_ID}}"));
    let session = client.checkout_sessions().create(cart).await?.into_session()?;
    Ok(json!({"id": session.checkout_session_id, "page": session.checkout_url}))
}

async fn get(id: &str) -> Output {
    let client = Client::builder().build()?;
    let session = client.checkout_sessions().get(id).await?;
    Ok(json!({"status": session.status.map(|s| s.as_str().to_owned())}))
}

/// A line is `{"amount": ..., "key": ...}`; what comes of it is printed as one line.
async fn payouts() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::builder().max_retries(4).build()?;
    for line in std::io::stdin().lines() {
        let order: Value = line?.parse()?;
        println!(
            "{}",
            match pay_out(&client, &order).await {
                Ok(payout) => json!({"id": payout.payout_id}),
                Err(error) => json!({
                    "error": error.kind().class_name(), "outcome": error.outcome().as_str(),
                }),
            }
        );
    }
    Ok(())
}

async fn pay_out(client: &Client, order: &Value) -> Result<Payout, lomi::Error> {
    let payout = PayoutCreate::new()
        .amount(order.get("amount").and_then(Value::as_i64).unwrap_or_default())
        .currency_code("XOF")
        .destination("beneficiary")
        .rail("wave");
    let key = order.get("key").and_then(Value::as_str).unwrap_or_default();
    let options = CallOptions::new().idempotency_key(key);
    match client.payouts().create_with(payout, options).await? {
        Created::ConfirmationRequired(first) => client.confirm(*first).await,
        created => created.into_inner(),
    }
}

fn verify(signature: &str) -> Output {
    let mut body = Vec::new();
    std::io::stdin().read_to_end(&mut body)?;
    let secret = std::env::var("LOMI_WEBHOOK_SECRET")?;
    match webhook::construct_event(&body, signature, &[&secret], Default::default()) {
        Ok(event) => {
            let session = match event.data {
                Some(EventData::Transaction(payment)) => payment.checkout_session_id,
                Some(EventData::CheckoutSession(session)) => session.checkout_session_id,
                _ => None,
            };
            Ok(json!({"event": event.event.map(|e| e.as_str().to_owned()), "session": session}))
        }
        Err(error) if error.kind() == ErrorKind::SignatureVerification => {
            Ok(json!({"refused": error.kind().class_name()}))
        }
        Err(error) => Err(error.into()),
    }
}
