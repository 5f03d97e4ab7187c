//! The client whose calls block, over real sockets: on a thread of its own, and within a tokio
//! runtime.

#![cfg(feature = "blocking")]
#![allow(clippy::unwrap_used)]

use std::io::{Read, Write};
use std::time::Duration;

use lomi::blocking::Client;
use lomi::models::{CheckoutSessionCreate, CheckoutSessionListParams, CheckoutSessionUpdate};
use lomi::{CallOptions, ErrorKind, Input};
use lomi_sandbox::{Family, Options, Sandbox};

fn sandbox() -> Sandbox {
    Sandbox::start(Options { families: vec![Family::C], ..Options::default() }).unwrap()
}

fn client(sandbox: &Sandbox) -> Client {
    Client::builder()
        .api_key(sandbox.test_key())
        .base_url(format!("{}/v1", sandbox.url()))
        .timeout(Duration::from_secs(20))
        .build()
        .unwrap()
}

fn coffee() -> CheckoutSessionCreate {
    CheckoutSessionCreate::new().amount(5000).currency_code("XOF").title("Coffee")
}

fn whole_life(client: &Client) {
    let sessions = client.checkout_sessions();
    let keyed = || CallOptions::new().idempotency_key("order-1");
    let made = sessions.create_with(coffee(), keyed()).unwrap().into_session().unwrap();
    let (again, response) = sessions.create_with_response(coffee(), keyed()).unwrap();
    assert_eq!(again.into_session().unwrap(), made);
    assert_eq!(response.replayed(), Some(true));
    let id = made.checkout_session_id.unwrap();
    assert_eq!(sessions.get(&id).unwrap().title.as_deref(), Some("Coffee"));
    let change = CheckoutSessionUpdate::new().title("Tea");
    assert_eq!(sessions.update(&id, change).unwrap().title.as_deref(), Some("Tea"));
    let path = format!("/checkout_sessions/{id}");
    let raw = client.request(http::Method::GET, &path, Input::default(), CallOptions::new());
    assert_eq!(raw.unwrap().status, 200);
    sessions.delete(&id).unwrap();
    let gone = sessions.get(&id).unwrap_err();
    assert_eq!((gone.kind(), gone.attempts()), (ErrorKind::NotFound, 1));
}

#[test]
fn a_sessions_whole_life() {
    let sandbox = sandbox();
    whole_life(&client(&sandbox));
}

#[tokio::test(flavor = "current_thread")]
async fn the_same_within_a_runtime() {
    let sandbox = sandbox();
    whole_life(&client(&sandbox));
}

#[test]
fn every_item_of_a_list() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let sessions = client.checkout_sessions();
    for _ in 0..7 {
        sessions.create(coffee()).unwrap();
    }
    let page = sessions.list(CheckoutSessionListParams::new().limit(3)).unwrap();
    assert_eq!(page.data.len(), 3);
    let all = sessions.list_all(CheckoutSessionListParams::new().limit(3));
    let ids: Result<Vec<_>, _> = all.map(|one| one.map(|one| one.checkout_session_id)).collect();
    let mut ids = ids.unwrap();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 7);
}

#[test]
fn the_error_of_a_list_is_an_item() {
    let client = Client::builder()
        .api_key("lomi_sk_test_1")
        .base_url("http://127.0.0.1:9")
        .max_retries(0)
        .build()
        .unwrap();
    let mut all = client.checkout_sessions().list_all(CheckoutSessionListParams::new());
    for _ in 0..2 {
        assert_eq!(all.next().unwrap().unwrap_err().kind(), ErrorKind::Connection);
    }
}

#[test]
fn a_lost_response_is_asked_for_again() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for response in [
            "HTTP/1.1 503 Busy\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 30\r\n\r\n\
             {\"checkout_session_id\":\"cs_1\"}",
        ] {
            let (mut connection, _) = listener.accept().unwrap();
            let _ = connection.read(&mut [0; 4096]).unwrap();
            connection.write_all(response.as_bytes()).unwrap();
        }
    });
    let client = Client::builder().api_key("lomi_sk_test_1").base_url(url).build().unwrap();
    let session = client.checkout_sessions().get("cs_1").unwrap();
    assert_eq!(session.checkout_session_id.as_deref(), Some("cs_1"));
}
