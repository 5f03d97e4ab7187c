//! The connection of a thread that makes one call after another. This test has a process of its
//! own, because all threads share the connections of blocking calls.
#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use lomi::binding::{ConfigBuilder, Target, run_blocking, table};
use lomi::{Client, Error, Input};

#[test]
fn one_connection_serves_many_calls() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    let opened = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&opened);
    thread::spawn(move || {
        for stream in listener.incoming() {
            count.fetch_add(1, Ordering::SeqCst);
            thread::spawn(move || {
                let mut stream = BufReader::new(stream.unwrap());
                let mut line = String::new();
                while stream.read_line(&mut line).unwrap() > 0 {
                    if line.ends_with("\r\n\r\n") {
                        let body = r#"{"checkout_session_id":"cs_1"}"#;
                        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}", body.len());
                        write!(stream.get_mut(), "{head}\r\n\r\n{body}").unwrap();
                        line.clear();
                    }
                }
                let _ = stream.read(&mut [0]);
            });
        }
    });
    let config = ConfigBuilder {
        key_optional: true,
        base_url: Some(base_url),
        max_retries: Some(0),
        ..ConfigBuilder::default()
    };
    let client = Client::with(config).unwrap();
    let operation = table::operation("retrieve_checkout_session").unwrap();
    for _ in 0..100 {
        let input = Input::default().with_path("session_id", "cs_1");
        let call = client.prepare(Target::Operation(operation), input, Default::default()).unwrap();
        run_blocking(call, || Ok::<_, Error>(())).unwrap();
    }
    assert_eq!(opened.load(Ordering::SeqCst), 1);
}
