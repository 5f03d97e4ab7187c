//! Payments become transactions; refunds, payouts and balances follow, over a socket.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use common::money::{balance, keyed, paid};
use common::shop::Shop;
use common::{Client, send};
use lomi_sandbox::Options;
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn a_refund_changes_its_transaction_and_the_balance() {
    let client = Client::new();
    assert_eq!(client.get("/accounts/balance").await.status, 404);
    let id = paid(&client, 10_000, "WAVE").await;
    let transaction = client.get(&format!("/transactions/{id}")).await.json();
    assert_eq!(
        (&transaction["status"], &transaction["net_amount"]),
        (&json!("completed"), &json!(10_000))
    );
    assert_eq!(
        client.get("/v1/transactions").await.json()["data"][0]["transaction_id"],
        id.as_str()
    );
    assert_eq!(balance(&client).await, json!(10_000));

    let part = json!({"transaction_id": id, "amount": 4_000, "reason": "damaged"});
    let refund = client.post("/refunds", &part).await;
    assert_eq!(refund.status, 201, "{}", refund.text);
    let refund = refund.json();
    assert_eq!((&refund["success"], &refund["status"]), (&json!(true), &json!("completed")));
    assert_eq!(
        (&refund["transaction_id"], &refund["refunded_amount"]),
        (&json!(id), &json!(4_000))
    );
    let path = format!("/refunds/{}", refund["refund_id"].as_str().unwrap());
    assert_eq!(client.get(&path).await.json()["reason"], "damaged");
    assert_eq!(balance(&client).await, json!(6_000));
    let transaction = client.get_as("e", &format!("/transactions/{id}")).await.json();
    assert_eq!(
        (&transaction["status"], &transaction["refunded_amount"]),
        (&json!("completed"), &json!(4_000))
    );

    let more = client.post("/refunds", &json!({"transaction_id": id, "amount": 6_001})).await;
    assert_eq!(more.status, 400, "{}", more.text);
    client.post("/refunds", &json!({"transaction_id": id, "amount": 6_000})).await;
    let transaction = client.get(&format!("/transactions/{id}")).await.json();
    assert_eq!(transaction["status"], "refunded");
    assert_eq!(balance(&client).await, json!(0));
    let again = client.post("/refunds", &json!({"transaction_id": id, "amount": 1})).await;
    assert_eq!(again.status, 400);
}

#[tokio::test]
async fn refunds_that_cannot_be_made_are_refused() {
    let client = Client::new();
    let orange = paid(&client, 500, "ORANGE").await;
    for (body, status) in [
        (json!({"transaction_id": orange, "amount": 500}), 400),
        (json!({"transaction_id": orange}), 400),
        (json!({"transaction_id": orange, "amount": 0}), 400),
        (json!({"transaction_id": "00000000-0000-4000-8000-000000000000", "amount": 1}), 404),
    ] {
        let response = client.post("/refunds", &body).await;
        assert_eq!(response.status, status, "{body}: {}", response.text);
    }
    // The README's generation refunds every provider, and answers with the whole refund.
    let body = json!({"transaction_id": orange, "amount": 500});
    let refund = client.post_as("b", "/refunds", &body).await.json();
    assert_eq!((&refund["amount"], &refund["environment"]), (&json!(500), &json!("test")));
}

#[tokio::test]
async fn payouts_leave_the_balance() {
    let client = Client::new();
    paid(&client, 10_000, "MTN").await;
    let body = |amount: u64| json!({"destination": "self", "rail": "wave", "amount": amount, "currency_code": "XOF"});
    assert_eq!(client.post("/payouts", &body(10_001)).await.status, 400);
    let payout = client.post("/payouts", &body(2_500)).await;
    assert_eq!(payout.status, 201, "{}", payout.text);
    let payout = payout.json();
    assert_eq!((&payout["kind"], &payout["success"]), (&json!("withdrawal"), &json!(true)));
    let path = format!("/payouts/{}", payout["payout_id"].as_str().unwrap());
    assert_eq!(client.get(&path).await.json()["amount"], 2_500);
    assert_eq!(balance(&client).await, json!(7_500));
    let check = client.get("/accounts/balance/check/XOF").await.json();
    assert_eq!(check, json!(7_500));
    assert_eq!(client.get_as("e", "/accounts/balance/XOF").await.json(), check);
    let rows = client.get("/accounts/balance/breakdown").await.json();
    assert_eq!(rows[0]["available_balance"], 7_500);
    let live = client.bare(Method::GET, "/accounts/balance");
    assert_eq!(send(live.header("X-API-Key", client.sandbox.live_key())).await.status, 404);
}

#[tokio::test]
async fn amounts_keep_their_digits() {
    let client = Client::new();
    let text = r#"{"name":"Tax","amount":12345678901234567890.10,"currency_code":"XOF"}"#;
    let request =
        client.request(Method::POST, "/v1/prices").header("content-type", "application/json");
    let price = send(request.body(text)).await;
    assert!(price.text.contains("12345678901234567890.10"), "{}", price.text);
}

#[tokio::test]
async fn the_newest_api_moves_money_in_two_steps() {
    let client = Client::new();
    let id = paid(&client, 10_000, "WAVE").await;
    let body = json!({"transaction_id": id, "amount": 10_000});
    let without = client.post_as("e", "/refunds", &body).await;
    assert_eq!(
        (without.status, &without.json()["error"]["code"]),
        (400, &"idempotency_key_required".into())
    );

    let preview = keyed(&client, "/refunds", "k1", &body).await;
    assert_eq!(preview.status, 201);
    let preview = preview.json();
    assert_eq!(preview["requires_confirmation"], true);
    assert_eq!(balance(&client).await, json!(10_000), "nothing has moved");

    let mut confirmed = body.clone();
    confirmed["confirmation_token"] = preview["confirmation_token"].clone();
    let mut other = confirmed.clone();
    other["amount"] = 9_999.into();
    assert_eq!(keyed(&client, "/refunds", "k2", &other).await.status, 400);
    let refund = keyed(&client, "/refunds", "k1", &confirmed).await;
    assert_eq!((refund.status, &refund.json()["refunded_amount"]), (201, &json!(10_000)));
    let replay = keyed(&client, "/refunds", "k1", &confirmed).await;
    assert_eq!(
        (replay.header("idempotency-cache-hit"), &replay.text),
        (Some("true"), &refund.text)
    );
    assert_eq!(balance(&client).await, json!(0), "the replay has moved nothing");

    let payout =
        json!({"destination": "self", "rail": "bank", "amount": 1, "currency_code": "XOF"});
    let preview = keyed(&client, "/payouts", "k3", &payout).await.json();
    let mut late = payout.clone();
    late["confirmation_token"] = preview["confirmation_token"].clone();
    client.control("/clock", &json!({"advance": "11m"})).await;
    let response = keyed(&client, "/payouts", "k3", &late).await;
    assert!(response.text.contains("expired"), "{}", response.text);
}

#[tokio::test]
async fn todays_server_reads_keys_of_payment_requests_alone() {
    let client = Client::new();
    let body = json!({"amount": 5, "currency_code": "XOF", "expiry_date": "2031-01-01T00:00:00Z"});
    let post = |path: &str, body: &Value| {
        send(client.request(Method::POST, path).header("Idempotency-Key", "k").json(body))
    };
    let first = post("/payment-requests", &body).await;
    assert_eq!(
        (first.status, first.header("idempotency-cache-hit")),
        (201, None),
        "{}",
        first.text
    );
    let second = post("/payment-requests", &body).await;
    assert_eq!((second.header("idempotency-cache-hit"), &second.text), (Some("true"), &first.text));
    let mut other = body.clone();
    other["amount"] = 6.into();
    assert_eq!(post("/payment-requests", &other).await.status, 409);
    // The key of a request is not that of a session or of a customer.
    assert_eq!(post("/checkout-sessions", &body).await.header("idempotency-cache-hit"), None);
    let [one, two] = [
        post("/customers", &json!({"name": "Awa"})).await.json(),
        post("/customers", &json!({"name": "Awa"})).await.json(),
    ];
    assert_ne!(one["customer_id"], two["customer_id"]);
}

#[tokio::test]
async fn refunds_payouts_and_subscriptions_send_events() {
    let shop = Shop::responding(&[200]);
    let client =
        Client::with(Options { webhook_url: Some(shop.url.clone()), ..Options::default() });
    let id = paid(&client, 10_000, "WAVE").await;
    assert_eq!(shop.next().await.json()["event"], "PAYMENT_SUCCEEDED");
    client.post("/refunds", &json!({"transaction_id": id, "amount": 100})).await;
    let mut events = Vec::new();
    for _ in 0..2 {
        let event = shop.next().await.json();
        assert_eq!(event["data"]["transaction_id"], id.as_str());
        events.push(event["event"].as_str().unwrap().to_owned());
    }
    let payout =
        json!({"destination": "self", "rail": "wave", "amount": 1, "currency_code": "XOF"});
    client.post("/payouts", &payout).await;
    let subscription = client.post("/v1/subscriptions", &json!({})).await.json();
    let path = format!("/subscriptions/{}", subscription["subscription_id"].as_str().unwrap());
    send(client.request(Method::PATCH, &path).json(&json!({"metadata": {"a": 1}}))).await;
    send(client.request(Method::DELETE, &format!("/v1{path}"))).await;
    for _ in 0..5 {
        events.push(shop.next().await.json()["event"].as_str().unwrap().to_owned());
    }
    events.sort();
    let expected = [
        "PAYOUT_COMPLETED",
        "PAYOUT_CREATED",
        "REFUND_COMPLETED",
        "REFUND_CREATED",
        "SUBSCRIPTION_CANCELLED",
        "SUBSCRIPTION_CREATED",
        "SUBSCRIPTION_UPDATED",
    ];
    assert_eq!(events, expected);
}

#[tokio::test]
async fn a_refund_can_fail_later() {
    let shop = Shop::responding(&[200]);
    let client = Client::new();
    let id = paid(&client, 1_000, "WAVE").await;
    let body = json!({"transaction_id": id, "amount": 1_000});
    let refund = client.post("/refunds", &body).await.json();
    assert_eq!(balance(&client).await, json!(0));
    let endpoint = json!({"url": shop.url, "authorized_events": ["REFUND_FAILED"]});
    client.post("/webhooks", &endpoint).await;
    let path = format!("/objects/refunds/{}", refund["refund_id"].as_str().unwrap());
    let failed = client.control(&path, &json!({"status": "failed"})).await;
    assert_eq!((failed.status, &failed.json()["status"]), (200, &json!("failed")));
    assert_eq!(shop.next().await.json()["data"]["refund_id"], refund["refund_id"]);
    assert_eq!(balance(&client).await, json!(1_000));
    assert_eq!(client.get(&format!("/transactions/{id}")).await.json()["status"], "completed");
    assert_eq!(client.post("/refunds", &body).await.status, 201);
    let unknown = client.control("/objects/refunds/none", &json!({"status": "failed"})).await;
    assert_eq!(unknown.status, 404);
}

#[tokio::test]
async fn a_payment_request_is_paid_over_its_link() {
    let client = Client::new();
    let body =
        json!({"amount": 700, "currency_code": "XOF", "expiry_date": "2031-01-01T00:00:00Z"});
    let request = client.post("/payment-requests", &body).await.json();
    let link = request["payment_link"].as_str().unwrap();
    let page = client.page(link.strip_prefix(client.sandbox.url()).unwrap(), "en").await;
    assert_eq!(page.status, 303);
    let session = page.header("location").unwrap().strip_prefix("/checkout/").unwrap().to_owned();
    client.control(&format!("/sessions/{session}/pay"), &json!({})).await;
    let path = format!("/payment-requests/{}", request["request_id"].as_str().unwrap());
    assert_eq!(client.get(&path).await.json()["status"], "completed");
    assert_eq!(balance(&client).await, json!(700));
    let again = client.page(link.strip_prefix(client.sandbox.url()).unwrap(), "en").await;
    assert_eq!(again.status, 404, "it is paid");
    let console = client.page("/_sandbox", "en").await;
    assert!(console.text.contains("<h2>Transactions</h2>"), "{}", console.text);
}
