//! Each documented shape of the API, over a socket.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use common::{Client, documented_a, documented_b, documented_c, minimal, send};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn a_wraps_in_data_and_pages_by_number() {
    let client = Client::new();
    let created = client.post("/v1/checkout-sessions", &documented_a()).await;
    assert_eq!(created.status, 201);
    let session = &created.json()["data"];
    let id = session["checkout_session_id"].as_str().unwrap();
    assert_eq!(session["url"], format!("{}/checkout/{id}", client.sandbox.url()));
    assert_eq!(session["allowed_providers"], json!(["WAVE", "ORANGE"]));
    assert_eq!(session["status"], "open");
    assert_eq!(session["environment"], "test");
    assert_eq!(session["public_description"], Value::Null);
    assert_eq!(session["metadata"], json!({"internal_order_ref": "ORD-12345"}));
    assert!(session["merchant_id"].is_string() && session["organization_id"].is_string());
    assert_eq!(lifetime_minutes(session), 30);

    let got = client.get(&format!("/v1/checkout-sessions/{id}")).await;
    assert_eq!((got.status, &got.json()["data"]), (200, session));

    for _ in 0..4 {
        client.post("/v1/checkout-sessions", &documented_a()).await;
    }
    let page = client.get("/v1/checkout-sessions?limit=2&page=3&status=open").await.json();
    assert_eq!(page["meta"], json!({"current_page": 3, "per_page": 2}));
    assert_eq!(ids(&page["data"]), [id]);
    let none = client.get("/v1/checkout-sessions?status=completed").await.json();
    assert_eq!(none["data"], json!([]));
}

#[tokio::test]
async fn c_is_bare_and_can_update_and_delete() {
    let client = Client::new();
    let created = client.post("/v1/checkout_sessions", &documented_c()).await;
    assert_eq!(created.status, 201);
    let session = created.json();
    assert_eq!(session["product_id"], "prod_1234567890abcdef");
    assert_eq!(session["amount"].to_string(), "15000");
    assert_eq!(lifetime_minutes(&session), 60);
    let path =
        format!("/v1/checkout_sessions/{}", session["checkout_session_id"].as_str().unwrap());
    assert_eq!(client.get(&path).await.json(), session);

    let change = json!({"title": "New", "public_description": "Text", "customer_email": null});
    let updated = send(client.request(Method::PATCH, &path).json(&change)).await;
    assert_eq!(updated.status, 200);
    assert_eq!(updated.json()["title"], "New");
    assert_eq!(updated.json()["public_description"], "Text");
    assert_eq!(updated.json()["customer_email"], Value::Null);
    assert_eq!(updated.json()["success_url"], "https://example.com/success");
    assert_eq!(client.get(&path).await.json(), updated.json());

    let deleted = send(client.request(Method::DELETE, &path)).await;
    assert_eq!((deleted.status, deleted.text.as_str()), (204, ""));
    assert_eq!(client.get(&path).await.status, 404);
    assert_eq!(send(client.request(Method::DELETE, &path)).await.status, 404);
    assert_eq!(send(client.request(Method::PATCH, &path).json(&change)).await.status, 404);
}

#[tokio::test]
async fn c_lists_by_limit_offset_and_sort() {
    let client = Client::new();
    for amount in [300, 100, 2000] {
        let body = json!({"amount": amount, "currency_code": "XOF"});
        client.post("/v1/checkout_sessions", &body).await;
    }
    let amounts = |list: &Value| -> Vec<String> {
        list["data"].as_array().unwrap().iter().map(|s| s["amount"].to_string()).collect()
    };
    let all = client.get("/v1/checkout_sessions").await.json();
    assert_eq!(amounts(&all), ["2000", "100", "300"], "newest first");
    assert_eq!(all["pagination"], json!({"limit": 20, "offset": 0, "total": 3}));
    let up = client.get("/v1/checkout_sessions?sort=amount:asc&limit=2").await.json();
    assert_eq!(amounts(&up), ["100", "300"], "numbers sort by size, not by text");
    let down = client.get("/v1/checkout_sessions?sort=amount:desc&offset=2").await.json();
    assert_eq!(amounts(&down), ["100"]);
    assert_eq!(down["pagination"], json!({"limit": 20, "offset": 2, "total": 3}));
    for wrong in
        ["limit=0", "limit=101", "limit=x", "offset=-1", "sort=nothing:asc", "sort=amount:up"]
    {
        let refused = client.get(&format!("/v1/checkout_sessions?{wrong}")).await;
        assert_eq!(refused.status, 400, "{wrong}");
        assert_eq!(refused.json()["error"]["code"], "bad_request");
    }
}

#[tokio::test]
async fn b_d_and_e_share_a_path_and_differ_in_detail() {
    let client = Client::new();
    let b = client.post_as("b", "/checkout-sessions", &documented_b()).await;
    assert_eq!(b.status, 201);
    let b = b.json();
    assert_eq!(b["amount"].to_string(), "10000.0", "digits are kept");
    assert_eq!(b["require_billing_address"], true);
    assert!(b["url"].is_string());
    let d = client.post("/checkout-sessions", &minimal()).await.json();
    let id = d["checkout_session_id"].as_str().unwrap();
    assert_eq!(d["checkout_url"], format!("{}/checkout/{id}", client.sandbox.url()));
    assert_eq!(d["require_billing_address"], false);
    assert_eq!((&d["quantity"], &d["allow_quantity"]), (&json!(1), &json!(false)));
    assert_eq!(client.get(&format!("/checkout-sessions/{id}")).await.json(), d);
    let body = json!({"amount": 5, "require_phone": false});
    let e = client.post_as("e", "/checkout-sessions", &body).await.json();
    assert_eq!((&e["currency_code"], &e["require_phone"]), (&json!("XOF"), &json!(false)));

    let list = client.get("/checkout-sessions?limit=2&offset=1&status=open").await.json();
    assert_eq!(ids(&list), [id, b["checkout_session_id"].as_str().unwrap()]);
    for method in [Method::PATCH, Method::DELETE] {
        let path = format!("/checkout-sessions/{id}");
        let refused = send(client.request(method.clone(), &path).json(&json!({}))).await;
        let message = format!("Cannot {method} {path}");
        let expected = json!({"statusCode": 404, "message": message, "error": "Not Found"});
        assert_eq!((refused.status, refused.json()), (404, expected));
    }
}

#[tokio::test]
async fn b_says_complete_where_the_others_say_completed() {
    let client = Client::new();
    let body = json!({"amount": 1, "currency_code": "XOF", "status": "completed"});
    let made = client.post("/v1/checkout_sessions", &body).await.json();
    let path = format!("/checkout-sessions/{}", made["checkout_session_id"].as_str().unwrap());
    assert_eq!(client.get(&path).await.json()["status"], "completed");
    assert_eq!(client.get_as("b", &path).await.json()["status"], "complete");
    let found = client.get_as("b", "/checkout-sessions?status=complete").await.json();
    assert_eq!(found.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn e_pages_by_cursor() {
    let client = Client::new();
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(client.session(&minimal()).await);
    }
    made.reverse();
    let (mut seen, mut path) = (Vec::new(), "/checkout-sessions?limit=2".to_owned());
    loop {
        let page = client.get_as("e", &path).await.json();
        assert_eq!((&page["object"], &page["limit"]), (&json!("list"), &json!(2)));
        seen.extend(ids(&page["data"]).into_iter().map(str::to_owned));
        // Newer sessions do not move older ones to the next page.
        client.session(&minimal()).await;
        match page["next_cursor"].as_str() {
            Some(cursor) => path = format!("/checkout-sessions?limit=2&cursor={cursor}"),
            None => {
                assert_eq!(page["has_more"], false);
                break;
            }
        }
    }
    assert_eq!(seen, made);
    let wrong = client.get_as("e", "/checkout-sessions?cursor=nonsense").await;
    assert_eq!((wrong.status, &wrong.json()["error"]["code"]), (400, &json!("invalid_cursor")));
}

#[tokio::test]
async fn both_names_of_the_description_have_one_value() {
    let client = Client::new();
    let mut body = documented_a();
    body["public_description"] = "Shown".into();
    let made = client.post("/v1/checkout-sessions", &body).await.json();
    let id = made["data"]["checkout_session_id"].as_str().unwrap().to_owned();
    let d = client.get(&format!("/checkout-sessions/{id}")).await.json();
    assert_eq!(d["description"], "Shown");
    let c = client.get(&format!("/v1/checkout_sessions/{id}")).await.json();
    assert_eq!(c["allowed_providers"], "WAVE,ORANGE", "a string in the generated SDKs");
}

#[tokio::test]
async fn numbers_keep_every_digit() {
    let client = Client::new();
    for amount in ["10000.00", "12345678901234567890123", "0.10", "1E3"] {
        let text =
            format!(r#"{{"amount": {amount}, "currency_code": "EUR", "metadata": {{"n": 1.10}}}}"#);
        let request = client.request(Method::POST, "/checkout-sessions");
        let made = send(request.header("content-type", "application/json").body(text)).await;
        assert_eq!(made.status, 201, "{}", made.text);
        // serde_json writes an exponent in lower case; the digits stay.
        let kept = amount.replace("1E3", "1e+3");
        assert!(made.text.contains(&format!("\"amount\":{kept},")), "{}", made.text);
        assert!(made.text.contains("\"n\":1.10"));
    }
}

fn ids(list: &Value) -> Vec<&str> {
    let sessions = list.as_array().unwrap();
    sessions.iter().map(|s| s["checkout_session_id"].as_str().unwrap()).collect()
}

fn lifetime_minutes(session: &Value) -> i64 {
    let at = |name: &str| -> jiff::Timestamp { session[name].as_str().unwrap().parse().unwrap() };
    (at("expires_at").as_millisecond() - at("created_at").as_millisecond()) / 60_000
}
