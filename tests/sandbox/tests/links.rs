//! Payment links and payment requests: the address they carry opens a page where a buyer pays.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use common::money::balance;
use common::shop::Shop;
use common::{Client, send};
use lomi_sandbox::Options;
use reqwest::Method;
use serde_json::{Value, json};

/// Opens the address of a link as a buyer. Returns the path of the checkout page.
async fn opened(client: &Client, url: &Value) -> String {
    let path = url.as_str().unwrap().strip_prefix(client.sandbox.url()).unwrap();
    let page = client.page(path, "en").await;
    assert_eq!(page.status, 303, "{}", page.text);
    page.header("location").unwrap().to_owned()
}

/// Pays on a checkout page with Wave and approves it on the phone.
async fn pay(client: &Client, path: &str, more: &[(&str, &str)]) {
    let mut form = vec![("provider", "WAVE"), ("customer_phone", "771234567"), ("lang", "en")];
    form.extend(more);
    let asked = client.form(&format!("{path}/pay"), &form).await;
    assert_eq!(asked.status, 303, "{}", asked.text);
    client.form(&format!("{path}/approve"), &[]).await;
}

async fn link(client: &Client, more: Value) -> Value {
    let mut body = json!({"link_type": "instant", "title": "Marché", "currency_code": "XOF"});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let made = client.post("/payment-links", &body).await;
    assert_eq!(made.status, 201, "{}", made.text);
    made.json()
}

#[tokio::test]
async fn a_link_is_paid_by_every_buyer_who_opens_it() {
    let shop = Shop::responding(&[200]);
    let options = Options { webhook_url: Some(shop.url.clone()), ..Options::default() };
    let client = Client::with(options);
    let made = link(&client, json!({"amount": 2_500})).await;
    let [first, second] =
        [opened(&client, &made["url"]).await, opened(&client, &made["url"]).await];
    assert_ne!(first, second, "each buyer has a session of their own");
    let shown = client.page(&first, "en").await.text;
    assert!(shown.contains("Marché") && shown.contains("2\u{a0}500"), "{shown}");
    for path in [&first, &second] {
        pay(&client, path, &[]).await;
        let event = shop.next().await.json();
        assert_eq!(event["event"], "PAYMENT_SUCCEEDED");
        assert_eq!(event["data"]["net_amount"], 2_500);
    }
    assert_eq!(balance(&client).await, json!(5_000));
    assert_eq!(client.get("/transactions").await.json().as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_link_of_a_product_asks_for_its_price() {
    let client = Client::new();
    let body = json!({
        "name": "Savon", "product_type": "one_time",
        "prices": [{"amount": 1_500, "currency_code": "XOF"}],
    });
    let product = client.post("/products", &body).await.json();
    client.post("/discount-coupons", &json!({"code": "DIX", "discount_percentage": 10})).await;
    let made = link(
        &client,
        json!({
            "link_type": "product", "product_id": product["product_id"],
            "allow_quantity": true, "allow_coupon_code": true,
        }),
    )
    .await;
    let path = opened(&client, &made["url"]).await;
    assert!(client.page(&path, "en").await.text.contains("1\u{a0}500"));
    pay(&client, &path, &[("quantity", "3"), ("coupon", "dix")]).await;
    assert_eq!(balance(&client).await, json!(4_050));
}

#[tokio::test]
async fn a_link_that_is_over_says_so() {
    let client = Client::new();
    client.control("/clock", &json!({"freeze": true, "set": "2027-01-31T12:00:00Z"})).await;
    let old = link(&client, json!({"amount": 5, "expires_at": "2027-01-31T11:59:59Z"})).await;
    let off = link(&client, json!({"amount": 5, "is_active": false})).await;
    for made in [old, off] {
        let path = made["url"].as_str().unwrap().strip_prefix(client.sandbox.url()).unwrap();
        let page = client.page(path, "en").await;
        assert_eq!(page.status, 404);
        assert!(page.text.contains("This link can no longer be paid"), "{}", page.text);
    }
    assert!(client.page("/pay/none", "en").await.text.contains("No such checkout page"));
    // A session does not outlive its link.
    let brief = link(&client, json!({"amount": 5, "expires_at": "2027-01-31T12:10:00Z"})).await;
    let path = opened(&client, &brief["url"]).await;
    client.control("/clock", &json!({"advance": "11m"})).await;
    assert!(client.page(&path, "en").await.text.contains("has expired"));
}

#[tokio::test]
async fn a_request_is_paid_once() {
    let client = Client::new();
    let customer =
        json!({"name": "Awa Diop", "email": "awa@example.com", "phone_number": "+221771234567"});
    let customer = client.post("/customers", &customer).await.json()["customer_id"].clone();
    let body = json!({
        "amount": 700, "currency_code": "XOF", "expiry_date": "2031-01-01", "customer_id": customer,
    });
    let request = client.post("/payment-requests", &body).await;
    assert_eq!(request.status, 201, "{}", request.text);
    let request = request.json();
    let first = opened(&client, &request["payment_link"]).await;
    assert_eq!(first, opened(&client, &request["payment_link"]).await, "one open session");
    assert!(client.page(&first, "en").await.text.contains("awa@example.com"));
    client.control("/clock", &json!({"advance": "61m"})).await;
    let second = opened(&client, &request["payment_link"]).await;
    assert_ne!(first, second, "the first has expired");
    pay(&client, &second, &[]).await;
    assert_eq!(balance(&client).await, json!(700));
    let path = format!("/payment-requests/{}", request["request_id"].as_str().unwrap());
    assert_eq!(client.get(&path).await.json()["status"], "completed");
    let again = request["payment_link"].as_str().unwrap();
    let again = client.page(again.strip_prefix(client.sandbox.url()).unwrap(), "fr").await;
    assert!(again.status == 404 && again.text.contains("ne peut plus être payé"), "{}", again.text);
}

#[tokio::test]
async fn another_session_of_a_paid_request_takes_no_money() {
    let client = Client::new();
    let body = json!({"amount": 700, "currency_code": "XOF", "expiry_date": "2031-01-01"});
    let request = client.post("/payment-requests", &body).await.json();
    let path = opened(&client, &request["payment_link"]).await;
    // A session that the shop made for the same request.
    let other = json!({"amount": 700, "payment_request_id": request["request_id"]});
    let other = client.post("/v1/checkout_sessions", &other).await.json();
    pay(&client, &path, &[]).await;
    let other = format!("/sessions/{}/pay", other["checkout_session_id"].as_str().unwrap());
    assert_eq!(client.control(&other, &json!({})).await.status, 409);
    assert_eq!(balance(&client).await, json!(700));
}

#[tokio::test]
async fn an_archived_link_is_gone() {
    let client = Client::new();
    let made = link(&client, json!({"amount": 5})).await;
    let path = format!("/payment-links/{}", made["link_id"].as_str().unwrap());
    let request = client.request(Method::DELETE, &path).header("X-Sandbox-Generation", "e");
    assert_eq!(send(request).await.status, 200);
    let page = made["url"].as_str().unwrap().strip_prefix(client.sandbox.url()).unwrap();
    assert_eq!(client.page(page, "en").await.status, 404);
}
