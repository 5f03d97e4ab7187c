//! Idle connections of blocking calls, over real sockets: which threads use them, and which are not
//! used.

#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use lomi::binding::{ConfigBuilder, Target, run_blocking};
use lomi::{Client, Error, Input};

/// A server that counts its connections. It adds these bytes to each response.
fn serve(added: &'static str) -> (Client, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let opened = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&opened);
    thread::spawn(move || {
        for stream in listener.incoming() {
            counted.fetch_add(1, Ordering::SeqCst);
            thread::spawn(move || {
                let mut stream = BufReader::new(stream.unwrap());
                let mut head = String::new();
                while stream.read_line(&mut head).is_ok_and(|length| length > 0) {
                    if head.ends_with("\r\n\r\n") {
                        let response = "HTTP/1.1 204 No Content\r\n\r\n";
                        stream.get_mut().write_all(response.as_bytes()).unwrap();
                        let _ = stream.get_mut().write_all(added.as_bytes());
                        head.clear();
                    }
                }
            });
        }
    });
    let config = ConfigBuilder {
        key_optional: true,
        base_url: Some(url),
        max_retries: Some(0),
        ..ConfigBuilder::default()
    };
    (Client::with(config).unwrap(), opened)
}

/// A POST without a retry, which would fail on a connection that is not fit for it.
fn post(client: &Client) {
    let target = Target::Raw { method: http::Method::POST, path: "/".to_owned() };
    let call = client.prepare(target, Input::default(), Default::default()).unwrap();
    run_blocking(call, || Ok::<_, Error>(())).unwrap();
}

#[test]
fn one_on_which_something_came_unasked_is_not_used() {
    // As proxies send it to an idle connection.
    let (client, opened) = serve("HTTP/1.1 408 Request Timeout\r\n\r\n");
    for _ in 0..20 {
        post(&client);
        thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(opened.load(Ordering::SeqCst), 20);
}

#[test]
fn threads_share_them() {
    let (client, opened) = serve("");
    for _ in 0..20 {
        // Two at once, so two connections are enough.
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| post(&client));
            }
        });
    }
    assert!(opened.load(Ordering::SeqCst) <= 2, "{opened:?} connections");
}

#[test]
#[cfg(target_os = "linux")]
fn they_belong_to_no_runtime() {
    let (client, _) = serve("");
    post(&client);
    let all = std::fs::read_dir("/proc/self/fd").unwrap();
    let names = all.filter_map(|entry| std::fs::read_link(entry.unwrap().path()).ok());
    let names: Vec<_> = names.map(|name| name.to_string_lossy().into_owned()).collect();
    assert!(names.iter().any(|name| name.starts_with("socket:")), "{names:?}");
    assert!(!names.iter().any(|name| name.contains("[event")), "{names:?}");
}
