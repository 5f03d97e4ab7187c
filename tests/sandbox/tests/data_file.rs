//! State in a file: restarts, kills, and files that cannot be used.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use common::shop::Shop;
use common::{Client, minimal, send};
use lomi_sandbox::{Options, Sandbox, StartError};
use reqwest::Method;
use serde_json::{Value, json};

/// A directory that is removed with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("lomi-sandbox-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self) -> PathBuf {
        self.0.join("lomi.db")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn options(file: &Path) -> Options {
    Options { data: Some(file.to_owned()), ..Options::default() }
}

#[tokio::test]
async fn objects_are_restored_after_a_restart() {
    let folder = Folder::new("objects");
    let first = Client::with(options(&folder.file()));
    let customer = first.post("/customers", &json!({"name": "Awa"})).await.json();
    let gone = first.post("/v1/customers", &json!({"name": "Fatou"})).await.json();
    let gone = format!("/v1/customers/{}", gone["customer_id"].as_str().unwrap());
    send(first.request(Method::DELETE, &gone)).await;
    let paid = first.session(&json!({"amount": 7, "currency_code": "EUR"})).await;
    first.control(&format!("/sessions/{paid}/pay"), &json!({})).await;
    let balance = first.get("/accounts/balance").await.json()[0]["balance"].clone();
    let path = format!("/customers/{}", customer["customer_id"].as_str().unwrap());
    drop(first);

    let second = Client::with(options(&folder.file()));
    assert_eq!(second.get(&path).await.json(), customer);
    assert_eq!(second.get(&gone).await.status, 404);
    let newer = second.post("/customers", &json!({"name": "Awa"})).await.json();
    let list = second.get("/customers").await.json();
    assert_eq!(list["customers"], json!([newer, customer]));
    assert_eq!(second.get("/accounts/balance").await.json()[0]["balance"], balance);
}

#[tokio::test]
async fn what_is_due_after_a_restart_is_done_once() {
    let folder = Folder::new("due");
    let first = Client::with(options(&folder.file()));
    first.control("/clock", &json!({"freeze": true})).await;
    let plan = json!({
        "status": "active", "plan_amount": 5_000, "plan_currency_code": "XOF",
        "plan_billing_frequency": "month",
    });
    first.control("/objects/subscriptions", &plan).await;
    let charge = json!({
        "amount": 300, "currency": "XOF", "customer": {"name": "Awa", "phoneNumber": "771234567"},
    });
    first.post("/charge/wave", &charge).await;
    assert_eq!(first.get("/accounts/balance").await.status, 404);
    drop(first);

    let second = Client::with(options(&folder.file()));
    let work = second.control("/clock", &json!({"advance": "32d"})).await.json();
    assert_eq!((&work["renewed"], &work["settled"]), (&json!(1), &json!(1)));
    let balance = second.get("/accounts/balance").await.json()[0]["balance"].clone();
    assert_eq!(balance, json!(5_300));
    drop(second);

    let third = Client::with(options(&folder.file()));
    let work = third.control("/clock", &json!({"advance": "1s"})).await.json();
    assert_eq!((&work["renewed"], &work["settled"]), (&json!(0), &json!(0)));
    assert_eq!(third.get("/accounts/balance").await.json()[0]["balance"], balance);
}

#[tokio::test]
async fn the_state_is_restored_after_a_restart() {
    let folder = Folder::new("restart");
    let shop = Shop::responding(&[500, 200]);
    let first =
        Client::with(Options { webhook_url: Some(shop.url.clone()), ..options(&folder.file()) });
    let (key, url) = (first.sandbox.test_key().to_owned(), shop.url.clone());
    let keyed = first.request(Method::POST, "/checkout-sessions").header("idempotency-key", "k");
    let made = send(keyed.json(&minimal())).await;
    let gone = first.post("/v1/checkout_sessions", &minimal()).await.json();
    let gone = format!("/v1/checkout_sessions/{}", gone["checkout_session_id"].as_str().unwrap());
    send(first.request(Method::DELETE, &gone)).await;
    let id = made.json()["checkout_session_id"].as_str().unwrap().to_owned();
    first.control("/clock", &json!({"freeze": true, "set": "2031-01-01T00:00:00Z"})).await;
    let paid = first.session(&json!({"amount": 7, "currency_code": "EUR"})).await;
    first.control(&format!("/sessions/{paid}/pay"), &json!({})).await;
    let event = shop.next().await.json();
    tokio::time::sleep(Duration::from_millis(100)).await;
    drop(first);

    let second = Client::with(Options { webhook_url: Some(url), ..options(&folder.file()) });
    assert_eq!(second.sandbox.test_key(), key);
    assert_eq!(second.get(&gone).await.status, 404);
    assert_eq!(second.status(&paid).await, "completed");
    let clock = send(second.bare(Method::GET, "/_sandbox/clock")).await.json();
    assert_eq!(
        (&clock["now"], &clock["frozen"]),
        (&json!("2031-01-01T00:00:00.000Z"), &json!(true))
    );
    assert_eq!(second.status(&id).await, "expired", "five years have gone by");
    let keyed = second.request(Method::POST, "/checkout-sessions").header("idempotency-key", "k");
    let again = send(keyed.json(&minimal())).await;
    assert_eq!(again.status, 201);
    assert_eq!(again.header("idempotency-cache-hit"), None, "keys are kept for a day");
    assert_eq!(second.get("/webhooks").await.json().as_array().unwrap().len(), 1);
    second.control("/clock", &json!({"advance": "5s"})).await;
    assert_eq!(shop.next().await.json()["id"], event["id"], "the retry was not forgotten");
}

#[tokio::test]
async fn keys_are_replayed_after_a_restart() {
    let folder = Folder::new("keys");
    let mut responses = Vec::new();
    for _ in 0..2 {
        let client = Client::with(options(&folder.file()));
        let keyed =
            client.request(Method::POST, "/checkout-sessions").header("idempotency-key", "k");
        responses.push(send(keyed.json(&minimal())).await.text);
    }
    // The replayed response has the port of the first sandbox.
    assert_eq!(responses[0], responses[1]);
}

#[test]
fn a_file_in_use_or_no_database_is_refused() {
    let folder = Folder::new("refused");
    let first = Sandbox::start(options(&folder.file())).unwrap();
    assert!(matches!(Sandbox::start(options(&folder.file())), Err(StartError::Data(..))));
    drop(first);
    let text = folder.0.join("text");
    std::fs::write(&text, "this is no database, only some text of a certain length".repeat(20))
        .unwrap();
    assert!(matches!(Sandbox::start(options(&text)), Err(StartError::Data(..))));
    let nowhere = folder.0.join("no/such/folder/lomi.db");
    assert!(matches!(Sandbox::start(options(&nowhere)), Err(StartError::Data(..))));
}

fn spawn(file: &Path) -> (Child, Value) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_lomi-sandbox"))
        .args(["--quiet", "--port", "0", "--data"])
        .arg(file)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (child, serde_json::from_str(&line).unwrap())
}

/// Every session of a 201 exists after a kill, in fifty rounds.
#[tokio::test]
async fn no_confirmed_session_is_lost_by_a_kill() {
    let folder = Folder::new("kill");
    let http = reqwest::Client::new();
    let mut acknowledged: Vec<String> = Vec::new();
    let mut key = String::new();
    for round in 0..50_u64 {
        let (mut child, hello) = spawn(&folder.file());
        key = hello["test_key"].as_str().unwrap().to_owned();
        let url = format!("{}/checkout-sessions", hello["url"].as_str().unwrap());
        let create = |n: usize| {
            let body = json!({"amount": n + 1, "currency_code": "XOF"});
            http.post(&url).header("x-api-key", &key).json(&body).send()
        };
        let kill_at = tokio::time::Instant::now() + Duration::from_millis(3 + round * 7 % 41);
        let kill = async {
            tokio::time::sleep_until(kill_at).await;
            child.kill().unwrap();
        };
        let work = async {
            let mut made = Vec::new();
            for n in 0.. {
                let Ok(response) = create(n).await else { break };
                let Ok(session) = response.json::<Value>().await else { break };
                made.push(session["checkout_session_id"].as_str().unwrap().to_owned());
            }
            made
        };
        let (made, ()) = tokio::join!(work, kill);
        acknowledged.extend(made);
        child.wait().unwrap();
    }
    assert!(acknowledged.len() > 50, "only {} creates were made", acknowledged.len());
    let (mut child, hello) = spawn(&folder.file());
    let url = format!("{}/checkout-sessions?limit=1000000", hello["url"].as_str().unwrap());
    let all = http.get(url).header("x-api-key", &key).send().await.unwrap();
    let all: Vec<Value> = all.json().await.unwrap();
    let kept: std::collections::HashSet<&str> =
        all.iter().map(|s| s["checkout_session_id"].as_str().unwrap()).collect();
    let lost: Vec<_> = acknowledged.iter().filter(|id| !kept.contains(id.as_str())).collect();
    assert!(lost.is_empty(), "{} of {} lost", lost.len(), acknowledged.len());
    child.kill().unwrap();
    child.wait().unwrap();
}
