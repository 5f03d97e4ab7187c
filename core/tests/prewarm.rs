//! Connections that are opened ahead, over real sockets.

#![cfg(feature = "blocking")]
#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex, mpsc};
use std::thread;

use lomi::{Client, ErrorKind, Observer, Outcome, RequestEvent};

/// A server that reports for each connection that it was opened, and then each request.
fn serve() -> (String, mpsc::Receiver<&'static str>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (sender, seen) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.unwrap());
            sender.send("opened").unwrap();
            let sender = sender.clone();
            thread::spawn(move || {
                let mut head = String::new();
                while stream.read_line(&mut head).is_ok_and(|length| length > 0) {
                    if head.ends_with("\r\n\r\n") {
                        sender.send("request").unwrap();
                        let body = r#"{"checkout_session_id":"cs_1"}"#;
                        let length = body.len();
                        let answer =
                            format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{body}");
                        stream.get_mut().write_all(answer.as_bytes()).unwrap();
                        head.clear();
                    }
                }
            });
        }
    });
    (url, seen)
}

fn builder(url: &str) -> lomi::ClientBuilder {
    Client::builder().api_key("lomi_sk_test_1").base_url(url).max_retries(0)
}

#[test]
fn the_first_blocking_call_uses_the_connection() {
    let (url, seen) = serve();
    let client = lomi::blocking::Client::from(builder(&url).build().unwrap());
    client.prewarm().unwrap();
    // An open connection is enough.
    client.prewarm().unwrap();
    assert_eq!(seen.recv().unwrap(), "opened");
    assert!(seen.try_recv().is_err(), "nothing is sent");
    client.checkout_sessions().get("cs_1").unwrap();
    client.prewarm().unwrap();
    client.checkout_sessions().get("cs_1").unwrap();
    assert_eq!(seen.try_iter().collect::<Vec<_>>(), ["request", "request"]);
}

#[test]
fn the_first_call_of_another_thread_uses_it() {
    let (url, seen) = serve();
    let client = lomi::blocking::Client::from(builder(&url).build().unwrap());
    client.prewarm().unwrap();
    thread::scope(|scope| {
        scope.spawn(|| client.checkout_sessions().get("cs_1").unwrap()).join().unwrap()
    });
    assert_eq!(seen.try_iter().collect::<Vec<_>>(), ["opened", "request"]);
}

#[tokio::test]
async fn the_first_awaited_call_uses_the_connection() {
    let (url, seen) = serve();
    let client = builder(&url).build().unwrap();
    client.prewarm().await.unwrap();
    client.checkout_sessions().get("cs_1").await.unwrap();
    assert_eq!(seen.try_iter().collect::<Vec<_>>(), ["opened", "request"]);
}

/// Counts requests.
#[derive(Default, Clone)]
struct Count(Arc<Mutex<u32>>);

impl Observer for Count {
    fn on_request(&self, _: &RequestEvent<'_>) {
        *self.0.lock().unwrap() += 1;
    }
}

#[tokio::test]
async fn no_request_is_reported() {
    let (url, _seen) = serve();
    let count = Count::default();
    let client = builder(&url).observer(count.clone()).build().unwrap();
    client.prewarm().await.unwrap();
    assert_eq!(*count.0.lock().unwrap(), 0);
    client.checkout_sessions().get("cs_1").await.unwrap();
    assert_eq!(*count.0.lock().unwrap(), 1);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_the_error_of_a_call() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let client = builder(&format!("http://{closed}")).build().unwrap();
    let (ahead, called) = (client.prewarm().await, client.checkout_sessions().get("cs_1").await);
    let (ahead, called) = (ahead.unwrap_err(), called.unwrap_err());
    assert_eq!((ahead.kind(), ahead.outcome()), (ErrorKind::Connection, Outcome::NotSent));
    assert_eq!((ahead.kind(), ahead.message()), (called.kind(), called.message()));
}

#[tokio::test]
async fn a_proxy_is_used_and_gets_no_key() {
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", proxy.local_addr().unwrap());
    let server = thread::spawn(move || {
        let (mut stream, _) = proxy.accept().unwrap();
        let mut asked = [0; 4096];
        let length = stream.read(&mut asked).unwrap();
        stream.write_all(b"HTTP/1.1 502 Bad Gateway\r\n\r\n").unwrap();
        String::from_utf8_lossy(asked.get(..length).unwrap()).into_owned()
    });
    let client = builder("https://api.lomi.example").proxy(address).build().unwrap();
    assert_eq!(client.prewarm().await.unwrap_err().kind(), ErrorKind::Connection);
    let asked = server.join().unwrap();
    assert!(asked.starts_with("CONNECT api.lomi.example:443 "), "{asked}");
    assert!(!asked.contains("lomi_sk"), "{asked}");
}

#[tokio::test]
async fn a_client_that_sends_nothing_connects_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("recording.jsonl");
    let (url, _seen) = serve();
    let client = builder(&url).record(&file).build().unwrap();
    client.checkout_sessions().get("cs_1").await.unwrap();
    Client::replay(&file).unwrap().prewarm().await.unwrap();
}
