//! What a session asks for: prices of the catalogue, and coupons.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use common::money::balance;
use common::{Client, Response, send};
use reqwest::Method;
use serde_json::{Value, json};

/// A product with these prices. Returns it.
async fn product(client: &Client, prices: Value) -> Value {
    let body = json!({"name": "Savon", "product_type": "one_time", "prices": prices});
    let made = client.post("/products", &body).await;
    assert_eq!(made.status, 201, "{}", made.text);
    made.json()
}

fn first_price(product: &Value) -> Value {
    product["prices"][0]["price_id"].clone()
}

async fn session(client: &Client, body: Value) -> Response {
    client.post("/checkout-sessions", &body).await
}

#[tokio::test]
async fn a_price_says_how_much_a_session_asks_for() {
    let client = Client::new();
    let made = product(&client, json!([{"amount": 1_500, "currency_code": "XOF"}])).await;
    let price = first_price(&made);
    let body = |more: Value| {
        let mut body = json!({"price_id": price, "currency_code": "XOF"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let one = session(&client, body(json!({}))).await;
    assert_eq!((one.status, &one.json()["amount"]), (201, &json!(1_500)), "{}", one.text);
    let three = session(&client, body(json!({"quantity": 3}))).await;
    assert_eq!(three.json()["amount"], 4_500);
    let same = session(&client, body(json!({"quantity": 3, "amount": 4_500}))).await;
    assert_eq!(same.json()["amount"], 4_500);
    // By the product, which has one price.
    let by_product = json!({"product_id": made["product_id"], "currency_code": "XOF"});
    let by_product = session(&client, by_product).await.json();
    assert_eq!((&by_product["amount"], &by_product["price_id"]), (&json!(1_500), &price));

    for wrong in [
        json!({"amount": 1_499}),
        json!({"quantity": 3, "amount": 1_500}),
        json!({"quantity": 1.5}),
        json!({"currency_code": "EUR"}),
    ] {
        let refused = session(&client, body(wrong.clone())).await;
        assert_eq!(refused.status, 400, "{wrong}: {}", refused.text);
    }
    // The ids of a real catalogue are not known here: the amount is that of the shop.
    let unknown = json!({"price_id": "price_1", "amount": 7, "currency_code": "XOF"});
    assert_eq!(session(&client, unknown).await.json()["amount"], 7);
}

#[tokio::test]
async fn a_product_with_several_prices_needs_one_or_a_default() {
    let client = Client::new();
    let two = json!([
        {"amount": 100, "currency_code": "XOF"}, {"amount": 900, "currency_code": "XOF"},
    ]);
    let made = product(&client, two).await;
    let id = made["product_id"].as_str().unwrap();
    let body = json!({"product_id": id, "currency_code": "XOF"});
    assert_eq!(session(&client, body.clone()).await.status, 400);
    let price = made["prices"][1]["price_id"].as_str().unwrap();
    let set = client.post(&format!("/products/{id}/prices/{price}/set-default"), &json!({})).await;
    assert!((200..300).contains(&set.status), "{}", set.text);
    assert_eq!(session(&client, body).await.json()["amount"], 900);
    let other = client.post(&format!("/products/{id}/prices/none/set-default"), &json!({})).await;
    assert_eq!(other.status, 404);
}

#[tokio::test]
async fn a_buyer_may_name_the_amount_within_bounds() {
    let client = Client::new();
    let open = json!([{
        "amount": 1_000, "minimum_amount": 500, "maximum_amount": 2_000, "currency_code": "XOF",
        "pricing_model": "pay_what_you_want",
    }]);
    let price = first_price(&product(&client, open).await);
    for (amount, quantity, status) in
        [(500, 1, 201), (499, 1, 400), (2_001, 1, 400), (4_000, 2, 201), (999, 2, 400)]
    {
        let body = json!({
            "price_id": price, "amount": amount, "quantity": quantity, "currency_code": "XOF",
        });
        assert_eq!(session(&client, body).await.status, status, "{amount} x {quantity}");
    }
}

#[tokio::test]
async fn a_cart_is_the_sum_of_its_lines() {
    let client = Client::new();
    let soap =
        first_price(&product(&client, json!([{"amount": 1_500, "currency_code": "XOF"}])).await);
    let tea =
        first_price(&product(&client, json!([{"amount": 250, "currency_code": "XOF"}])).await);
    let lines = json!([{"price_id": soap, "quantity": 2}, {"price_id": tea}]);
    let body = json!({"line_items": lines, "currency_code": "XOF", "amount": 1, "quantity": 9});
    let cart = session(&client, body).await;
    assert_eq!((cart.status, &cart.json()["amount"]), (201, &json!(3_250)), "{}", cart.text);
    let monthly = json!([{"amount": 1, "currency_code": "XOF", "billing_interval": "month"}]);
    let monthly = first_price(&product(&client, monthly).await);
    let euro = first_price(&product(&client, json!([{"amount": 9, "currency_code": "EUR"}])).await);
    for other in [monthly, euro] {
        let body = json!({
            "line_items": [{"price_id": soap}, {"price_id": other}], "currency_code": "XOF",
        });
        assert_eq!(session(&client, body).await.status, 400);
    }
}

#[tokio::test]
async fn a_changed_session_follows_its_price() {
    let client = Client::new();
    let price =
        first_price(&product(&client, json!([{"amount": 1_500, "currency_code": "XOF"}])).await);
    let made = client.post("/v1/checkout_sessions", &json!({"price_id": price})).await.json();
    assert_eq!((&made["amount"], &made["currency_code"]), (&json!(1_500), &json!("XOF")));
    let path = format!("/v1/checkout_sessions/{}", made["checkout_session_id"].as_str().unwrap());
    let patch = |body: Value| send(client.request(Method::PATCH, &path).json(&body));
    assert_eq!(patch(json!({"quantity": 2})).await.json()["amount"], 3_000);
    assert_eq!(patch(json!({"amount": 2_999})).await.status, 400);
    assert_eq!(client.get(&path).await.json()["amount"], 3_000);
}

/// Creates a coupon of today's server.
async fn coupon(client: &Client, body: Value) -> String {
    let made = client.post("/discount-coupons", &body).await;
    assert_eq!(made.status, 201, "{}", made.text);
    made.json()["code"].as_str().unwrap().to_owned()
}

/// Pays a new session of an amount with a coupon.
async fn pay(client: &Client, amount: u64, code: &str, more: Value) -> Response {
    let mut body = json!({"amount": amount, "currency_code": "XOF", "allow_coupon_code": true});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let id = client.session(&body).await;
    client.control(&format!("/sessions/{id}/pay"), &json!({"coupon": code})).await
}

fn amounts(paid: &Response) -> (Value, Value, Value) {
    assert_eq!(paid.status, 200, "{}", paid.text);
    let row = paid.json()["transaction"].clone();
    let amount = |name: &str| row[name].clone();
    (amount("gross_amount"), amount("discount_amount"), amount("net_amount"))
}

#[tokio::test]
async fn a_coupon_takes_off_whole_francs() {
    let client = Client::new();
    let third = coupon(&client, json!({"code": "third", "discount_percentage": 33.3})).await;
    assert_eq!(third, "THIRD");
    let paid = pay(&client, 1_000, "third", json!({})).await;
    assert_eq!(amounts(&paid), (json!(1_000), json!(333), json!(667)));
    assert_eq!(paid.json()["transaction"]["coupon_code"], "THIRD");
    let paid = pay(&client, 7, "THIRD", json!({})).await;
    assert_eq!(amounts(&paid), (json!(7), json!(2), json!(5)));
    let fixed = json!({"code": "F500", "discount_type": "fixed", "discount_fixed_amount": 500});
    coupon(&client, fixed).await;
    let paid = pay(&client, 1_200, "F500", json!({})).await;
    assert_eq!(amounts(&paid), (json!(1_200), json!(500), json!(700)));
    let paid = pay(&client, 300, "F500", json!({})).await;
    assert_eq!(amounts(&paid), (json!(300), json!(300), json!(0)), "never below zero");
    assert_eq!(balance(&client).await, json!(667 + 5 + 700));
    let euro = pay(&client, 300, "F500", json!({"currency_code": "EUR"})).await;
    assert_eq!(euro.status, 400, "its francs are no cents");
}

#[tokio::test]
async fn a_bad_coupon_is_refused() {
    let client = Client::new();
    let half = |code: &str, more: Value| {
        let mut body = json!({"code": code, "discount_percentage": 50});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    coupon(&client, half("OVER", json!({"expires_at": "2020-01-01T00:00:00Z"}))).await;
    coupon(&client, half("SOON", json!({"valid_from": "2090-01-01T00:00:00Z"}))).await;
    coupon(&client, half("OFF", json!({"is_active": false}))).await;
    coupon(&client, half("SOAP", json!({"scope_type": "specific_products", "product_ids": ["p"]})))
        .await;
    coupon(&client, half("PAIR", json!({"max_quantity_per_use": 2}))).await;
    coupon(&client, json!({"code": "NONE"})).await;
    for code in ["OVER", "SOON", "OFF", "SOAP", "NONE", "NEVER-MADE"] {
        let refused = pay(&client, 1_000, code, json!({})).await;
        assert_eq!(refused.status, 400, "{code}: {}", refused.text);
    }
    assert_eq!(pay(&client, 1_000, "PAIR", json!({"quantity": 3})).await.status, 400);
    assert_eq!(pay(&client, 1_000, "PAIR", json!({"quantity": 2})).await.status, 200);
    assert_eq!(pay(&client, 1_000, "SOAP", json!({"product_id": "p"})).await.status, 200);
    let closed = json!({"allow_coupon_code": false});
    assert_eq!(pay(&client, 1_000, "PAIR", closed).await.status, 400);
    assert_eq!(balance(&client).await, json!(1_000), "what was refused has taken nothing");

    for wrong in [
        json!({"code": "A", "discount_percentage": 101}),
        json!({"code": "B", "discount_percentage": -1}),
        json!({"code": "C", "discount_type": "fixed"}),
        json!({"code": "D", "discount_type": "free"}),
        json!({"code": "over"}),
    ] {
        assert_eq!(client.post("/discount-coupons", &wrong).await.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn a_coupon_is_used_no_more_often_than_it_may_be() {
    let client = Client::new();
    coupon(&client, json!({"code": "TWICE", "discount_percentage": 10, "max_uses": 2})).await;
    let mut body = json!({"amount": 100, "currency_code": "XOF", "allow_coupon_code": true});
    let mut begin = async |action: &str| {
        body["title"] = action.into();
        let id = client.session(&body).await;
        let path = format!("/sessions/{id}/{action}");
        (id, client.control(&path, &json!({"coupon": "TWICE"})).await.status)
    };
    assert_eq!(begin("pay").await.1, 200);
    let (waiting, status) = begin("pending").await;
    assert_eq!(status, 200);
    assert_eq!(begin("pay").await.1, 400, "the pending one may still be paid");
    client.control(&format!("/sessions/{waiting}/fail"), &json!({})).await;
    assert_eq!(begin("pay").await.1, 200, "the failed one does not count");
    assert_eq!(begin("pay").await.1, 400);
    let uses = client.get("/discount-coupons").await.json();
    assert_eq!(uses[0]["current_uses"], 2, "{uses}");
    let path = format!("/discount-coupons/{}/performance", uses[0]["coupon_id"].as_str().unwrap());
    let figures = client.get(&path).await.json();
    let figure = |name: &str| figures[name].clone();
    assert_eq!((figure("total_uses"), figure("total_discounts")), (json!(2), json!(20)));
    assert_eq!((figure("total_revenue"), figure("average_discount")), (json!(180), json!(10)));

    let each = json!({
        "code": "ONCE", "discount_percentage": 10, "usage_frequency_limit": "per_customer",
        "usage_limit_value": 1,
    });
    coupon(&client, each).await;
    let by = |email: &str| json!({ "customer_email": email });
    assert_eq!(pay(&client, 100, "ONCE", by("awa@example.com")).await.status, 200);
    assert_eq!(pay(&client, 100, "ONCE", by("awa@example.com")).await.status, 400);
    assert_eq!(pay(&client, 100, "ONCE", by("fatou@example.com")).await.status, 200);
    assert_eq!(pay(&client, 100, "ONCE", json!({})).await.status, 400, "nobody knows who pays");
}

#[tokio::test]
async fn the_page_takes_the_coupons_of_the_merchant() {
    let client = Client::new();
    coupon(&client, json!({"code": "ALL", "discount_percentage": 100})).await;
    coupon(&client, json!({"code": "GONE", "discount_percentage": 5, "max_uses": 0})).await;
    let body = json!({"amount": 1_000, "currency_code": "XOF", "allow_coupon_code": true});
    let id = client.session(&body).await;
    let path = format!("/checkout/{id}/pay");
    let form = |code: &'static str, what: &'static str| {
        [
            ("provider", "WAVE"),
            ("customer_phone", "771234567"),
            ("lang", "en"),
            ("coupon", code),
            ("do", what),
        ]
    };
    let gone = client.form(&path, &form("GONE", "pay")).await;
    assert_eq!(gone.status, 422);
    assert!(gone.text.contains("used as often as it may be"), "{}", gone.text);
    let shown = client.form(&path, &form("all", "update")).await;
    assert!(shown.text.contains("1\u{a0}000"), "{}", shown.text);
    assert_eq!(client.form(&path, &form("all", "pay")).await.status, 303);
    assert_eq!(client.status(&id).await, "completed", "there is nothing to approve");
}
