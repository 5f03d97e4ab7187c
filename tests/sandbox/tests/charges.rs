//! Charges of Wave and MTN accounts: pending first, then paid or refused.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use common::money::balance;
use common::shop::Shop;
use common::{Client, Response, send};
use lomi_sandbox::Options;
use reqwest::Method;
use serde_json::{Value, json};

/// A sandbox whose clock stands still.
async fn standing() -> (Shop, Client) {
    let shop = Shop::responding(&[200]);
    let options = Options { webhook_url: Some(shop.url.clone()), ..Options::default() };
    let client = Client::with(options);
    client.control("/clock", &json!({"freeze": true})).await;
    (shop, client)
}

fn body(phone: &str) -> Value {
    json!({
        "amount": 1_000, "currency": "XOF", "description": "Riz",
        "customer": {"name": "Awa Diop", "phoneNumber": phone, "email": "awa@example.com"},
    })
}

async fn charge(client: &Client, path: &str, scenario: &str, body: &Value) -> Response {
    let request = client.request(Method::POST, path).header("X-Scenario-Key", scenario);
    send(request.json(body)).await
}

async fn status(client: &Client, id: &Value) -> Value {
    let path = format!("/transactions/{}", id.as_str().unwrap());
    client.get(&path).await.json()["status"].clone()
}

#[tokio::test]
async fn a_wave_charge_waits_and_is_paid() {
    let (shop, client) = standing().await;
    let made = client.post("/charge/wave", &body("+221 77 123 45 67")).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let made = made.json();
    let id = &made["transaction_id"];
    assert_eq!(status(&client, id).await, "pending");
    assert_eq!(client.get("/accounts/balance").await.status, 404, "not paid yet");
    let early = client.control("/clock", &json!({"advance": "4s"})).await.json();
    assert_eq!(early["settled"], 0);
    let later = client.control("/clock", &json!({"advance": "1s"})).await.json();
    assert_eq!(later["settled"], 1);
    assert_eq!(status(&client, id).await, "completed");
    assert_eq!(balance(&client).await, json!(1_000));
    let event = shop.next().await.json();
    assert_eq!(event["event"], "PAYMENT_SUCCEEDED");
    let data = &event["data"];
    assert_eq!((&data["transaction_id"], &data["provider_code"]), (id, &json!("WAVE")));
    assert_eq!(
        (&data["checkout_session_id"], &data["customer_name"]),
        (&Value::Null, &json!("Awa Diop"))
    );
    client.control("/clock", &json!({"advance": "2h"})).await;
    assert!(shop.quiet().await, "it ends once");
    // A charge is no checkout session.
    assert_eq!(client.get("/checkout-sessions").await.json(), json!([]));
}

#[tokio::test]
async fn the_end_of_a_phone_number_says_how_it_ends() {
    let (shop, client) = standing().await;
    for path in ["/charge/wave", "/charge/mtn"] {
        let enveloped = |response: Response| {
            let json = response.json();
            json.get("data")
                .filter(|data| data["transaction_id"].is_string())
                .unwrap_or(&json)
                .clone()
        };
        let refused = enveloped(client.post(path, &body("0700000000")).await);
        let waiting = enveloped(client.post(path, &body("0700009999")).await);
        client.control("/clock", &json!({"advance": "6s"})).await;
        assert_eq!(status(&client, &refused["transaction_id"]).await, "failed", "{path}");
        assert_eq!(status(&client, &waiting["transaction_id"]).await, "pending", "{path}");
        assert_eq!(shop.next().await.json()["event"], "PAYMENT_FAILED");
        client.control("/clock", &json!({"advance": "61m"})).await;
        assert_eq!(status(&client, &waiting["transaction_id"]).await, "failed", "{path}");
        let event = shop.next().await.json();
        assert_eq!(
            (&event["event"], &event["data"]["failure_reason"]),
            (&json!("PAYMENT_FAILED"), &json!("expired"))
        );
    }
    assert_eq!(client.get("/accounts/balance").await.status, 404);
}

#[tokio::test]
async fn scenarios_select_the_end() {
    let (shop, client) = standing().await;
    let failed = charge(&client, "/charge/wave", "failed", &body("771234567")).await.json();
    assert_eq!(status(&client, &failed["transaction_id"]).await, "failed");
    assert_eq!(shop.next().await.json()["event"], "PAYMENT_FAILED");

    let pending = charge(&client, "/charge/mtn", "pending", &body("771234567")).await.json();
    let id = &pending["data"]["transaction_id"];
    assert_eq!(pending["data"]["status"], "pending", "{pending}");
    client.control("/clock", &json!({"advance": "30m"})).await;
    assert_eq!(status(&client, id).await, "pending");
    // A test answers in place of the buyer, by the transaction.
    let path = format!("/sessions/{}", id.as_str().unwrap());
    client.control(&format!("{path}/pay"), &json!({})).await;
    assert_eq!(status(&client, id).await, "completed");
    assert_eq!(client.control(&format!("{path}/pay"), &json!({})).await.status, 409);
    assert_eq!(balance(&client).await, json!(1_000), "paid once");
}

#[tokio::test]
async fn the_buyer_answers_on_the_page_of_the_charge() {
    let (_shop, client) = standing().await;
    let mut asked = body("771234567");
    asked["successUrl"] = "https://shop.test/ok".into();
    for (action, end) in [("approve", "completed"), ("refuse", "failed")] {
        let made = charge(&client, "/charge/wave", "pending", &asked).await.json();
        let page = made["wave_launch_url"].as_str().unwrap();
        let path = page.strip_prefix(client.sandbox.url()).unwrap();
        let shown = client.page(path, "en").await;
        assert!(shown.text.contains("Confirm on your phone") && shown.text.contains("1\u{a0}000"));
        client.form(&format!("{path}/{action}"), &[]).await;
        assert_eq!(status(&client, &made["transaction_id"]).await, end);
        if end == "failed" {
            // Another try is another charge: this page asks for nothing any more.
            let again = [("provider", "WAVE"), ("customer_phone", "771234567")];
            client.form(&format!("{path}/pay"), &again).await;
            assert_eq!(status(&client, &made["transaction_id"]).await, "failed");
            assert!(client.page(path, "en").await.text.contains("Nothing was charged"));
        }
    }
    assert_eq!(balance(&client).await, json!(1_000));
}

#[tokio::test]
async fn the_newest_api_completes_mtn_at_once_and_once_per_key() {
    let (shop, client) = standing().await;
    let mut asked = body("771234567");
    asked["quantity"] = 3.into();
    let made = common::money::keyed(&client, "/charge/mtn", "k1", &asked).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!(made.json()["status"], "completed", "{}", made.text);
    let again = common::money::keyed(&client, "/charge/mtn", "k1", &asked).await;
    assert_eq!(made.text, again.text);
    assert_eq!(balance(&client).await, json!(3_000), "the amount is that of one");
    let event = shop.next().await.json();
    assert_eq!(
        (&event["data"]["gross_amount"], &event["data"]["quantity"]),
        (&json!(3_000), &json!(3))
    );
    assert!(shop.quiet().await);
}

#[tokio::test]
async fn a_charge_needs_an_amount_a_currency_and_a_customer() {
    let (_shop, client) = standing().await;
    let without = |name: &str| {
        let mut body = body("771234567");
        body.as_object_mut().unwrap().remove(name);
        body
    };
    for wrong in [
        json!({}),
        without("amount"),
        without("currency"),
        without("customer"),
        json!({"amount": 0, "currency": "XOF", "customer": {"name": "A", "phoneNumber": "1"}}),
        json!({"amount": 5, "currency": "XOF", "customer": {"name": "A"}}),
    ] {
        for path in ["/charge/wave", "/charge/mtn"] {
            let refused = client.post(path, &wrong).await;
            assert_eq!(refused.status, 400, "{path} {wrong}: {}", refused.text);
        }
    }
    let mut little = body("771234567");
    little["amount"] = 99.into();
    let refused = common::money::keyed(&client, "/charge/wave", "k1", &little).await;
    assert_eq!(refused.status, 400, "{}", refused.text);
    assert_eq!(client.get("/transactions").await.json(), json!([]));
}
