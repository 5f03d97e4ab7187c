//! Calls through a reqwest client over real sockets: the rules of any other call apply.

#![cfg(feature = "reqwest")]
#![allow(clippy::unwrap_used)]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use lomi::models::CheckoutSessionCreate;
use lomi::{CallOptions, Client, ClientBuilder, Error, ErrorKind, Limits, Outcome};

type Requests = Arc<Mutex<Vec<String>>>;

/// Serves one response for each connection, and the last one to every further connection.
/// After an empty one the connection stays open without a response.
fn server(responses: &[&str]) -> (String, Requests) {
    let responses: Vec<String> = responses.iter().map(|&response| response.into()).collect();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let requests = Requests::default();
    let seen = Arc::clone(&requests);
    std::thread::spawn(move || {
        let mut open = Vec::new();
        for (at, connection) in listener.incoming().enumerate() {
            let mut connection = connection.unwrap();
            let mut read = [0; 4096];
            let count = connection.read(&mut read).unwrap_or(0);
            let text = String::from_utf8_lossy(read.get(..count).unwrap()).into_owned();
            seen.lock().unwrap().push(text);
            let response = responses.get(at).or(responses.last()).unwrap();
            let _ = connection.write_all(response.as_bytes());
            if response.is_empty() {
                open.push(connection);
            }
        }
    });
    (url, requests)
}

/// If reqwest has its feature `rustls-no-provider`, the program installs a provider. The workspace
/// turns that feature on for the conformance runner.
fn http_builder() -> reqwest::ClientBuilder {
    #[cfg(feature = "rustls-ring")]
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
}

fn http_client() -> reqwest::Client {
    http_builder().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

fn builder(base_url: &str, http_client: reqwest::Client) -> ClientBuilder {
    Client::builder().api_key("lomi_sk_test_1").base_url(base_url).http_client(http_client)
}

async fn create(client: &Client) -> Result<String, Error> {
    let body = CheckoutSessionCreate::new().amount(5000).currency_code("XOF");
    let options = CallOptions::new().idempotency_key("order-1");
    let made = client.checkout_sessions().create_with(body, options).await?;
    Ok(made.into_session()?.checkout_session_id.unwrap_or_default())
}

const MADE: &str = "HTTP/1.1 201 Created\r\nconnection: close\r\ncontent-length: 30\r\n\r\n\
                    {\"checkout_session_id\":\"cs_1\"}";

#[tokio::test]
async fn a_lost_response_is_asked_for_again_with_the_same_key() {
    let cut = "HTTP/1.1 201 Created\r\ncontent-length: 30\r\n\r\n{\"checkout";
    let (url, requests) = server(&[cut, MADE]);
    let client = builder(&url, http_client()).build().unwrap();
    assert_eq!(create(&client).await.unwrap(), "cs_1");
    let requests = requests.lock().unwrap();
    assert_eq!(requests.len(), 2);
    for request in requests.iter() {
        assert!(request.starts_with("POST /checkout-sessions HTTP/1.1\r\n"), "{request}");
        assert!(request.to_ascii_lowercase().contains("idempotency-key: order-1\r\n"));
        assert!(request.ends_with("{\"amount\":5000,\"currency_code\":\"XOF\"}"), "{request}");
    }
}

#[tokio::test]
async fn a_request_that_was_not_sent_is_reported() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let client =
        builder(&format!("http://{closed}"), http_client()).max_retries(0).build().unwrap();
    let error = create(&client).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Connection, Outcome::NotSent));
    assert!(!error.is_outcome_unknown());
}

#[tokio::test]
async fn one_deadline_over_all() {
    let (url, _) = server(&[""]);
    let client = builder(&url, http_client()).timeout(Duration::from_millis(300)).build().unwrap();
    let started = Instant::now();
    let error = create(&client).await.unwrap_err();
    assert!(started.elapsed() < Duration::from_secs(3));
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::OutcomeUnknown, Outcome::Unknown));
}

#[tokio::test]
async fn limits_apply_while_a_body_is_received() {
    let body = "x".repeat(5000);
    let large = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1388\r\n{body}\r\n");
    let (url, _) = server(&[&large]);
    let mut limits = Limits::default();
    limits.body = 4000;
    let client = builder(&url, http_client()).limits(limits).build().unwrap();
    let error = client.checkout_sessions().get("cs_1").await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::ResponseTooLarge, 1));
}

#[tokio::test]
async fn a_redirect_is_refused_and_not_repeated() {
    let (elsewhere, stolen) = server(&[MADE]);
    let moved =
        format!("HTTP/1.1 307 Moved\r\nlocation: {elsewhere}/x\r\ncontent-length: 0\r\n\r\n");
    let (url, requests) = server(&[&moved]);
    let client = builder(&url, http_client()).build().unwrap();
    let error = create(&client).await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::UnexpectedRedirect, Some(307)));
    assert_eq!(stolen.lock().unwrap().len(), 0);

    // A client that follows redirects has already sent the key, which the error reports.
    let follows = http_builder().no_proxy().build().unwrap();
    let client = builder(&url, follows).build().unwrap();
    let error = create(&client).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::UnexpectedRedirect, 1));
    assert!(error.is_outcome_unknown() && error.message().contains("replace the key"), "{error}");
    assert_eq!((stolen.lock().unwrap().len(), requests.lock().unwrap().len()), (1, 2));
}

#[test]
fn options_of_the_other_client_are_refused() {
    let set = || builder("https://sandbox.api.lomi.africa", http_client());
    let second = Duration::from_secs(1);
    for (name, builder) in [
        ("connect_timeout", set().connect_timeout(second)),
        ("max_connections", set().max_connections(5)),
        ("ca_file", set().ca_file("ca.pem")),
        ("certificate_file", set().certificate_file("a.pem")),
        ("key_file", set().key_file("a.key")),
        ("tls_server_name", set().tls_server_name("x")),
        ("proxy", set().proxy("http://127.0.0.1:1")),
        ("proxy_header", set().proxy_header("a", "b")),
    ] {
        let error = builder.build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.message().starts_with(&format!("{name} has no effect")), "{error}");
    }
    set().idle_timeout(second).attempt_timeout(second).build().unwrap();
}

#[tokio::test]
async fn a_connect_timeout_of_one_call_is_refused() {
    let client = builder("http://127.0.0.1:9", http_client()).build().unwrap();
    let options = CallOptions::new().connect_timeout(Duration::from_secs(1));
    let error = client.checkout_sessions().get_with("cs_1", options).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Validation, 0));
}

#[tokio::test]
async fn plain_http_stays_on_this_machine() {
    let refused = builder("http://shop.example", http_client()).build().unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Configuration);
    let (url, _) = server(&[MADE]);
    let client = builder(&url.replace("127.0.0.1", "localhost"), http_client()).build().unwrap();
    assert_eq!(create(&client).await.unwrap(), "cs_1");
}

/// Polls a future on this thread, without a runtime.
fn poll_once<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match future.as_mut().poll(&mut context) {
        std::task::Poll::Ready(output) => Some(output),
        std::task::Poll::Pending => None,
    }
}

#[test]
fn without_a_tokio_runtime_there_is_an_error() {
    let client = builder("http://127.0.0.1:9", http_client()).build().unwrap();
    let error = poll_once(create(&client)).unwrap().unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Configuration, 0));
    assert!(error.message().contains("tokio runtime"), "{error}");
}
