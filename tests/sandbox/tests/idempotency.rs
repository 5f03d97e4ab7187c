//! `Idempotency-Key` on create.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use common::{Client, Response, documented_a, minimal, send};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

async fn create(client: &Client, path: &str, key: &str, body: &Value) -> Response {
    send(client.request(Method::POST, path).header("Idempotency-Key", key).json(body)).await
}

#[tokio::test]
async fn the_first_response_is_replayed() {
    let client = Client::new();
    for path in ["/checkout-sessions", "/v1/checkout-sessions", "/v1/checkout_sessions"] {
        let first = create(&client, path, path, &documented_a()).await;
        let again = create(&client, path, &format!("  {path} "), &documented_a()).await;
        assert_eq!((first.status, again.status), (201, 201));
        assert_eq!(first.text, again.text);
        assert_eq!(first.header("idempotency-cache-hit"), None);
        assert_eq!(again.header("idempotency-cache-hit"), Some("true"));
    }
    let other = create(&client, "/checkout-sessions", "another key", &documented_a()).await;
    assert_eq!(other.header("idempotency-cache-hit"), None);
    assert_eq!(client.get("/checkout-sessions").await.json().as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn the_order_of_fields_does_not_matter_but_the_values_do() {
    let client = Client::new();
    let first = create(&client, "/checkout-sessions", "k", &minimal()).await;
    let turned = json!({"currency_code": "XOF", "amount": 10000});
    assert_eq!(create(&client, "/checkout-sessions", "k", &turned).await.text, first.text);
    let other = json!({"currency_code": "XOF", "amount": 10001});
    let refused = create(&client, "/checkout-sessions", "k", &other).await;
    assert_eq!((refused.status, &refused.json()["error"]["code"]), (409, &json!("conflict")));
    let request = client.request(Method::POST, "/checkout-sessions").json(&other);
    let request = request.header("x-sandbox-generation", "e").header("idempotency-key", "k");
    assert_eq!(send(request).await.json()["error"]["code"], "idempotency_key_reused");
}

#[tokio::test]
async fn keys_are_cut_to_255_characters_and_blank_ones_are_none() {
    let client = Client::new();
    let first = create(&client, "/checkout-sessions", &"k".repeat(300), &minimal()).await;
    let again = create(&client, "/checkout-sessions", &"k".repeat(255), &minimal()).await;
    assert_eq!(first.text, again.text);
    let blank = create(&client, "/checkout-sessions", "  ", &minimal()).await;
    let blank_again = create(&client, "/checkout-sessions", "  ", &minimal()).await;
    assert_ne!(blank.text, blank_again.text);
}

#[tokio::test]
async fn a_rejected_request_releases_its_key() {
    let client = Client::new();
    let refused = create(&client, "/checkout-sessions", "k", &json!({"amount": 1})).await;
    assert_eq!(refused.status, 400);
    assert_eq!(create(&client, "/checkout-sessions", "k", &minimal()).await.status, 201);
}

#[tokio::test]
async fn keys_of_test_and_live_are_apart() {
    let client = Client::new();
    let test = create(&client, "/checkout-sessions", "k", &minimal()).await;
    let live = client.bare(Method::POST, "/checkout-sessions").json(&minimal());
    let live = live.header("x-api-key", client.sandbox.live_key()).header("idempotency-key", "k");
    let live = send(live).await;
    assert_eq!(live.status, 201);
    assert_ne!(test.text, live.text);
}

#[tokio::test]
async fn a_request_is_completed_after_its_client_is_gone() {
    let client = Client::new();
    let slow = client.request(Method::POST, "/checkout-sessions").json(&minimal());
    let slow = slow.header("idempotency-key", "k").header("x-sandbox-fault", "latency-inside=400");
    let gone = slow.timeout(Duration::from_millis(100)).send().await;
    assert!(gone.unwrap_err().is_timeout());
    let request = client.request(Method::POST, "/checkout-sessions").json(&minimal());
    let request = request.header("x-sandbox-generation", "d").header("idempotency-key", "k");
    let at_once = send(request).await;
    assert_eq!((at_once.status, &at_once.json()["error"]["code"]), (409, &json!("conflict")));
    tokio::time::sleep(Duration::from_millis(500)).await;
    let later = create(&client, "/checkout-sessions", "k", &minimal()).await;
    assert_eq!((later.status, later.header("idempotency-cache-hit")), (201, Some("true")));
    assert_eq!(client.get("/checkout-sessions").await.json().as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn ignored_fields_are_named() {
    let client = Client::new();
    let mut body = minimal();
    body["expires_at"] = json!("2030-01-01T00:00:00Z");
    let response = client.post_as("d", "/checkout-sessions", &body).await;
    let notice = response.header("x-sandbox-notice").unwrap();
    assert!(notice.contains("generation D") && notice.ends_with("expires_at"), "{notice}");
    let read = client.post("/v1/checkout_sessions", &body).await;
    assert_eq!((read.status, read.header("x-sandbox-notice")), (201, None));
}
