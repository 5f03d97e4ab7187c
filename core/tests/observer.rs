//! The events that an observer receives for the attempts of a call, over a real socket.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;

use lomi::models::CheckoutSessionCreate;
use lomi::{CallOptions, Client, Input, Observer, RequestEvent, ResponseEvent};

/// A server that sends these responses, one on each connection.
fn server(responses: &'static [&'static str]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for response in responses {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 8192];
            assert!(stream.read(&mut request).unwrap() > 0);
            stream.write_all(response.as_bytes()).unwrap();
        }
    });
    url
}

const BUSY: &str = "HTTP/1.1 503 Busy\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
const CREATED: &str = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 30\r\n\r\n\
                       {\"checkout_session_id\":\"cs_1\"}";

/// Records events, and panics after each.
#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<Vec<String>>>);

impl Observer for Recorder {
    fn on_request(&self, event: &RequestEvent<'_>) {
        let RequestEvent { operation, method, route, attempt, idempotency_key, .. } = event;
        let line = format!("{operation} {method} {route} {attempt} {idempotency_key:?}");
        self.0.lock().unwrap().push(line);
        panic!("in an observer");
    }

    fn on_response(&self, event: &ResponseEvent<'_>) {
        let ResponseEvent { operation, route, attempt, status, failure, .. } = event;
        let again = event.retry_in.is_some();
        let line = format!("{operation} {route} {attempt} {status:?} {failure:?} {again}");
        self.0.lock().unwrap().push(line);
        panic!("in an observer");
    }
}

impl Recorder {
    fn client(&self, url: String) -> Client {
        let builder = Client::builder().api_key("lomi_sk_test_1").base_url(url);
        builder.observer(self.clone()).build().unwrap()
    }

    fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(|lines| lines.into_inner()).clone()
    }
}

#[tokio::test]
async fn every_attempt_is_told_before_and_after_and_a_panic_changes_nothing() {
    let recorder = Recorder::default();
    let client = recorder.client(server(&[BUSY, CREATED]));
    let body = CheckoutSessionCreate::new().amount(1000).currency_code("XOF");
    let options = CallOptions::new().idempotency_key("order-1");
    let made = client.checkout_sessions().create_with(body, options).await.unwrap();
    assert_eq!(made.into_session().unwrap().checkout_session_id.as_deref(), Some("cs_1"));
    let call = "create_checkout_session";
    let route = "/checkout-sessions";
    assert_eq!(
        recorder.lines(),
        [
            format!("{call} POST {route} 1 Some(\"order-1\")"),
            format!("{call} {route} 1 Some(503) None true"),
            format!("{call} POST {route} 2 Some(\"order-1\")"),
            format!("{call} {route} 2 Some(200) None false"),
        ]
    );
}

#[tokio::test]
async fn an_event_of_another_endpoint_holds_no_value_of_its_path() {
    let recorder = Recorder::default();
    let client = recorder.client(server(&[CREATED]));
    let path = "/customers/cus_9f3e?email=a@b.test";
    let sent = client.request(http::Method::GET, path, Input::default(), CallOptions::new());
    sent.await.unwrap();
    for line in recorder.lines() {
        assert!(line.contains("/customers/*"), "{line}");
        assert!(!line.contains("cus_9f3e") && !line.contains("a@b"), "{line}");
    }
    assert_eq!(recorder.lines().len(), 2);
}
