//! Prepaid units of a meter: grants, what usage takes of them, and what is left.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use common::Client;
use serde_json::{Value, json};

/// A meter that counts the events with the code `sms`.
async fn meter(client: &Client) -> String {
    let meter = json!({"name": "Messages", "filter": {"code": "sms"}});
    let made = client.post("/meters", &meter).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let made = made.json();
    made.get("data").unwrap_or(&made)["meter_id"].as_str().unwrap().to_owned()
}

async fn grant(client: &Client, meter: &str, units: Value) -> Value {
    let body = json!({"customer_id": "awa", "meter_id": meter, "units": units});
    let granted = client.post("/usage-billing/credits", &body).await;
    assert_eq!(granted.status, 201, "{}", granted.text);
    granted.json()
}

fn usage(id: &str, quantity: Value) -> Value {
    json!({"code": "sms", "customer_id": "awa", "transaction_id": id, "quantity": quantity})
}

/// Units received, used and left.
async fn units(client: &Client, meter: &str) -> [Value; 3] {
    let path = format!("/meters/{meter}/balances/awa");
    let balance = client.get(&path).await;
    assert_eq!(balance.status, 200, "{}", balance.text);
    let balance = balance.json();
    ["credited_units", "consumed_units", "balance"].map(|name| balance[name].clone())
}

#[tokio::test]
async fn usage_takes_units_until_there_are_too_few() {
    let client = Client::new();
    let meter = meter(&client).await;
    assert_eq!(units(&client, &meter).await, [json!(0), json!(0), json!(0)]);
    let first = grant(&client, &meter, json!(10)).await;
    let second = grant(&client, &meter, json!(2.5)).await;
    assert_eq!(first["balance_id"], second["balance_id"]);
    assert_eq!(second["balance"], json!(12.5));

    let recorded = client.post("/usage-events", &usage("use-1", json!(4))).await;
    assert_eq!(recorded.status, 202, "{}", recorded.text);
    let event = recorded.json();
    assert_eq!(
        (&event["processing_status"], &event["meter_id"]),
        (&json!("processed"), &json!(meter))
    );
    assert_eq!(units(&client, &meter).await, [json!(12.5), json!(4), json!(8.5)]);

    // More than there is takes nothing: today's server bills it later, the newest API refuses it.
    let later = client.post("/usage-events", &usage("use-2", json!(9))).await.json();
    assert_eq!(later["processing_status"], "pending");
    let failed = client.post_as("e", "/usage/events", &usage("use-3", json!(9))).await.json();
    assert_eq!(
        (&failed["processing_status"], &failed["quantity_applied"]),
        (&json!("failed"), &json!(0))
    );
    assert_eq!(units(&client, &meter).await[2], json!(8.5));
}

#[tokio::test]
async fn a_repeat_takes_no_units() {
    let client = Client::new();
    let meter = meter(&client).await;
    grant(&client, &meter, json!(10)).await;
    let body = usage("use-1", json!(4));
    let call = || client.post("/usage-events", &body);
    let (first, second, third) = tokio::join!(call(), call(), call());
    for repeat in [second, third, call().await] {
        assert_eq!((repeat.status, &repeat.text), (202, &first.text));
    }
    assert_eq!(units(&client, &meter).await, [json!(10), json!(4), json!(6)]);
}

#[tokio::test]
async fn other_codes_and_inactive_meters_take_no_units() {
    let client = Client::new();
    let meter = meter(&client).await;
    grant(&client, &meter, json!(10)).await;
    let mut other = usage("use-1", json!(1));
    other["code"] = json!("mail");
    client.post("/usage-events", &other).await;
    let inactive = json!({"is_active": false});
    let changed = client.control(&format!("/objects/meters/{meter}"), &inactive).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    client.post("/usage-events", &usage("use-2", json!(1))).await;
    assert_eq!(units(&client, &meter).await[2], json!(10));
}

#[tokio::test]
async fn what_is_missing_is_named() {
    let client = Client::new();
    for (path, names) in [
        ("/usage-events", ["transaction_id", "code", "customer_id"]),
        ("/usage-billing/credits", ["customer_id", "meter_id", "units"]),
    ] {
        let refused = client.post(path, &json!({})).await;
        assert_eq!(refused.status, 400, "{}", refused.text);
        assert!(names.iter().all(|name| refused.text.contains(name)), "{}", refused.text);
    }
    let refused = client.post("/usage-events", &usage("use-1", json!(-1))).await;
    assert!(refused.status == 400 && refused.text.contains("quantity"), "{}", refused.text);
    assert_eq!(client.get("/meters/none/balances/awa").await.status, 404);
}
