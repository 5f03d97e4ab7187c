//! Subscriptions begin with a payment, renew as the clock moves, and end.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use common::money::balance;
use common::shop::Shop;
use common::{Client, send};
use lomi_sandbox::Options;
use reqwest::Method;
use serde_json::{Value, json};

/// A sandbox whose clock stands still on 31 January 2027.
async fn standing() -> (Shop, Client) {
    let shop = Shop::responding(&[200]);
    let options = Options { webhook_url: Some(shop.url.clone()), ..Options::default() };
    let client = Client::with(options);
    client.control("/clock", &json!({"freeze": true, "set": "2027-01-31T08:00:00Z"})).await;
    (shop, client)
}

/// A monthly price of 5 000 F.
async fn price(client: &Client) -> Value {
    let body = json!({
        "name": "Abonnement", "product_type": "recurring",
        "prices": [{"amount": 5_000, "currency_code": "XOF", "billing_interval": "month"}],
    });
    let product = client.post("/products", &body).await;
    assert_eq!(product.status, 201, "{}", product.text);
    product.json()["prices"][0]["price_id"].clone()
}

/// An active subscription to a monthly price; its event has been received.
async fn subscribed(shop: &Shop, client: &Client) -> String {
    let body = json!({"status": "active", "price_id": price(client).await, "customer_id": "c1"});
    let made = client.post("/v1/subscriptions", &body).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!(shop.next().await.json()["event"], "SUBSCRIPTION_CREATED");
    made.json()["subscription_id"].as_str().unwrap().to_owned()
}

async fn row(client: &Client, id: &str) -> Value {
    client.get(&format!("/subscriptions/{id}")).await.json()
}

async fn set_clock(client: &Client, to: &str) -> Value {
    client.control("/clock", &json!({ "set": to })).await.json()
}

/// The events of the next deliveries, with their data.
async fn events(shop: &Shop, count: usize) -> Vec<(String, Value)> {
    let mut events = Vec::new();
    for _ in 0..count {
        let event = shop.next().await.json();
        events.push((event["event"].as_str().unwrap().to_owned(), event["data"].clone()));
    }
    events.sort_by_key(|(name, data)| (name.clone(), data["created_at"].to_string()));
    events
}

#[tokio::test]
async fn a_period_that_ends_is_billed_and_the_next_begins() {
    let (shop, client) = standing().await;
    let id = subscribed(&shop, &client).await;
    assert_eq!(row(&client, &id).await["next_billing_date"], "2027-02-28T08:00:00.000Z");
    let early = set_clock(&client, "2027-02-28T07:59:59Z").await;
    assert_eq!(early["renewed"], 0);
    assert_eq!(client.get("/accounts/balance").await.status, 404, "nothing is billed yet");

    assert_eq!(set_clock(&client, "2027-02-28T08:00:00Z").await["renewed"], 1);
    let got = events(&shop, 2).await;
    let (paid, renewed) = (&got[0], &got[1]);
    assert_eq!(
        (paid.0.as_str(), renewed.0.as_str()),
        ("PAYMENT_SUCCEEDED", "SUBSCRIPTION_RENEWED")
    );
    assert_eq!(paid.1["subscription_id"], id.as_str());
    assert_eq!((&paid.1["net_amount"], &paid.1["status"]), (&json!(5_000), &json!("completed")));
    assert_eq!(renewed.1["subscription_id"], id.as_str());
    assert_eq!(renewed.1["next_billing_date"], "2027-03-28T08:00:00.000Z");
    let transaction = paid.1["transaction_id"].as_str().unwrap();
    let transaction = client.get(&format!("/transactions/{transaction}")).await.json();
    assert_eq!(transaction["gross_amount"], 5_000);
    assert_eq!(transaction["created_at"], "2027-02-28T08:00:00.000Z");
    assert_eq!(balance(&client).await, json!(5_000));
}

#[tokio::test]
async fn skipped_periods_renew_one_by_one() {
    let (shop, client) = standing().await;
    let id = subscribed(&shop, &client).await;
    assert_eq!(set_clock(&client, "2027-06-01T00:00:00Z").await["renewed"], 4);
    let got = events(&shop, 8).await;
    let paid: Vec<_> = got.iter().filter(|(name, _)| name == "PAYMENT_SUCCEEDED").collect();
    let days: Vec<_> = paid.iter().map(|(_, d)| &d["created_at"].as_str().unwrap()[..10]).collect();
    assert_eq!(days, ["2027-02-28", "2027-03-28", "2027-04-28", "2027-05-28"]);
    assert_eq!(balance(&client).await, json!(20_000));
    assert_eq!(row(&client, &id).await["next_billing_date"], "2027-06-28T08:00:00.000Z");
    assert_eq!(set_clock(&client, "2027-06-01T00:00:01Z").await["renewed"], 0, "each only once");
}

#[tokio::test]
async fn a_paused_one_is_not_billed_and_its_pause_neither() {
    let (shop, client) = standing().await;
    let id = subscribed(&shop, &client).await;
    let path = format!("/subscriptions/{id}");
    send(client.request(Method::PATCH, &path).json(&json!({"status": "paused"}))).await;
    shop.next().await;
    assert_eq!(set_clock(&client, "2027-06-01T00:00:00Z").await["renewed"], 0);
    send(client.request(Method::PATCH, &path).json(&json!({"status": "active"}))).await;
    shop.next().await;
    assert_eq!(row(&client, &id).await["next_billing_date"], "2027-07-01T00:00:00.000Z");
    assert_eq!(set_clock(&client, "2027-06-30T00:00:00Z").await["renewed"], 0);
    assert_eq!(set_clock(&client, "2027-07-01T00:00:00Z").await["renewed"], 1);
}

#[tokio::test]
async fn a_cancelled_one_is_billed_no_more() {
    let (shop, client) = standing().await;
    let id = subscribed(&shop, &client).await;
    client.post(&format!("/subscriptions/{id}/cancel"), &json!({})).await;
    assert_eq!(shop.next().await.json()["event"], "SUBSCRIPTION_CANCELLED");
    assert_eq!(set_clock(&client, "2027-06-01T00:00:00Z").await["renewed"], 0);
    assert!(shop.quiet().await);
}

#[tokio::test]
async fn a_cancellation_can_wait_for_the_end_of_the_period() {
    let (shop, client) = standing().await;
    let id = subscribed(&shop, &client).await;
    let body = json!({"cancel_at_period_end": true});
    let path = format!("/subscriptions/{id}/cancel");
    let asked = client.post(&path, &body).await;
    assert_eq!(asked.json()["status"], "active", "{}", asked.text);
    assert_eq!(asked.json()["end_date"], "2027-02-28T08:00:00.000Z");
    assert_eq!(shop.next().await.json()["event"], "SUBSCRIPTION_UPDATED");
    // It can be taken back until then.
    client.post(&format!("/subscriptions/{id}/uncancel"), &json!({})).await;
    assert_eq!(shop.next().await.json()["data"]["object"]["end_date"], Value::Null);
    client.post(&path, &body).await;
    shop.next().await;

    assert_eq!(set_clock(&client, "2027-06-01T00:00:00Z").await["renewed"], 0);
    assert_eq!(shop.next().await.json()["event"], "SUBSCRIPTION_CANCELLED");
    let ended = row(&client, &id).await;
    assert_eq!(ended["status"], "cancelled");
    assert!(shop.quiet().await);
    assert_eq!(client.get("/accounts/balance").await.status, 404);
}

#[tokio::test]
async fn nothing_is_billed_without_a_known_amount() {
    let (shop, client) = standing().await;
    let body =
        json!({"status": "active", "price_id": "unknown", "next_billing_date": "2027-02-01"});
    let id = client.post("/v1/subscriptions", &body).await.json()["subscription_id"].clone();
    shop.next().await;
    assert_eq!(set_clock(&client, "2028-01-01T00:00:00Z").await["renewed"], 0);
    assert!(shop.quiet().await);
    let renew = format!("/subscriptions/{}/renew", id.as_str().unwrap());
    assert_eq!(client.control(&renew, &json!({})).await.status, 409);
    // An action reads its own fields only: no call names an amount.
    let path = format!("/subscriptions/{}/cancel", id.as_str().unwrap());
    client.post(&path, &json!({"plan_amount": 7, "status": "active"})).await;
    let row = row(&client, id.as_str().unwrap()).await;
    assert_eq!((&row["plan_amount"], &row["status"]), (&Value::Null, &json!("cancelled")));
}

#[tokio::test]
async fn a_new_plan_is_billed_from_the_next_period_on() {
    let (shop, client) = standing().await;
    let id = subscribed(&shop, &client).await;
    let body = json!({
        "amount": 60_000, "currency_code": "XOF", "billing_interval": "year",
    });
    let other = client.post("/v1/prices", &body).await.json()["price_id"].clone();
    let path = format!("/subscriptions/{id}/change-plan");
    let changed = client.post(&path, &json!({"price_id": other})).await;
    assert!((200..300).contains(&changed.status), "{}", changed.text);
    assert_eq!(shop.next().await.json()["event"], "SUBSCRIPTION_UPDATED");
    assert_eq!(client.get("/accounts/balance").await.status, 404, "not billed at once");
    set_clock(&client, "2027-03-01T00:00:00Z").await;
    assert_eq!(balance(&client).await, json!(60_000));
    assert_eq!(row(&client, &id).await["next_billing_date"], "2028-02-28T08:00:00.000Z");
}

#[tokio::test]
async fn a_test_renews_at_once_or_lets_the_payment_fail() {
    let (shop, client) = standing().await;
    let id = subscribed(&shop, &client).await;
    let renew = format!("/subscriptions/{id}/renew");
    let failed = client.control(&renew, &json!({"result": "failed"})).await;
    assert_eq!(failed.json()["status"], "past_due", "{}", failed.text);
    let got = events(&shop, 2).await;
    assert_eq!((got[0].0.as_str(), got[1].0.as_str()), ("PAYMENT_FAILED", "SUBSCRIPTION_UPDATED"));
    assert_eq!(set_clock(&client, "2027-06-01T00:00:00Z").await["renewed"], 0);
    let renewed = client.control(&renew, &json!({})).await;
    assert_eq!(renewed.json()["status"], "active", "{}", renewed.text);
    let got = events(&shop, 2).await;
    assert_eq!(got[1].0, "SUBSCRIPTION_RENEWED");
    assert_eq!(got[1].1["next_billing_date"], "2027-07-01T00:00:00.000Z");
    assert!(shop.quiet().await, "what was missed is not billed");
    assert_eq!(client.control("/subscriptions/none/renew", &json!({})).await.status, 404);
}

#[tokio::test]
async fn paying_for_a_recurring_price_begins_a_subscription() {
    let (shop, client) = standing().await;
    let body = json!({"price_id": price(&client).await, "amount": 5_000, "currency_code": "XOF"});
    let session = client.session(&body).await;
    client.control(&format!("/sessions/{session}/pay"), &json!({"provider": "MTN"})).await;
    let got = events(&shop, 2).await;
    assert_eq!(
        (got[0].0.as_str(), got[1].0.as_str()),
        ("PAYMENT_SUCCEEDED", "SUBSCRIPTION_CREATED")
    );
    assert_eq!(got[0].1["subscription_id"], got[1].1["subscription_id"]);
    assert_eq!(got[1].1["status"], "active");
    set_clock(&client, "2027-03-01T00:00:00Z").await;
    let got = events(&shop, 2).await;
    assert_eq!(got[0].1["provider_code"], "MTN");
    assert_eq!(balance(&client).await, json!(10_000));
}
