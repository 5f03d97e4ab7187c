//! Reconciling over real sockets against the sandbox: what has ended is brought once, as the event
//! that the webhook would have been, in every generation of the API.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::BTreeMap;

use lomi::binding::{ConfigBuilder, table};
use lomi::models::{Event, EventData};
use lomi::webhook::replay_key;
use lomi::{CallOptions, Client, Input, Secret, Value, json};
use lomi_sandbox::{Generation, Options, Sandbox};

fn client(sandbox: &Sandbox) -> Client {
    Client::with(ConfigBuilder {
        api_key: Some(Secret::new(sandbox.test_key())),
        base_url: Some(sandbox.url().to_owned()),
        ..ConfigBuilder::default()
    })
    .unwrap()
}

async fn post(client: &Client, path: &str, body: Value) -> Value {
    let (post, input) = (http::Method::POST, Input::body(body));
    client.request(post, path, input, CallOptions::new()).await.unwrap().json().unwrap()
}

/// A session that is paid.
async fn pay(client: &Client, amount: i64) {
    let body = json!({"amount": amount, "currency_code": "XOF", "customer_email": "a@b.ci"});
    let operation = table::operation("create_checkout_session").unwrap();
    let made = client.call(operation, Input::body(body), CallOptions::new()).await.unwrap();
    let made = made.json().unwrap();
    let id = made.get("data").unwrap_or(&made)["checkout_session_id"].as_str().unwrap().to_owned();
    post(client, &format!("/_sandbox/sessions/{id}/pay"), json!({})).await;
}

/// Everything that was missed since a cursor, and the next cursor.
async fn missed(client: &Client, since: &str) -> (Vec<Event>, String) {
    let mut run = client.reconcile(since).unwrap();
    let mut events = Vec::new();
    while let Some((event, cursor)) = run.next().await.unwrap() {
        assert!(cursor.len() < 2048);
        events.push(event);
    }
    (events, run.cursor())
}

fn names(events: &[Event]) -> BTreeMap<String, u32> {
    let mut names = BTreeMap::new();
    for event in events {
        let name = event.event.as_ref().unwrap().as_str().to_owned();
        *names.entry(name).or_default() += 1;
    }
    names
}

#[tokio::test]
async fn a_server_without_any_list_ends_no_run() {
    let sandbox = Sandbox::start(Options::default()).unwrap();
    pay(&client(&sandbox), 5001).await;
    let (_, cursor) = missed(&client(&sandbox), "2020-01-01").await;
    let wrong = Client::with(ConfigBuilder {
        api_key: Some(Secret::new(sandbox.test_key())),
        base_url: Some(format!("{}/nowhere", sandbox.url())),
        ..ConfigBuilder::default()
    })
    .unwrap();
    for since in ["2020-01-01", cursor.as_str()] {
        let mut run = wrong.reconcile(since).unwrap();
        let error = run.next().await.err().unwrap();
        assert_eq!(error.kind(), lomi::ErrorKind::UnsupportedOperation, "{error}");
    }
    let (events, _) = missed(&client(&sandbox), &cursor).await;
    assert!(events.is_empty(), "{:?}", names(&events));
}

#[tokio::test]
async fn what_has_ended_is_brought_once() {
    for generation in [Generation::B, Generation::D, Generation::E] {
        let sandbox = Sandbox::start(Options { generation, ..Options::default() }).unwrap();
        let client = client(&sandbox);
        for amount in [5001, 5002, 5003] {
            pay(&client, amount).await;
        }
        let (events, cursor) = missed(&client, "2020-01-01").await;
        let found = names(&events);
        assert_eq!(found.get("PAYMENT_SUCCEEDED"), Some(&3), "{generation:?}: {found:?}");
        assert_eq!(found.get("CHECKOUT_SESSION_COMPLETED"), Some(&3), "{generation:?}: {found:?}");
        for event in &events {
            assert_eq!(event.source.as_deref(), Some("reconcile"));
            if let Some(EventData::Transaction(payment)) = &event.data {
                assert!(payment.transaction_id.is_some());
            }
        }
        let (again, cursor) = missed(&client, &cursor).await;
        assert!(again.is_empty(), "{generation:?}: {:?}", names(&again));
        pay(&client, 5004).await;
        let (more, _) = missed(&client, &cursor).await;
        assert_eq!(names(&more).get("PAYMENT_SUCCEEDED"), Some(&1), "{generation:?}");
        let mut keys: Vec<_> = events.iter().chain(&more).map(|e| replay_key(e).unwrap()).collect();
        let count = keys.len();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), count, "every event has a key of its own");
    }
}

/// The webhook's guard takes the event of a webhook and that of reconcile for one.
#[tokio::test]
async fn a_webhook_and_reconcile_bring_the_same_event() {
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let client = client(&sandbox);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let (sender, deliveries) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        use std::io::{BufRead, BufReader, Read, Write};
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.unwrap());
            let (mut head, mut length) = (String::new(), 0);
            while stream.read_line(&mut head).unwrap_or(0) > 2 {
                if let Some(value) = head.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                head.clear();
            }
            let mut body = vec![0; length];
            stream.read_exact(&mut body).unwrap();
            stream.get_mut().write_all(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap();
            sender.send(String::from_utf8(body).unwrap()).unwrap();
        }
    });
    let operation = table::operation("create_webhook").unwrap();
    let hook = json!({"url": url, "authorized_events": ["PAYMENT_SUCCEEDED"], "events": ["PAYMENT_SUCCEEDED"]});
    client.call(operation, Input::body(hook), CallOptions::new()).await.unwrap();
    pay(&client, 7000).await;
    let delivered = deliveries.recv_timeout(std::time::Duration::from_secs(20)).unwrap();
    let by_webhook = lomi::webhook::replay_key_of_json(&delivered).unwrap();
    let (events, _) = missed(&client, "2020-01-01").await;
    let paid = events.iter().find(|e| e.event.as_ref().unwrap().as_str() == "PAYMENT_SUCCEEDED");
    assert_eq!(replay_key(paid.unwrap()).unwrap(), by_webhook, "{delivered}");
    let Some(EventData::Transaction(payment)) = &paid.unwrap().data else { panic!("{paid:?}") };

    // A payment that was refunded since is still brought, as the same event.
    let refund = json!({"transaction_id": payment.transaction_id.clone().unwrap(), "amount": 7000,
                        "reason": "returned"});
    let operation = table::operation("create_refund").unwrap();
    client.call(operation, Input::body(refund), CallOptions::new()).await.unwrap();
    let (events, _) = missed(&client, "2020-01-01").await;
    let paid = events.iter().find(|e| e.event.as_ref().unwrap().as_str() == "PAYMENT_SUCCEEDED");
    let Some(EventData::Transaction(payment)) = &paid.unwrap().data else { panic!("{paid:?}") };
    assert_eq!(payment.status.as_ref().unwrap().as_str(), "refunded");
    assert_eq!(replay_key(paid.unwrap()).unwrap(), by_webhook);
}
