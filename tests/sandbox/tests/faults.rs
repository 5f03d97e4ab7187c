//! Faults, rate limits and the response to create with an unpaid invoice.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use std::time::{Duration, Instant};

use common::{Client, minimal, send};
use lomi_sandbox::Options;
use reqwest::{Method, RequestBuilder};
use serde_json::json;

fn create(client: &Client, fault: &str) -> RequestBuilder {
    client
        .request(Method::POST, "/checkout-sessions")
        .header("x-sandbox-fault", fault)
        .json(&minimal())
}

async fn count(client: &Client) -> usize {
    client.get("/checkout-sessions").await.json().as_array().unwrap().len()
}

#[tokio::test]
async fn statuses_are_sent_before_or_after_handling() {
    let client = Client::new();
    let before = send(create(&client, "503")).await;
    assert_eq!(
        (before.status, &before.json()["error"]["code"]),
        (503, &json!("service_unavailable"))
    );
    assert_eq!(count(&client).await, 0);
    assert_eq!(send(create(&client, "500-after")).await.status, 500);
    assert_eq!(count(&client).await, 1);
    let limited = send(create(&client, "429=900")).await;
    assert_eq!((limited.status, limited.header("retry-after")), (429, Some("900")));
    assert_eq!(limited.header("x-ratelimit-policy"), Some("fixed-window"));
}

#[tokio::test]
async fn connections_are_reset_before_or_after_handling() {
    let client = Client::new();
    for (fault, made) in [("reset-before", 0), ("reset-after", 1)] {
        let error = create(&client, fault).send().await.unwrap_err();
        assert!(format!("{error:?}").contains("ConnectionReset"), "{error:?}");
        assert_eq!(count(&client).await, made, "{fault}");
    }
    let truncated = create(&client, "truncate").send().await.unwrap();
    assert_eq!(truncated.status(), 201);
    assert!(truncated.bytes().await.is_err());
}

#[tokio::test]
async fn responses_can_be_slow_truncated_or_replaced() {
    let client = Client::new();
    for fault in ["latency=150", "latency-inside=150", "latency-after=150"] {
        let start = Instant::now();
        assert_eq!(send(create(&client, fault)).await.status, 201);
        assert!(start.elapsed() >= Duration::from_millis(150), "{fault}");
    }
    let start = Instant::now();
    let slow = send(create(&client, "drip=1")).await;
    assert!(slow.json()["checkout_session_id"].is_string());
    assert!(start.elapsed() > Duration::from_millis(500), "a byte a millisecond");
    let html = send(create(&client, "html")).await;
    assert!(html.status == 200 && html.text.starts_with("<!DOCTYPE html>"));
    let empty = send(create(&client, "empty=502")).await;
    assert_eq!((empty.status, empty.text.as_str()), (502, ""));
}

#[tokio::test]
async fn a_second_request_with_the_key_meets_the_first_in_flight() {
    let client = Client::new();
    let first = create(&client, "latency-inside=400").header("idempotency-key", "k").send();
    let second = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let request = client.request(Method::POST, "/checkout-sessions").json(&minimal());
        send(request.header("idempotency-key", "k").header("x-sandbox-generation", "e")).await
    };
    let (first, second) = tokio::join!(first, second);
    assert_eq!(first.unwrap().status(), 201);
    assert_eq!(
        (second.status, &second.json()["error"]["code"]),
        (409, &json!("idempotency_in_progress"))
    );
    assert_eq!(count(&client).await, 1);
}

#[tokio::test]
async fn rules_apply_to_a_number_of_matching_requests() {
    let client = Client::new();
    let rule = json!({"fault": "502", "count": 2, "method": "post", "path": "/checkout-sessions"});
    assert_eq!(client.control("/faults", &rule).await.json()["faults"][0]["count"], 2);
    assert_eq!(client.get("/checkout-sessions").await.status, 200);
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(client.post("/checkout-sessions", &minimal()).await.status);
    }
    assert_eq!(statuses, [502, 502, 201]);
    assert_eq!(client.control("/faults", &json!({"fault": "nonsense"})).await.status, 400);
    client.control("/faults", &rule).await;
    send(client.bare(Method::DELETE, "/_sandbox/faults")).await;
    assert_eq!(client.post("/checkout-sessions", &minimal()).await.status, 201);
}

#[tokio::test]
async fn rate_limits_are_off_by_default() {
    let rate_limit = Some("3/60".parse().unwrap());
    let client = Client::with(Options { rate_limit, ..Options::default() });
    client.control("/clock", &json!({"freeze": true})).await;
    let first = client.get_as("e", "/checkout-sessions").await;
    assert_eq!(first.header("x-ratelimit-remaining"), Some("2"));
    for expected in [200, 200, 429, 429] {
        let response = client.get("/checkout-sessions").await;
        assert_eq!(response.status, expected);
        if expected == 429 {
            let details = json!({"retry_after_seconds": 60, "limit": 3});
            assert_eq!(response.json()["error"]["details"], details);
            assert_eq!(response.header("retry-after"), Some("60"));
        }
    }
    client.control("/clock", &json!({"advance": "60s"})).await;
    assert_eq!(client.get("/checkout-sessions").await.status, 200);
}

#[tokio::test]
async fn an_unpaid_invoice_blocks_create_until_it_is_paid() {
    let client = Client::new();
    client.control("/blocking-invoices", &json!({"customer_id": "cus_1"})).await;
    let mut body = minimal();
    body["customer_id"] = "cus_1".into();
    let blocked = client.post("/checkout-sessions", &body).await;
    assert_eq!(blocked.status, 201);
    let response = blocked.json();
    assert_eq!(response["payment_required"], true);
    assert_eq!(response["reason"], "invoice_payment_required");
    assert!(response["checkout_session_id"].is_null());
    let page = response["blocking_invoice"]["checkout_url"].as_str().unwrap();
    let id = page.rsplit('/').next().unwrap();
    client.control(&format!("/sessions/{id}/pay"), &json!({})).await;
    assert!(
        client.post("/checkout-sessions", &body).await.json()["checkout_session_id"].is_string()
    );
    // One customer has such an invoice from the start.
    body["customer_id"] = "00000000-0000-4000-8000-000000000402".into();
    assert_eq!(client.post("/checkout-sessions", &body).await.json()["payment_required"], true);
}

#[tokio::test]
async fn the_clock_rejects_unknown_commands() {
    let client = Client::new();
    for wrong in [
        json!({}),
        json!({"advance": "61"}),
        json!({"advance": 5}),
        json!({"set": "soon"}),
        json!({"x": 1}),
    ] {
        assert_eq!(client.control("/clock", &wrong).await.status, 400, "{wrong}");
    }
    let set =
        client.control("/clock", &json!({"freeze": true, "set": "2030-01-01T00:00:00Z"})).await;
    assert_eq!(set.json()["now"], "2030-01-01T00:00:00.000Z");
    let made = client.post("/checkout-sessions", &minimal()).await.json();
    assert_eq!(made["expires_at"], "2030-01-01T01:00:00.000Z");
    assert_eq!(client.control("/clock", &json!({"real": true})).await.json()["frozen"], false);
}
