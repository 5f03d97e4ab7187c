//! A sandbox and a plain HTTP client for it.
#![allow(dead_code, unreachable_pub)] // each test file uses a part

pub mod money;
pub mod shop;

use lomi_sandbox::{Options, Sandbox};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

/// A response with its body.
pub struct Response {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl Response {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|e| panic!("{e}: {}", self.text))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|v| v.to_str().unwrap())
    }
}

pub struct Client {
    pub sandbox: Sandbox,
    pub http: reqwest::Client,
}

impl Client {
    pub fn new() -> Self {
        Self::with(Options::default())
    }

    pub fn with(options: Options) -> Self {
        let sandbox = Sandbox::start(options).unwrap();
        // When another crate of the build enables TLS, reqwest needs a provider, although nothing
        // here uses TLS. Another test may have installed it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http =
            reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { sandbox, http }
    }

    /// A request without a key.
    pub fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.sandbox.url()))
    }

    /// A request with the test key.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.bare(method, path).header("X-API-Key", self.sandbox.test_key())
    }

    pub async fn get(&self, path: &str) -> Response {
        send(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Response {
        send(self.request(Method::POST, path).json(body)).await
    }

    /// As generation B, D or E.
    pub async fn get_as(&self, generation: &str, path: &str) -> Response {
        send(self.request(Method::GET, path).header("X-Sandbox-Generation", generation)).await
    }

    pub async fn post_as(&self, generation: &str, path: &str, body: &Value) -> Response {
        let request = self.request(Method::POST, path).header("X-Sandbox-Generation", generation);
        send(request.json(body)).await
    }

    /// Creates a session over today's route and returns its id.
    pub async fn session(&self, body: &Value) -> String {
        let response = self.post("/checkout-sessions", body).await;
        assert_eq!(response.status, 201, "{}", response.text);
        response.json()["checkout_session_id"].as_str().unwrap().to_owned()
    }
}

pub async fn send(request: RequestBuilder) -> Response {
    let response = request.send().await.unwrap();
    Response {
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        text: response.text().await.unwrap(),
    }
}

/// The smallest body that today's server accepts.
pub fn minimal() -> Value {
    json!({"amount": 10000, "currency_code": "XOF"})
}

/// The example body of the developer documentation.
pub fn documented_a() -> Value {
    json!({
        "success_url": "https://your-site.com/order/success?",
        "cancel_url": "https://your-site.com/cart",
        "allowed_providers": ["WAVE", "ORANGE"],
        "amount": 10000,
        "currency_code": "XOF",
        "title": "Your Order Summary",
        "metadata": {"internal_order_ref": "ORD-12345"},
    })
}

/// The example body of the generated SDKs' documents.
pub fn documented_c() -> Value {
    json!({
        "amount": 15000,
        "currency_code": "XOF",
        "product_id": "prod_1234567890abcdef",
        "success_url": "https://example.com/success",
        "cancel_url": "https://example.com/cancel",
        "customer_email": "customer@example.com",
    })
}

/// The example body of the API's README.
pub fn documented_b() -> Value {
    serde_json::from_str(
        r#"{
        "amount": 10000.0,
        "currency_code": "XOF",
        "title": "Premium Subscription",
        "description": "Monthly subscription to premium features",
        "customer_email": "john@example.com",
        "customer_name": "John Doe",
        "customer_phone": "+221771234567",
        "product_id": "123e4567-e89b-12d3-a456-426614174000",
        "price_id": "321e4567-e89b-12d3-a456-426614174000",
        "allow_quantity": false,
        "quantity": 1,
        "success_url": "https://example.com/success",
        "cancel_url": "https://example.com/cancel",
        "allow_coupon_code": true,
        "require_billing_address": true,
        "metadata": {"order_id": "ORDER-12345"}
    }"#,
    )
    .unwrap()
}

impl Client {
    /// POST of a form, as a browser sends it; redirects are not followed.
    pub async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Response {
        send(self.bare(Method::POST, path).form(fields)).await
    }

    /// A page, as a browser requests it.
    pub async fn page(&self, path: &str, language: &str) -> Response {
        send(self.bare(Method::GET, path).header("accept-language", language)).await
    }

    /// POST of the control API.
    pub async fn control(&self, path: &str, body: &Value) -> Response {
        send(self.bare(Method::POST, &format!("/_sandbox{path}")).json(body)).await
    }

    /// GET of the control API.
    pub async fn control_get(&self, path: &str) -> Value {
        send(self.bare(Method::GET, &format!("/_sandbox{path}"))).await.json()
    }

    /// The status of a session.
    pub async fn status(&self, id: &str) -> String {
        let session = self.get(&format!("/checkout-sessions/{id}")).await.json();
        session["status"].as_str().unwrap().to_owned()
    }
}
