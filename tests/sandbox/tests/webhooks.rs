//! Endpoints, signed deliveries, retries and the log.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use common::shop::Shop;
use common::{Client, minimal, send};
use lomi_sandbox::{EventNames, Options};
use reqwest::Method;
use serde_json::{Value, json};

fn options(shop: &Shop) -> Options {
    Options {
        webhook_url: Some(shop.url.clone()),
        webhook_secret: Some("whsec_test".to_owned()),
        ..Options::default()
    }
}

fn hmac(secret: &str, body: &str) -> String {
    use hmac::{Hmac, KeyInit, Mac};
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    mac.finalize().into_bytes().iter().map(|b| format!("{b:02x}")).collect()
}

async fn deliveries(client: &Client) -> Vec<Value> {
    let response = send(client.bare(Method::GET, "/_sandbox/deliveries")).await;
    response.json()["deliveries"].as_array().unwrap().clone()
}

/// Waits for the n-th attempt of the newest delivery.
async fn attempts(client: &Client, count: usize) -> Value {
    for _ in 0..100 {
        let newest = deliveries(client).await.first().cloned().unwrap_or_default();
        if newest["attempts"].as_array().is_some_and(|a| a.len() >= count) {
            return newest;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("no attempt {count}");
}

#[tokio::test]
async fn a_payment_is_reported_once_and_signed() {
    let shop = Shop::responding(&[200]);
    let client = Client::with(options(&shop));
    let mut body = minimal();
    body["metadata"] = json!({"order": "42"});
    let id = client.session(&body).await;
    client.control(&format!("/sessions/{id}/pay"), &json!({"provider": "orange"})).await;
    let arrived = shop.next().await;
    assert_eq!(arrived.header("x-lomi-event"), Some("PAYMENT_SUCCEEDED"));
    assert_eq!(arrived.header("user-agent"), Some("Lomi-Webhook/1.0"));
    assert_eq!(arrived.header("x-lomi-signature").unwrap(), hmac("whsec_test", &arrived.body));
    let event = arrived.json();
    let names: Vec<_> = event.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["id", "event", "timestamp", "data", "lomi_environment"]);
    let data = &event["data"];
    assert_eq!((&data["checkout_session_id"], &data["status"]), (&json!(id), &json!("completed")));
    assert_eq!((&data["gross_amount"], &data["provider_code"]), (&json!(10000), &json!("ORANGE")));
    assert_eq!(
        (&data["metadata"], &data["environment"]),
        (&json!({"order": "42"}), &json!("test"))
    );
    assert!(shop.quiet().await, "one event, not more");
}

#[tokio::test]
async fn failures_are_retried_after_5_10_20_and_40_seconds() {
    let shop = Shop::responding(&[500, 503, 302, 500, 500]);
    let client = Client::with(options(&shop));
    client.control("/clock", &json!({"freeze": true})).await;
    let id = client.session(&minimal()).await;
    client.control(&format!("/sessions/{id}/fail"), &json!({})).await;
    let mut ids = vec![shop.next().await.json()["id"].clone()];
    attempts(&client, 1).await;
    for (count, wait) in [5, 10, 20, 40].into_iter().enumerate() {
        client.control("/clock", &json!({"advance": format!("{}s", wait - 1)})).await;
        assert!(shop.quiet().await, "not before {wait} s");
        client.control("/clock", &json!({"advance": "1s"})).await;
        let again = shop.next().await.json();
        assert_eq!(again["event"], "PAYMENT_FAILED");
        ids.push(again["id"].clone());
        attempts(&client, count + 2).await;
    }
    assert!(ids.iter().all(|id| *id == ids[0]), "one event keeps its id");
    client.control("/clock", &json!({"advance": "7d"})).await;
    assert!(shop.quiet().await, "five attempts in all");
    assert_eq!(deliveries(&client).await[0]["next_attempt_at"], Value::Null);
}

#[tokio::test]
async fn a_4xx_is_final_and_can_be_redelivered_by_hand_unchanged() {
    let shop = Shop::responding(&[404, 200]);
    let client = Client::with(options(&shop));
    let id = client.session(&minimal()).await;
    client.control(&format!("/sessions/{id}/pay"), &json!({})).await;
    let first = shop.next().await;
    let delivery = attempts(&client, 1).await;
    client.control("/clock", &json!({"advance": "1h"})).await;
    assert!(shop.quiet().await);
    let log = client.get("/webhook-delivery-logs").await.json();
    assert_eq!((&log[0]["response_status"], &log[0]["success"]), (&json!(404), &json!(false)));
    let (webhook, entry) =
        (log[0]["webhook_id"].as_str().unwrap(), log[0]["log_id"].as_str().unwrap());
    let path = format!("/webhooks/{webhook}/logs/{entry}/retry");
    let retried = client.post(&path, &json!({})).await.json();
    assert_eq!(
        (&retried["delivered"], &retried["event_id"]),
        (&json!(true), &delivery["event_id"])
    );
    assert_eq!(shop.next().await.body, first.body);
    assert_eq!(
        client.get("/webhook-delivery-logs?successOnly=true").await.json()[0]["attempt_number"],
        2
    );
}

#[tokio::test]
async fn the_secret_of_an_endpoint_is_shown_once() {
    let shop = Shop::responding(&[200]);
    let client = Client::new();
    let body = json!({"url": shop.url, "authorized_events": ["PAYMENT_FAILED", "checkout.session.expired"]});
    let made = client.post("/webhooks", &body).await;
    assert_eq!(made.status, 201);
    let (row, secret) = (&made.json()["data"], made.json()["secret"].clone());
    let path = format!("/webhooks/{}", row["webhook_id"].as_str().unwrap());
    assert!(secret.as_str().unwrap().starts_with("whsec_"));
    for again in [client.get(&path).await, client.get("/webhooks").await] {
        assert!(again.status == 200 && !again.text.contains(secret.as_str().unwrap()));
    }
    let id = client.session(&minimal()).await;
    client.control(&format!("/sessions/{id}/pay"), &json!({})).await;
    assert!(shop.quiet().await, "it did not ask for this");
    let id = client.session(&minimal()).await;
    client.control(&format!("/sessions/{id}/fail"), &json!({})).await;
    let arrived = shop.next().await;
    assert_eq!(
        arrived.header("x-lomi-signature").unwrap(),
        hmac(secret.as_str().unwrap(), &arrived.body)
    );

    let tested = client.post(&format!("{path}/test"), &json!({})).await.json();
    assert_eq!(tested["delivered"], true);
    assert_eq!(shop.next().await.json()["event"], "test.webhook");

    let off = send(client.request(Method::PATCH, &path).json(&json!({"is_active": false}))).await;
    assert_eq!(off.json()["is_active"], false);
    let id = client.session(&minimal()).await;
    client.control(&format!("/sessions/{id}/fail"), &json!({})).await;
    assert!(shop.quiet().await, "switched off");
    let gone = send(client.request(Method::DELETE, &path)).await;
    assert_eq!((gone.status, gone.json()), (200, json!({"deleted": true})));
    assert_eq!(client.get(&path).await.status, 404);
}

#[tokio::test]
async fn the_generated_sdks_see_webhooks_in_their_own_shape() {
    let client = Client::new();
    let body = json!({"url": "http://127.0.0.1:9/x", "authorized_events": "PAYMENT_SUCCEEDED"});
    let made = client.post("/v1/webhooks", &body).await;
    assert_eq!(
        (made.status, &made.json()["authorized_events"]),
        (201, &json!(["PAYMENT_SUCCEEDED"]))
    );
    let list = client.get("/v1/webhooks").await.json();
    assert_eq!(list["pagination"]["total"], 1);
    let path = format!("/v1/webhooks/{}", made.json()["webhook_id"].as_str().unwrap());
    assert_eq!(send(client.request(Method::DELETE, &path)).await.status, 204);
    for wrong in
        [json!({}), json!({"url": "x"}), json!({"url": "http://a", "authorized_events": 1})]
    {
        assert_eq!(client.post("/webhooks", &wrong).await.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn the_documented_names_can_be_switched_on() {
    let shop = Shop::responding(&[200]);
    let names = |event_names| Options { event_names, ..options(&shop) };
    let client = Client::with(names(EventNames::Documented));
    let id = client.session(&minimal()).await;
    client.control(&format!("/sessions/{id}/pay"), &json!({})).await;
    let event = shop.next().await.json();
    assert_eq!(event["event"], "checkout.session.completed");
    assert_eq!(
        (&event["data"]["checkout_session_id"], &event["data"]["status"]),
        (&json!(id), &json!("completed"))
    );
    let id = client.session(&minimal()).await;
    assert_eq!(client.control("/clock", &json!({"advance": "61m"})).await.json()["expired"], 1);
    let event = shop.next().await.json();
    assert_eq!(
        (&event["event"], &event["data"]["checkout_session_id"]),
        (&json!("checkout.session.expired"), &json!(id))
    );
    // The time of the machine, with which the shop compares it, and not that of the sandbox's clock.
    let moved = client.get(&format!("/checkout-sessions/{id}")).await.json();
    assert!(event["timestamp"].as_str() < moved["expires_at"].as_str(), "{event}");
    let client = Client::with(names(EventNames::Both));
    let id = client.session(&minimal()).await;
    client.control(&format!("/sessions/{id}/pay"), &json!({})).await;
    let mut both = [
        shop.next().await.json()["event"].to_string(),
        shop.next().await.json()["event"].to_string(),
    ];
    both.sort();
    assert_eq!(both, ["\"PAYMENT_SUCCEEDED\"", "\"checkout.session.completed\""]);
}

#[tokio::test]
async fn webhooks_are_sent_to_this_machine_only() {
    let client = Client::with(Options {
        webhook_url: Some("https://shop.example/webhooks".to_owned()),
        ..Options::default()
    });
    let id = client.session(&minimal()).await;
    client.control(&format!("/sessions/{id}/pay"), &json!({})).await;
    let tried = attempts(&client, 1).await;
    assert!(tried["attempts"][0]["response_body"].as_str().unwrap().starts_with("not sent"));
}

#[tokio::test]
async fn the_error_page_of_a_shop_is_truncated() {
    let shop = Shop::responding(&[500]);
    let client = Client::with(options(&shop));
    let id = client.session(&minimal()).await;
    client.control(&format!("/sessions/{id}/pay"), &json!({})).await;
    let delivery = attempts(&client, 1).await;
    let attempt = &delivery["attempts"][0];
    let body = attempt["response_body"].as_str().unwrap();
    assert_eq!(attempt["response_status"], 500);
    assert!(body.starts_with("Traceback ") && body.ends_with("(truncated)"), "{body}");
    assert!((2_000..2_100).contains(&body.len()), "{}", body.len());
}

#[tokio::test]
async fn an_endpoint_has_a_log_of_its_own() {
    let client = Client::new();
    let mut logs = Vec::new();
    for status in [200, 500] {
        let shop = Shop::responding(&[status]);
        let endpoint = json!({"url": shop.url, "authorized_events": ["PAYMENT_SUCCEEDED"]});
        let made = client.post("/webhooks", &endpoint).await.json();
        let made = made.get("data").unwrap_or(&made)["webhook_id"].as_str().unwrap().to_owned();
        client.post(&format!("/webhooks/{made}/test"), &json!({})).await;
        logs.push((made.clone(), format!("/v1/webhooks/{made}/logs")));
    }
    for (id, path) in &logs {
        let log = client.get(path).await;
        assert_eq!(log.status, 200, "{}", log.text);
        let log = log.json();
        let rows = log.get("data").unwrap_or(&log).as_array().unwrap().clone();
        assert_eq!(rows.len(), 1, "{log}");
        assert_eq!(
            (&rows[0]["webhook_id"], &rows[0]["event_type"]),
            (&json!(id), &json!("test.webhook"))
        );
    }
    let unknown = client.get("/v1/webhooks/00000000-0000-4000-8000-000000000000/logs").await;
    assert_eq!(unknown.status, 404, "{}", unknown.text);
    // Later servers have only the log of all endpoints.
    assert_eq!(client.get(logs[0].1.trim_start_matches("/v1")).await.status, 404);
}
