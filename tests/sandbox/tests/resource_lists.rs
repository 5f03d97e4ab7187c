//! Envelopes, paging and filters of the lists of every generation, over a socket.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use common::Client;
use serde_json::{Value, json};

/// Three objects of a resource. Returns their ids, newest first.
async fn three(client: &Client, resource: &str, id: &str, fields: &Value) -> Vec<String> {
    let mut ids = Vec::new();
    for _ in 0..3 {
        let object = client.control(&format!("/objects/{resource}"), fields).await;
        assert_eq!(object.status, 200, "{}", object.text);
        ids.insert(0, object.json()[id].as_str().unwrap().to_owned());
    }
    ids
}

fn ids(rows: &Value, name: &str) -> Vec<String> {
    let rows = rows.as_array().unwrap_or_else(|| panic!("not an array: {rows}"));
    rows.iter().map(|row| row[name].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn customers_are_paged_by_number_with_a_total() {
    let client = Client::new();
    let made = three(&client, "customers", "customer_id", &json!({"name": "Awa"})).await;
    for letter in ["b", "d"] {
        let page = client.get_as(letter, "/customers?pageSize=2&page=2").await.json();
        assert_eq!(ids(&page["customers"], "customer_id"), made[2..]);
        let pagination = json!({"page": 2, "pageSize": 2, "totalCount": 3, "totalPages": 2});
        assert_eq!(page["pagination"], pagination);
        let none = client.get_as(letter, "/customers?search=nobody").await.json();
        assert_eq!(none["customers"], json!([]));
    }
    let first = client.get_as("e", "/customers?limit=2").await.json();
    assert_eq!(ids(&first["data"], "customer_id"), made[..2]);
    assert_eq!((&first["object"], &first["has_more"]), (&json!("list"), &json!(true)));
    assert_eq!((&first["limit"], &first["total_count"]), (&json!(2), &json!(3)));
    let cursor = first["next_cursor"].as_str().unwrap();
    let last = client.get_as("e", &format!("/customers?limit=2&cursor={cursor}")).await.json();
    assert_eq!(ids(&last["data"], "customer_id"), made[2..]);
    assert_eq!((&last["has_more"], &last["next_cursor"]), (&json!(false), &Value::Null));
    assert_eq!(client.get_as("e", "/customers?cursor=x").await.status, 400);
    assert_eq!(client.get_as("e", "/customers?limit=101").await.status, 400);
}

#[tokio::test]
async fn the_generated_sdks_have_one_envelope() {
    let client = Client::new();
    let made = three(&client, "products", "product_id", &json!({"name": "Shea butter"})).await;
    let page = client.get("/v1/products?limit=2&offset=1").await.json();
    assert_eq!(ids(&page["data"], "product_id"), made[1..]);
    assert_eq!(page["pagination"], json!({"limit": 2, "offset": 1, "total": 3}));
    let all = client.get("/v1/products").await.json();
    assert_eq!(all["pagination"], json!({"limit": 20, "offset": 0, "total": 3}));
    client.control("/objects/products", &json!({"name": "Attieke"})).await;
    let sorted = client.get("/v1/products?sort=name:asc").await.json();
    assert_eq!(sorted["data"][0]["name"], "Attieke");
    assert_eq!(client.get("/v1/products?sort=unknown").await.status, 400);
    assert_eq!(client.get("/v1/products?limit=0").await.status, 400);
}

#[tokio::test]
async fn each_list_of_the_current_style_has_its_own_envelope() {
    let client = Client::new();
    // Resource, generation, query of the second row, where the rows are, the rest of the body.
    let cases = [
        ("refunds", "b", "limit=1&offset=1", "data", json!({"total": 1, "limit": 1, "offset": 1})),
        ("refunds", "d", "limit=1&offset=1", "data", json!({"success": true})),
        ("payouts", "b", "limit=1&offset=1", "data", json!({"limit": 1, "offset": 1})),
        ("payouts", "d", "pageSize=1&page=2", "data", json!({"success": true})),
        (
            "payment_links",
            "d",
            "limit=1&offset=1",
            "data",
            json!({"total": 1, "limit": 1, "offset": 1}),
        ),
        (
            "payment_requests",
            "b",
            "limit=1&offset=1",
            "data",
            json!({"total": 1, "limit": 1, "offset": 1}),
        ),
        ("transactions", "d", "pageSize=1&page=2", "", json!({})),
        ("subscriptions", "d", "pageSize=1&page=2", "", json!({})),
        ("products", "d", "limit=1&offset=1", "", json!({})),
        ("invoices", "d", "limit=1&offset=1", "", json!({})),
    ];
    for (resource, generation, query, rows, rest) in cases {
        for _ in 0..3 {
            client.control(&format!("/objects/{resource}"), &json!({})).await;
        }
        let stored = client.control_get(&format!("/objects/{resource}")).await;
        let path = format!("/{}?{query}", resource.replace('_', "-"));
        let response = client.get_as(generation, &path).await;
        assert_eq!(response.status, 200, "{path}: {}", response.text);
        let mut body = response.json();
        let found = if rows.is_empty() { body.clone() } else { body[rows].take() };
        let found = found.as_array().unwrap_or_else(|| panic!("{path}: {}", response.text)).clone();
        assert_eq!(found.len(), 1, "{path}");
        let times = (&found[0]["created_at"], &stored[1]["created_at"]);
        assert_eq!(times.0, times.1, "{path}");
        if !rows.is_empty() {
            body.as_object_mut().unwrap().remove(rows);
            assert_eq!(body, rest, "{path}");
        }
    }
    let coupons = client.get("/discount-coupons?limit=1").await;
    assert_eq!(coupons.json(), json!([]));
}

#[tokio::test]
async fn declared_parameters_filter_the_fields_they_name() {
    let client = Client::new();
    let transaction = |status: &str, kind: &str, provider: &str| {
        json!({
            "status": status, "transaction_type": kind, "provider_code": provider,
            "currency_code": "XOF", "payment_method_code": "MOBILE_MONEY", "is_pos": false,
        })
    };
    for (status, kind, provider) in [
        ("completed", "payment", "WAVE"),
        ("pending", "payment", "ORANGE"),
        ("failed", "refund", "WAVE"),
    ] {
        let body = transaction(status, kind, provider);
        client.control("/objects/transactions", &body).await;
    }
    for (query, rows) in [
        ("status=completed", 1),
        ("status=completed,pending", 2),
        ("type=payment", 2),
        ("provider=WAVE&status=failed", 1),
        ("currency=XOF", 3),
        ("currency=EUR", 0),
        ("paymentMethod=MOBILE_MONEY", 3),
        ("isPos=true", 0),
        ("startDate=2020-01-01", 3),
        ("endDate=2020-01-01", 0),
        ("unknown=1", 3),
    ] {
        let list = client.get(&format!("/transactions?{query}")).await.json();
        assert_eq!(list.as_array().unwrap().len(), rows, "{query}");
    }
    assert_eq!(client.get("/transactions?startDate=yesterday").await.status, 400);

    let customer = "9d0e7c52-6d4b-4c0e-9a59-3d4e4c6f1a10";
    client.control("/objects/invoices", &json!({"customer_id": customer, "status": "paid"})).await;
    client.control("/objects/invoices", &json!({"status": "draft"})).await;
    let found = client.get(&format!("/invoices?customerId={customer}")).await.json();
    assert_eq!(found.as_array().unwrap().len(), 1);
    client.control("/objects/payment_links", &json!({"is_active": false})).await;
    let active = client.get("/payment-links?isActive=true").await.json();
    assert_eq!(active["data"], json!([]));
}
