//! The events of everything that happens, as an endpoint receives them.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use common::money::{balance, confirmed, paid};
use common::shop::Shop;
use common::{Client, send};
use lomi_sandbox::Options;
use reqwest::Method;
use serde_json::{Value, json};

fn with_shop() -> (Shop, Client) {
    let shop = Shop::responding(&[200]);
    let options = Options { webhook_url: Some(shop.url.clone()), ..Options::default() };
    (shop, Client::with(options))
}

/// The next deliveries, sorted by their events: their order on the way is not fixed.
async fn next(shop: &Shop, count: usize) -> Vec<Value> {
    let mut events = Vec::new();
    for _ in 0..count {
        events.push(shop.next().await.json());
    }
    events.sort_by_key(|event| event["event"].as_str().unwrap().to_owned());
    events
}

fn names(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["event"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn payouts_that_wait_end_with_an_event() {
    let (shop, client) = with_shop();
    paid(&client, 10_000, "WAVE").await;
    shop.next().await;
    let body = json!({"destination": "self", "rail": "wave", "amount": 10, "currency_code": "XOF"});
    for (status, event) in [("completed", "PAYOUT_COMPLETED"), ("failed", "PAYOUT_FAILED")] {
        let request = client.request(Method::POST, "/payouts").header("X-Scenario-Key", "pending");
        let payout = send(request.json(&body)).await.json();
        let created = shop.next().await.json();
        assert_eq!(created["event"], "PAYOUT_CREATED");
        assert_eq!(created["data"]["status"], "pending");
        assert!(shop.quiet().await, "nothing until it ends");
        let path = format!("/objects/payouts/{}", payout["payout_id"].as_str().unwrap());
        client.control(&path, &json!({"status": status})).await;
        let ended = shop.next().await.json();
        assert_eq!((&ended["event"], &ended["data"]["status"]), (&json!(event), &json!(status)));
        assert_eq!(ended["data"]["payout_id"], payout["payout_id"]);
        assert_eq!(ended["data"]["amount"], 10);
    }
    assert_eq!(balance(&client).await, json!(9_990));
}

#[tokio::test]
async fn a_changed_subscription_says_what_it_was() {
    let (shop, client) = with_shop();
    let made = client.post("/v1/subscriptions", &json!({"status": "active"})).await.json();
    assert_eq!(shop.next().await.json()["event"], "SUBSCRIPTION_CREATED");
    let path = format!("/subscriptions/{}", made["subscription_id"].as_str().unwrap());
    send(client.request(Method::PATCH, &path).json(&json!({"status": "paused"}))).await;
    let updated = shop.next().await.json();
    assert_eq!(updated["event"], "SUBSCRIPTION_UPDATED");
    let data = &updated["data"];
    assert_eq!(data["object"]["subscription_id"], made["subscription_id"]);
    assert_eq!(data["object"]["status"], "paused");
    assert_eq!(data["previous_attributes"], json!({"status": "active"}));
    assert_eq!(data["context"], json!({"source": "api", "actor": "merchant"}));
    // The same again changes nothing.
    send(client.request(Method::PATCH, &path).json(&json!({"status": "paused"}))).await;
    client.post_as("e", &format!("{path}/resume"), &json!({})).await;
    let resumed = shop.next().await.json();
    assert_eq!(resumed["data"]["previous_attributes"], json!({"status": "paused"}));
    client.post(&format!("{path}/cancel"), &json!({})).await;
    let cancelled = shop.next().await.json();
    assert_eq!(cancelled["event"], "SUBSCRIPTION_CANCELLED");
    assert_eq!(cancelled["data"]["status"], "cancelled");
    assert!(shop.quiet().await);
}

#[tokio::test]
async fn a_dispute_is_opened_answered_and_closed() {
    let (shop, client) = with_shop();
    let id = paid(&client, 10_000, "CARD").await;
    shop.next().await;
    let opened = client.control("/disputes", &json!({"transaction_id": id})).await;
    assert_eq!(opened.status, 200, "{}", opened.text);
    let created = shop.next().await.json();
    assert_eq!(created["event"], "DISPUTE_CREATED");
    assert_eq!(created["data"]["transaction_id"], id.as_str());
    assert_eq!(created["data"]["amount"], 10_000);
    let dispute = created["data"]["id"].as_str().unwrap();

    let path = format!("/disputes/{dispute}");
    let shown = client.get_as("e", &path).await.json();
    assert_eq!((&shown["id"], &shown["status"]), (&json!(dispute), &json!("needs_response")));
    assert_eq!((&shown["transaction_id"], &shown["amount"]), (&json!(id), &json!(10_000)));
    let evidence = json!({"uncategorized_text": "Delivered on Monday"});
    let sent = client.post_as("e", &format!("{path}/evidence"), &evidence).await;
    assert_eq!(sent.status, 200, "{}", sent.text);
    let updated = shop.next().await.json();
    assert_eq!(updated["event"], "DISPUTE_UPDATED");
    assert_eq!(updated["data"]["status"], "under_review");
    client.control(&path, &json!({"status": "won"})).await;
    let closed = shop.next().await.json();
    assert_eq!(
        (&closed["event"], &closed["data"]["status"]),
        (&"DISPUTE_CLOSED".into(), &"won".into())
    );
    assert_eq!(client.control(&path, &json!({"status": "lost"})).await.status, 409);

    let unknown = json!({"transaction_id": "00000000-0000-4000-8000-000000000000"});
    assert_eq!(client.control("/disputes", &unknown).await.status, 404);
    let more = json!({"transaction_id": id, "amount": 10_001});
    assert_eq!(client.control("/disputes", &more).await.status, 400);
    let other = client.post_as("e", "/disputes/none/evidence", &evidence).await;
    assert_eq!(other.status, 404);
}

#[tokio::test]
async fn a_use_is_recorded_once() {
    let (shop, client) = with_shop();
    let body = json!({"code": "sms", "customer_id": "c", "transaction_id": "use-1", "quantity": 3});
    let first = client.post_as("e", "/usage/events", &body).await;
    assert!((200..300).contains(&first.status), "{}", first.text);
    let event = shop.next().await.json();
    assert_eq!(event["event"], "USAGE_RECORDED");
    assert_eq!((&event["data"]["quantity"], &event["data"]["code"]), (&json!(3), &json!("sms")));
    let again = client.post_as("e", "/usage/events", &body).await;
    assert_eq!(again.json()["event_id"], first.json()["event_id"]);
    assert!(shop.quiet().await, "a repeat is not counted again");
}

#[tokio::test]
async fn transfers_report_their_way_and_their_return() {
    let (shop, client) = with_shop();
    paid(&client, 10_000, "WAVE").await;
    shop.next().await;
    let body = json!({"amount": 100, "currency_code": "XOF", "destination": "acct_1"});
    let sent = confirmed(&client, "/transfers", "k1", &body).await.json();
    let created = shop.next().await.json();
    assert_eq!(created["event"], "NETWORK_TRANSFER_CREATED");
    assert_eq!((&created["data"]["id"], &created["data"]["amount"]), (&sent["id"], &json!(100)));
    let back = format!("/transfers/{}/reversals", sent["id"].as_str().unwrap());
    confirmed(&client, &back, "k2", &json!({})).await;
    let reversed = shop.next().await.json();
    assert_eq!(reversed["event"], "NETWORK_TRANSFER_REVERSED");
    assert_eq!(reversed["data"]["reversed_transfer_id"], sent["id"]);
}

#[tokio::test]
async fn every_event_can_be_sent_on_request() {
    let (shop, client) = with_shop();
    for (event, id) in [
        ("PAYMENT_SUCCEEDED", "transaction_id"),
        ("REFUND_FAILED", "refund_id"),
        ("PAYOUT_CREATED", "payout_id"),
        ("payout.failed", "payout_id"),
        ("SUBSCRIPTION_RENEWED", "subscription_id"),
        ("DISPUTE_CREATED", "dispute_id"),
        ("USAGE_RECORDED", "event_id"),
        ("test.webhook", "message"),
    ] {
        let sent = client.control("/trigger", &json!({"event": event})).await;
        assert_eq!((sent.status, &sent.json()["endpoints"]), (200, &json!(1)), "{}", sent.text);
        let got = shop.next().await.json();
        let keys: Vec<_> = got.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, ["id", "event", "timestamp", "data", "lomi_environment"]);
        assert_eq!(got["event"], sent.json()["event"]);
        assert!(got["data"][id].is_string(), "{event}: {got}");
    }
    let chosen = json!({"event": "PAYOUT_FAILED", "data": {"amount": 7}});
    client.control("/trigger", &chosen).await;
    assert_eq!(shop.next().await.json()["data"]["amount"], 7);
    let updated = json!({"event": "SUBSCRIPTION_UPDATED"});
    client.control("/trigger", &updated).await;
    let data = shop.next().await.json()["data"].clone();
    assert!(data["object"]["subscription_id"].is_string() && data["context"]["actor"].is_string());
    let unknown = client.control("/trigger", &json!({"event": "PAYMENT_LOST"})).await;
    assert_eq!(unknown.status, 400);
    assert!(unknown.text.contains("PAYMENT_SUCCEEDED"), "{}", unknown.text);
}

#[tokio::test]
async fn an_endpoint_gets_only_what_it_has_subscribed_to() {
    let client = Client::new();
    let shop = Shop::responding(&[200]);
    // The newest API has a name of its own for the list of events.
    let endpoint = json!({"url": shop.url, "events": ["PAYOUT_CREATED"]});
    let made = client.post_as("e", "/webhooks", &endpoint).await;
    assert_eq!(made.status, 201, "{}", made.text);
    paid(&client, 10_000, "WAVE").await;
    let body = json!({"destination": "self", "rail": "wave", "amount": 10, "currency_code": "XOF"});
    client.post("/payouts", &body).await;
    client.control("/trigger", &json!({"event": "test.webhook"})).await;
    let got = next(&shop, 2).await;
    assert_eq!(names(&got), ["PAYOUT_CREATED", "test.webhook"]);
    assert!(shop.quiet().await);
    let live = json!({"event": "PAYOUT_CREATED", "environment": "live"});
    assert_eq!(client.control("/trigger", &live).await.json()["endpoints"], 0);
}
