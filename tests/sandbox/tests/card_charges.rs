//! Card charges: what a hold blocks, and what a capture takes of it.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use common::money::keyed;
use common::{Client, send};
use reqwest::Method;
use serde_json::{Value, json};

/// A hold of 1000 XOF.
async fn hold(client: &Client) -> Value {
    let body = json!({"amount": 1_000, "currency": "XOF", "hold": true});
    let made = keyed(client, "/charge/card", "hold", &body).await;
    assert_eq!(made.status, 201, "{}", made.text);
    made.json()
}

fn path(charge: &Value) -> String {
    format!("/charge/card/{}", charge["id"].as_str().unwrap())
}

/// Amount, what can be captured, and status of a charge.
async fn figures(client: &Client, charge: &Value) -> [Value; 3] {
    let shown = client.get_as("e", &path(charge)).await.json();
    ["amount", "amount_capturable", "status"].map(|name| shown[name].clone())
}

#[tokio::test]
async fn a_hold_is_captured_once() {
    let client = Client::new();
    let charge = hold(&client).await;
    assert_eq!(charge["status"], "requires_capture");
    assert_eq!((&charge["hold"], &charge["can_increment"]), (&json!(true), &json!(true)));
    assert_eq!(figures(&client, &charge).await[1], json!(1_000));
    let capture = format!("{}/capture", path(&charge));
    let more = keyed(&client, &capture, "k1", &json!({"amount": 1_001})).await;
    assert!(more.status == 400 && more.text.contains("1000"), "{}", more.text);
    let taken = keyed(&client, &capture, "k2", &json!({"amount": 400})).await;
    assert_eq!(taken.status, 200, "{}", taken.text);
    let row = taken.json();
    assert_eq!((&row["status"], &row["amount_captured"]), (&json!("succeeded"), &json!(400)));
    assert_eq!(figures(&client, &charge).await, [json!(1_000), json!(0), json!("succeeded")]);
    assert_eq!(keyed(&client, &capture, "k3", &json!({"amount": 1})).await.status, 400);
    let cancel = client.post_as("e", &format!("{}/cancel", path(&charge)), &json!({})).await;
    assert_eq!(cancel.status, 400, "{}", cancel.text);
}

#[tokio::test]
async fn two_captures_at_once_take_the_hold_once() {
    let client = Client::new();
    let charge = hold(&client).await;
    let capture = format!("{}/capture", path(&charge));
    let none = json!({});
    let (one, other) =
        tokio::join!(keyed(&client, &capture, "k1", &none), keyed(&client, &capture, "k2", &none));
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400]);
}

#[tokio::test]
async fn the_scenario_header_sets_the_result() {
    let client = Client::new();
    let scenario = |path: &str, key: &str, word: &str| {
        let request = client.request(Method::POST, path).header("X-Sandbox-Generation", "e");
        request.header("Idempotency-Key", key).header("X-Scenario-Key", word)
    };
    let body = json!({"amount": 1_000, "currency": "XOF", "hold": true});
    let failed = send(scenario("/charge/card", "k1", "failed").json(&body)).await.json();
    assert_eq!(
        (&failed["status"], &failed["amount_capturable"]),
        (&json!("failed"), &json!(0)),
        "{failed}"
    );
    let charge = hold(&client).await;
    let capture = format!("{}/capture", path(&charge));
    let waiting = send(scenario(&capture, "k2", "pending").json(&json!({}))).await;
    assert_eq!(waiting.json()["status"], "pending", "{}", waiting.text);
    assert_eq!(figures(&client, &charge).await[1], json!(0));
}

#[tokio::test]
async fn a_hold_grows_to_the_amount_that_is_sent() {
    let client = Client::new();
    let charge = hold(&client).await;
    let increment = format!("{}/increment", path(&charge));
    for (key, amount) in [("k1", json!(1_000)), ("k2", json!(-1)), ("k3", Value::Null)] {
        let refused = keyed(&client, &increment, key, &json!({"amount": amount})).await;
        assert_eq!(refused.status, 400, "{}", refused.text);
    }
    let grown = keyed(&client, &increment, "k4", &json!({"amount": 1_500})).await;
    assert_eq!(grown.status, 200, "{}", grown.text);
    assert_eq!(
        figures(&client, &charge).await,
        [json!(1_500), json!(1_500), json!("requires_capture")]
    );
}

#[tokio::test]
async fn a_hold_that_was_cancelled_or_is_too_old_has_nothing_to_capture() {
    let client = Client::new();
    let charge = hold(&client).await;
    let capture = format!("{}/capture", path(&charge));
    client.post_as("e", &format!("{}/cancel", path(&charge)), &json!({})).await;
    assert_eq!(figures(&client, &charge).await[1..], [json!(0), json!("canceled")]);
    assert_eq!(keyed(&client, &capture, "k1", &json!({})).await.status, 400);

    let body = json!({"amount": 500, "currency": "XOF", "hold": true});
    let old = keyed(&client, "/charge/card", "other", &body).await.json();
    client.control("/clock", &json!({"advance": "169h"})).await;
    let late = keyed(&client, &format!("{}/capture", path(&old)), "k2", &json!({})).await;
    assert!(late.status == 400 && late.text.contains("capture_before"), "{}", late.text);
}

#[tokio::test]
async fn a_test_answers_in_place_of_the_payer() {
    let client = Client::new();
    let body = json!({"amount": 1_000, "currency": "XOF"});
    let charge = client.post("/charge/card", &body).await.json()["data"].clone();
    assert_eq!(charge["status"], "requires_payment_method");
    let control = format!("/charges/{}", charge["id"].as_str().unwrap());
    let paid = client.control(&control, &json!({"status": "succeeded"})).await;
    assert_eq!((paid.status, &paid.json()["status"]), (200, &json!("succeeded")), "{}", paid.text);
    assert_eq!(figures(&client, &charge).await[2], json!("succeeded"));
    // What is captured is the hold's only.
    let capture = format!("{}/capture", path(&charge));
    assert_eq!(keyed(&client, &capture, "k1", &json!({})).await.status, 400);
    assert_eq!(client.control("/charges/none", &json!({"status": "failed"})).await.status, 404);
    assert_eq!(client.control(&control, &json!({})).await.status, 400);
}

#[tokio::test]
async fn a_charge_needs_an_amount_and_a_known_currency() {
    let client = Client::new();
    for body in [json!({"currency": "XOF"}), json!({"amount": 1, "currency": "GBP"})] {
        let refused = client.post("/charge/card", &body).await;
        assert_eq!(refused.status, 400, "{}", refused.text);
    }
}
