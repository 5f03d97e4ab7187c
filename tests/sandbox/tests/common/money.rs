//! Payments and what is done with their money.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Client, Response, send};

/// Pays a session and returns the id of its transaction.
pub async fn paid(client: &Client, amount: u64, provider: &str) -> String {
    let id = client.session(&json!({"amount": amount, "currency_code": "XOF"})).await;
    let body = json!({"provider": provider});
    let done = client.control(&format!("/sessions/{id}/pay"), &body).await.json();
    done["transaction"]["transaction_id"].as_str().unwrap().to_owned()
}

/// The balance in XOF.
pub async fn balance(client: &Client) -> Value {
    client.get("/accounts/balance?currency=XOF").await.json()[0]["balance"].clone()
}

/// A create of generation E with a key.
pub async fn keyed(client: &Client, path: &str, key: &str, body: &Value) -> Response {
    let request = client.request(Method::POST, path).header("X-Sandbox-Generation", "e");
    send(request.header("Idempotency-Key", key).json(body)).await
}

/// Both steps of generation E.
pub async fn confirmed(client: &Client, path: &str, key: &str, body: &Value) -> Response {
    let preview = keyed(client, path, key, body).await;
    if preview.status != 201 {
        return preview;
    }
    let mut body = body.clone();
    body["confirmation_token"] = preview.json()["confirmation_token"].clone();
    keyed(client, path, key, &body).await
}
