//! Exports: a file is made in the background and can then be downloaded.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use common::money::paid;
use common::shop::Shop;
use common::{Client, Response, send};
use lomi_sandbox::Options;
use reqwest::Method;
use serde_json::{Value, json};

/// A GET of a whole address, without a key.
async fn download(client: &Client, url: &Value) -> Response {
    let path = url.as_str().unwrap().strip_prefix(client.sandbox.url()).unwrap();
    send(client.bare(Method::GET, path)).await
}

/// The file of a type, once it is made.
async fn file(client: &Client, kind: &str) -> Response {
    let made = client.post_as("e", "/exports", &json!({"type": kind})).await;
    assert_eq!(made.status, 201, "{}", made.text);
    client.control("/clock", &json!({"advance": "6s"})).await;
    let path = format!("/exports/{}", made.json()["export_id"].as_str().unwrap());
    let ready = client.get_as("e", &path).await.json();
    download(client, &ready["download_url"]).await
}

#[tokio::test]
async fn an_export_is_pending_and_then_has_a_file() {
    let client = Client::new();
    client.control("/clock", &json!({"freeze": true})).await;
    let transaction = paid(&client, 10_000, "WAVE").await;
    let made = client.post_as("e", "/exports", &json!({"type": "transactions_csv"})).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let made = made.json();
    assert_eq!((&made["status"], &made["download_url"]), (&json!("pending"), &Value::Null));
    let id = made["export_id"].as_str().unwrap();
    let early = send(client.bare(Method::GET, &format!("/files/{id}"))).await;
    assert_eq!(early.status, 404, "{}", early.text);

    client.control("/clock", &json!({"advance": "6s"})).await;
    let ready = client.get_as("e", &format!("/exports/{id}")).await.json();
    assert_eq!(ready["status"], "ready");
    assert_eq!(
        (&ready["filename"], &ready["mime_type"]),
        (&json!("transactions.csv"), &json!("text/csv"))
    );
    let file = download(&client, &ready["download_url"]).await;
    assert_eq!((file.status, file.header("content-type")), (200, Some("text/csv; charset=utf-8")));
    assert!(file.header("content-disposition").unwrap().contains("\"transactions.csv\""));
    let lines: Vec<&str> = file.text.lines().collect();
    assert_eq!(lines.len(), 2, "{}", file.text);
    assert!(
        lines[0].contains("transaction_id") && lines[1].contains(&transaction),
        "{}",
        file.text
    );
}

#[tokio::test]
async fn an_export_can_fail() {
    let client = Client::new();
    let made = client.post_as("e", "/exports", &json!({"type": "customers_csv"})).await.json();
    let id = made["export_id"].as_str().unwrap();
    client.control(&format!("/objects/exports/{id}"), &json!({"status": "failed"})).await;
    client.control("/clock", &json!({"advance": "6s"})).await;
    let failed = client.get_as("e", &format!("/exports/{id}")).await.json();
    assert_eq!((&failed["status"], &failed["download_url"]), (&json!("failed"), &Value::Null));
    assert_eq!(send(client.bare(Method::GET, &format!("/files/{id}"))).await.status, 404);
    assert_eq!(client.post_as("e", "/exports", &json!({})).await.status, 400);
}

#[tokio::test]
async fn a_file_has_the_objects_of_its_own_environment() {
    let client = Client::new();
    for (environment, name) in [("test", "Awa, \"A\""), ("live", "Moussa")] {
        let customer = json!({"name": name, "environment": environment});
        client.control("/objects/customers", &customer).await;
    }
    let file = file(&client, "customers_csv").await;
    assert!(file.text.contains("\"Awa, \"\"A\"\"\""), "{}", file.text);
    assert!(!file.text.contains("Moussa"), "{}", file.text);
}

#[tokio::test]
async fn deliveries_have_a_file_too() {
    let shop = Shop::responding(&[200]);
    let client =
        Client::with(Options { webhook_url: Some(shop.url.clone()), ..Options::default() });
    paid(&client, 10_000, "WAVE").await;
    shop.next().await;
    let file = file(&client, "webhook_deliveries_csv").await;
    assert!(file.text.starts_with("log_id,webhook_id,event_type"), "{}", file.text);
    assert!(file.text.contains("PAYMENT_SUCCEEDED,1,true,200"), "{}", file.text);
}

#[tokio::test]
async fn the_account_export_has_everything() {
    let client = Client::new();
    let transaction = paid(&client, 10_000, "WAVE").await;
    let made = client.post_as("e", "/account/export", &json!({})).await;
    assert_eq!(made.status, 201, "{}", made.text);
    client.control("/clock", &json!({"advance": "6s"})).await;
    let path = format!("/exports/{}", made.json()["export_id"].as_str().unwrap());
    let ready = client.get_as("e", &path).await.json();
    assert_eq!(ready["filename"], "account_export.csv");
    let file = download(&client, &ready["download_url"]).await;
    assert!(file.text.starts_with("resource,id,created_at,data\r\n"), "{}", file.text);
    assert!(file.text.contains(&format!("transactions,{transaction},")), "{}", file.text);
}
