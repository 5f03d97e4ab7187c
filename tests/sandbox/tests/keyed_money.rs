//! Keys, tokens and paths of what moves money in the newest API.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use common::money::paid;
use common::{Client, Response, send};
use reqwest::Method;
use serde_json::{Value, json};

async fn keyed(client: &Client, path: &str, key: &str, body: &Value) -> Response {
    let request = client.request(Method::POST, path).header("X-Sandbox-Generation", "e");
    send(request.header("Idempotency-Key", key).json(body)).await
}

#[tokio::test]
async fn a_confirmed_transfer_is_replayed_after_its_token_has_expired_and_is_made_once() {
    let client = Client::new();
    paid(&client, 10_000, "WAVE").await;
    let mut body = json!({"amount": 100, "currency_code": "XOF", "destination": "acct_1"});
    let preview = keyed(&client, "/transfers", "k1", &body).await.json();
    body["confirmation_token"] = preview["confirmation_token"].clone();
    let first = keyed(&client, "/transfers", "k1", &body).await;
    assert_eq!(first.status, 201, "{}", first.text);
    let other = keyed(&client, "/transfers", "k2", &body).await;
    assert_eq!(other.status, 400, "{}", other.text);
    assert!(other.text.contains("confirmation_token has been used"), "{}", other.text);
    client.control("/clock", &json!({"advance": "11m"})).await;
    let replay = keyed(&client, "/transfers", "k1", &body).await;
    assert_eq!(
        (replay.status, replay.header("idempotency-cache-hit"), &replay.text),
        (200, Some("true"), &first.text)
    );
}

#[tokio::test]
async fn a_key_of_one_charge_is_not_that_of_another() {
    let client = Client::new();
    let mut ids = Vec::new();
    for key in ["a", "b"] {
        let body = json!({"amount": 100, "currency": "XOF", "hold": true});
        let charge = keyed(&client, "/charge/card", key, &body).await;
        ids.push(charge.json()["id"].as_str().unwrap().to_owned());
    }
    let capture = |id: &str| format!("/charge/card/{id}/capture");
    assert_eq!(keyed(&client, &capture(&ids[0]), "k", &json!({})).await.status, 200);
    let second = keyed(&client, &capture(&ids[1]), "k", &json!({})).await;
    assert_eq!(
        (second.status, &second.json()["error"]["code"]),
        (409, &json!("idempotency_key_reused"))
    );
    client.post_as("e", &format!("/charge/card/{}/cancel", ids[1]), &json!({})).await;
    assert_eq!(keyed(&client, &capture(&ids[1]), "k2", &json!({})).await.status, 400);
}

#[tokio::test]
async fn the_newest_webhook_is_created_with_events() {
    let client = Client::new();
    let mut body = json!({"url": "http://127.0.0.1:1/", "events": ["PAYMENT_SUCCEEDED"]});
    let made = client.post_as("e", "/webhooks", &body).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!(made.json()["data"]["events"], body["events"]);
    body["events"].take();
    let refused = client.post_as("e", "/webhooks", &body).await;
    assert!(refused.status == 400 && refused.text.contains("events is required"));
}

#[tokio::test]
async fn the_scenario_header_is_for_test_keys() {
    let client = Client::new();
    let customer = json!({"name": "Awa", "phoneNumber": "+221770000001"});
    let body = json!({"amount": 100, "currency": "XOF", "customer": customer});
    for (key, is_failed) in [(client.sandbox.test_key(), true), (client.sandbox.live_key(), false)]
    {
        let request = client.bare(Method::POST, "/charge/mtn").header("X-API-Key", key);
        let request = request.header("X-Sandbox-Generation", "e").header("Idempotency-Key", "k");
        let charge = send(request.header("X-Scenario-Key", "failed").json(&body)).await;
        assert_eq!(charge.json()["status"] == "failed", is_failed, "{}", charge.text);
    }
}
