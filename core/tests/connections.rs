//! Connections over real sockets: used again, given up when they are old or broken, and
//! led through a proxy where the environment names one.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;

use lomi::json;
use lomi::{
    Client, ConfigBuilder, Error, ErrorKind, Input, Outcome, Reply, Secret, Target, schema,
};

/// Reads one request; its head, or nothing when the peer has closed.
fn request(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let length = head.to_ascii_lowercase();
    let length = length.split("content-length: ").nth(1).and_then(|rest| rest.lines().next());
    let mut body = vec![0; length.map_or(0, |digits| digits.parse().unwrap())];
    stream.read_exact(&mut body).ok()?;
    Some(head)
}

/// A server that answers so many requests on each connection before it closes it.
fn serve(on_each: usize) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let opened = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&opened);
    thread::spawn(move || {
        for stream in listener.incoming() {
            counted.fetch_add(1, Ordering::SeqCst);
            thread::spawn(move || {
                let mut stream = BufReader::new(stream.unwrap());
                for _ in 0..on_each {
                    if request(&mut stream).is_none() {
                        return;
                    }
                    let body = json!({"checkout_session_id": "cs_1"}).to_string();
                    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}", body.len());
                    write!(stream.get_mut(), "{head}\r\n\r\n{body}").unwrap();
                }
            });
        }
    });
    (url, opened)
}

fn client(url: &str) -> Client {
    Client::with(ConfigBuilder {
        api_key: Some(Secret::new("lomi_sk_test_1")),
        base_url: Some(url.to_owned()),
        max_retries: Some(0),
        ..ConfigBuilder::default()
    })
    .unwrap()
}

fn create(client: &Client) -> Result<Reply, Error> {
    let operation = schema::operation("create_checkout_session").unwrap();
    let input = Input { body: Some(json!({"amount": 1})), ..Input::default() };
    let exchange = client.prepare(Target::Operation(operation), input, Default::default())?;
    lomi::process::run(exchange, || Ok(()))
}

#[test]
fn one_connection_serves_many_calls_of_a_thread() {
    let (url, opened) = serve(usize::MAX);
    let client = client(&url);
    for _ in 0..100 {
        create(&client).unwrap();
    }
    assert_eq!(opened.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn awaited_calls_share_what_is_idle() {
    let (url, opened) = serve(usize::MAX);
    let client = client(&url);
    for _ in 0..20 {
        let calls = (0..8).map(|n| {
            let client = client.clone();
            tokio::spawn(async move { client.checkout_sessions().get(&n.to_string()).await })
        });
        for call in calls.collect::<Vec<_>>() {
            call.await.unwrap().unwrap();
        }
    }
    assert!(opened.load(Ordering::SeqCst) <= 8, "{opened:?} connections");
}

#[test]
fn a_connection_that_the_server_closed_costs_no_call() {
    let (url, opened) = serve(1);
    let client = client(&url);
    for _ in 0..50 {
        // Without a retry, and a POST: what was written to a dead connection would fail.
        create(&client).unwrap();
        thread::sleep(std::time::Duration::from_millis(2));
    }
    assert_eq!(opened.load(Ordering::SeqCst), 50);
}

/// A proxy that says what it was asked, and refuses.
fn refusing_proxy() -> (String, mpsc::Receiver<String>) {
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://user:word@{}", proxy.local_addr().unwrap());
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        let mut stream = BufReader::new(proxy.accept().unwrap().0);
        tell.send(request(&mut stream).unwrap().to_ascii_lowercase()).unwrap();
        stream.get_mut().write_all(b"HTTP/1.1 502 Bad Gateway\r\n\r\n").unwrap();
    });
    (address, told)
}

fn outside() -> ConfigBuilder {
    ConfigBuilder {
        api_key: Some(Secret::new("lomi_sk_test_1")),
        base_url: Some("https://api.lomi.example".to_owned()),
        max_retries: Some(0),
        ..ConfigBuilder::default()
    }
}

#[test]
fn a_proxy_leads_out_and_sees_no_key() {
    let (address, told) = refusing_proxy();
    let headers = vec![("x-office".to_owned(), "dakar".to_owned())];
    let with =
        ConfigBuilder { proxy: Some(Secret::new(address)), proxy_headers: headers, ..outside() };
    let error = create(&Client::with(with).unwrap()).unwrap_err();
    assert_eq!((error.kind, error.outcome), (ErrorKind::Connection, Outcome::NotSent), "{error}");
    let head = told.recv().unwrap();
    assert!(head.contains("x-office: dakar\r\n"), "{head}");

    let (address, told) = refusing_proxy();
    // SAFETY: the other tests of this program read no variable of this name: they call
    // loopback without TLS.
    unsafe { std::env::set_var("HTTPS_PROXY", address) };
    let error = create(&Client::with(outside()).unwrap()).unwrap_err();
    assert_eq!((error.kind, error.outcome), (ErrorKind::Connection, Outcome::NotSent), "{error}");
    let head = told.recv().unwrap();
    assert!(head.starts_with("connect api.lomi.example:443 http/1.1\r\n"), "{head}");
    assert!(head.contains("proxy-authorization: basic dxnlcjp3b3jk\r\n"), "{head}");
    assert!(!head.contains("lomi_sk"), "{head}");
}

#[test]
fn proxies_and_certificates_that_cannot_be_used_are_named() {
    let refused = |with: ConfigBuilder, word: &str| {
        let error = create(&Client::with(with).unwrap()).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Configuration, "{error}");
        assert!(error.message.contains(word), "{error}");
    };
    let proxy = |url: &str| ConfigBuilder { proxy: Some(Secret::new(url)), ..outside() };
    refused(proxy("socks5://127.0.0.1:1"), "SOCKS");
    refused(proxy("ftp://127.0.0.1:1"), "proxy");
    let certificate = Some("/no/such.pem".into());
    refused(ConfigBuilder { certificate_file: certificate, ..outside() }, "/no/such.pem");
}
