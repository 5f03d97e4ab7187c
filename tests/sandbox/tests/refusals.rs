//! Errors: keys, validation, missing resources.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use common::{Client, Response, documented_a, minimal, send};
use lomi_sandbox::{Family, Options, RouteErrors, Sandbox, StartError};
use reqwest::Method;
use serde_json::{Value, json};

const ABSENT: &str = "11111111-2222-4333-8444-555555555555";

async fn with_key(client: &Client, name: &str, value: &str) -> Response {
    send(client.bare(Method::GET, "/checkout-sessions").header(name, value)).await
}

#[tokio::test]
async fn a_key_is_taken_from_three_headers_in_order() {
    let client = Client::new();
    let key = client.sandbox.test_key().to_owned();
    assert_eq!(with_key(&client, "x-api-key", &key).await.status, 200);
    assert_eq!(with_key(&client, "x-lomi-api-key", &key).await.status, 200);
    assert_eq!(with_key(&client, "authorization", &format!("Bearer {key}")).await.status, 200);
    assert_eq!(with_key(&client, "authorization", &format!("bearer {key}")).await.status, 401);
    let wrong_first = client.bare(Method::GET, "/checkout-sessions").header("x-api-key", "wrong");
    assert_eq!(send(wrong_first.header("x-lomi-api-key", &key)).await.status, 401);
}

#[tokio::test]
async fn every_generation_has_its_own_401() {
    let client = Client::new();
    let get = |path: &str, generation: &'static str| {
        let request = client.bare(Method::GET, path).header("x-api-key", "lomi_sk_test_wrong");
        send(request.header("x-sandbox-generation", generation).header("x-request-id", "r-1"))
    };
    let a = get("/v1/checkout-sessions", "d").await;
    assert_eq!(
        (a.status, a.json()),
        (401, json!({"error": {"message": "Invalid API key", "details": {}}}))
    );
    let b = get("/checkout-sessions", "b").await;
    assert_eq!(
        (b.status, b.json()),
        (401, json!({"statusCode": 401, "message": "Invalid API key"}))
    );
    let c = get("/v1/checkout_sessions", "d").await;
    let expected =
        json!({"error": {"code": "unauthorized", "message": "Invalid API key", "details": {}}});
    assert_eq!((c.status, c.json()), (401, expected));
    let d = get("/checkout-sessions", "d").await;
    let expected = json!({
        "error": {"code": "unauthorized", "message": "Invalid API key", "details": "Unauthorized"},
        "request_id": "r-1",
    });
    assert_eq!((d.status, d.json()), (401, expected));
    let none = send(client.bare(Method::GET, "/checkout-sessions")).await;
    assert_eq!(none.json()["error"]["message"], "API key is missing");
}

#[tokio::test]
async fn test_and_live_do_not_see_each_other() {
    let client = Client::new();
    let id = client.session(&minimal()).await;
    let live = |path: String| {
        send(client.bare(Method::GET, &path).header("x-api-key", client.sandbox.live_key()))
    };
    assert_eq!(live(format!("/checkout-sessions/{id}")).await.status, 404);
    assert_eq!(live("/checkout-sessions".to_owned()).await.json(), json!([]));
    let request = client.bare(Method::POST, "/checkout-sessions");
    let made = send(request.header("x-api-key", client.sandbox.live_key()).json(&minimal())).await;
    assert_eq!(made.json()["environment"], "live");
}

#[tokio::test]
async fn unknown_ids_are_404_and_malformed_ones_400_where_the_server_says_so() {
    let client = Client::new();
    for base in ["/v1/checkout-sessions", "/v1/checkout_sessions", "/checkout-sessions"] {
        let gone = client.get(&format!("{base}/{ABSENT}")).await;
        assert_eq!(gone.status, 404, "{base}");
        assert!(gone.text.contains(&format!("Checkout session with ID {ABSENT} not found")));
    }
    assert_eq!(client.get("/checkout-sessions/nope").await.status, 400);
    assert_eq!(client.get("/v1/checkout_sessions/nope").await.status, 404);
    let placeholder = client.get("/checkout-sessions/%7BCHECKOUT_SESSION_ID%7D").await;
    assert_eq!(placeholder.status, 400);
    assert!(placeholder.text.contains("placeholder"));
    // An empty id is the list, as on the server.
    assert_eq!(client.get("/checkout-sessions/").await.json(), json!([]));
}

#[tokio::test]
async fn required_fields_are_those_of_each_document() {
    let client = Client::new();
    let a = client.post("/v1/checkout-sessions", &json!({})).await;
    assert_eq!(a.status, 400);
    let details = a.json()["error"]["details"].clone();
    let mut names: Vec<_> = details.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        ["allowed_providers", "amount", "cancel_url", "currency_code", "success_url"]
    );

    let b = client
        .post_as("b", "/checkout-sessions", &json!({"amount": 1, "currency_code": "XOF"}))
        .await;
    let expected =
        json!({"statusCode": 400, "message": "Either customer_id or customer_email is required"});
    assert_eq!((b.status, b.json()), (400, expected));

    assert_eq!(client.post("/v1/checkout_sessions", &json!({})).await.status, 201);

    let d = client.post("/checkout-sessions", &json!({})).await;
    assert_eq!((d.status, &d.json()["error"]["message"]), (400, &json!("Validation failed")));
    assert_eq!(d.json()["error"]["details"].as_array().unwrap().len(), 2);
    let items =
        json!({"currency_code": "XOF", "line_items": [{"price_id": "price_1", "quantity": 2}]});
    assert_eq!(client.post("/checkout-sessions", &items).await.status, 201);

    let e = client.post_as("e", "/checkout-sessions", &json!({"amount": -1})).await;
    assert_eq!(e.json()["error"]["code"], "amount_invalid");
}

#[tokio::test]
async fn wrong_values_are_refused_everywhere() {
    let client = Client::new();
    let wrong: &[(&str, Value)] = &[
        ("amount", json!(0)),
        ("amount", json!(-5)),
        ("amount", json!("10000")),
        ("currency_code", json!("ZZZ")),
        ("currency_code", json!("xof")),
        ("success_url", json!("javascript:alert(1)")),
        ("cancel_url", json!("not a url")),
        ("customer_email", json!("nobody")),
        ("title", json!(["x"])),
        ("allow_coupon_code", json!("yes")),
        ("metadata", json!("x")),
        ("metadata", json!([1])),
    ];
    for path in ["/v1/checkout-sessions", "/v1/checkout_sessions", "/checkout-sessions"] {
        for (name, value) in wrong {
            let mut body = documented_a();
            body[*name] = value.clone();
            let refused = client.post(path, &body).await;
            assert_eq!(refused.status, 400, "{path} {name} {value}: {}", refused.text);
            assert!(refused.text.contains(name), "{}", refused.text);
        }
    }
    for providers in [json!([]), json!(["NOPE"]), json!("WAVE")] {
        let mut body = documented_a();
        body["allowed_providers"] = providers;
        assert_eq!(client.post("/v1/checkout-sessions", &body).await.status, 400);
    }
    let mut body = documented_a();
    body["metadata"] = (0..51).map(|i| (i.to_string(), json!("x"))).collect();
    assert_eq!(client.post("/v1/checkout-sessions", &body).await.status, 400);
    assert_eq!(client.post("/checkout-sessions", &body).await.status, 201);
}

#[tokio::test]
async fn bodies_that_are_not_json_objects_are_rejected() {
    let client = Client::new();
    for body in ["", "{", "null", "[]", "\"x\"", "{\"amount\": NaN}", &"[".repeat(500)] {
        let request = client.request(Method::POST, "/checkout-sessions");
        let request = request.header("content-type", "application/json").body(body.to_owned());
        assert_eq!(send(request).await.status, 400, "{body}");
    }
    let form = client.request(Method::POST, "/checkout-sessions").body("amount=1");
    assert_eq!(send(form.header("content-type", "text/plain")).await.status, 400);
    let big = client
        .request(Method::POST, "/checkout-sessions")
        .header("content-type", "application/json");
    assert_eq!(send(big.body(vec![b' '; 11 * 1024 * 1024])).await.status, 413);
}

#[tokio::test]
async fn request_ids_are_returned_or_generated() {
    let client = Client::new();
    let path = format!("/checkout-sessions/{ABSENT}");
    let sent = send(client.request(Method::GET, &path).header("x-request-id", "mine-7")).await;
    assert_eq!(sent.header("x-request-id"), Some("mine-7"));
    assert_eq!(sent.json()["request_id"], "mine-7");
    let made = client.get(&path).await;
    assert_eq!(made.header("x-request-id"), made.json()["request_id"].as_str());
    assert_eq!(made.header("x-request-id").unwrap().len(), 36);
}

#[tokio::test]
async fn route_styles_can_be_switched_off() {
    let client = Client::with(Options { families: vec![Family::Current], ..Options::default() });
    for path in ["/v1/checkout_sessions", "/v1/checkout-sessions"] {
        let refused = client.post(path, &documented_a()).await;
        let expected = json!({"statusCode": 404, "message": format!("Cannot POST {path}"), "error": "Not Found"});
        assert_eq!((refused.status, refused.json()), (404, expected));
    }
    assert_eq!(client.post("/checkout-sessions", &minimal()).await.status, 201);
    let listed = client.get("/v1/checkout_sessions?limit=2").await;
    assert_eq!(listed.json()["message"], "Cannot GET /v1/checkout_sessions");
}

#[tokio::test]
async fn a_missing_route_has_three_error_shapes() {
    let with = |route_errors| Client::with(Options { route_errors, ..Options::default() });
    let query = with(RouteErrors::Query).get("/nowhere?a=1").await;
    assert_eq!(query.json()["message"], "Cannot GET /nowhere?a=1");
    let envelope = with(RouteErrors::Envelope).get("/nowhere").await.json();
    assert_eq!(envelope["error"]["message"], "Cannot GET /nowhere");
    assert!(envelope["request_id"].is_string());
}

#[test]
fn only_loopback_addresses_are_served() {
    let options = Options { host: "0.0.0.0".parse().unwrap(), ..Options::default() };
    assert!(matches!(Sandbox::start(options), Err(StartError::NotLoopback(_))));
}

#[test]
fn dropping_a_sandbox_frees_its_port() {
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let address = sandbox.url().trim_start_matches("http://").to_owned();
    assert!(std::net::TcpStream::connect(&address).is_ok());
    drop(sandbox);
    assert!(std::net::TcpStream::connect(&address).is_err());
}
