//! Connections over real sockets: reused, closed when they are old or broken, and opened through a
//! proxy.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;

use lomi::binding::{ConfigBuilder, Target, table};
use lomi::json;
use lomi::{Client, Error, ErrorKind, Input, Outcome, Response, Secret};

/// Reads one request. Returns its head, or `None` if the peer has closed the connection.
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

/// A server that closes each connection after this many responses.
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

fn create(client: &Client) -> Result<Response, Error> {
    let operation = table::operation("create_checkout_session").unwrap();
    let input = Input { body: Some(json!({"amount": 1})), ..Input::default() };
    let call = client.prepare(Target::Operation(operation), input, Default::default())?;
    lomi::binding::run_blocking(call, || Ok(())).map(|response| *response)
}

#[tokio::test]
async fn awaited_calls_share_idle_connections() {
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
        // A POST without a retry, which would fail on a closed connection.
        create(&client).unwrap();
        thread::sleep(std::time::Duration::from_millis(2));
    }
    assert_eq!(opened.load(Ordering::SeqCst), 50);
}

/// A proxy that reports the request and refuses it.
fn refusing_proxy() -> (String, mpsc::Receiver<String>) {
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://user:word@{}", proxy.local_addr().unwrap());
    let (sender, requests) = mpsc::channel();
    thread::spawn(move || {
        let mut stream = BufReader::new(proxy.accept().unwrap().0);
        sender.send(request(&mut stream).unwrap().to_ascii_lowercase()).unwrap();
        stream.get_mut().write_all(b"HTTP/1.1 502 Bad Gateway\r\n\r\n").unwrap();
    });
    (address, requests)
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
fn a_proxy_is_used_and_receives_no_key() {
    let (address, requests) = refusing_proxy();
    let headers = vec![("x-office".to_owned(), "dakar".to_owned())];
    let outside = || ConfigBuilder { proxy_headers: headers.clone(), ..outside() };
    let with = ConfigBuilder { proxy: Some(Secret::new(address)), ..outside() };
    let error = create(&Client::with(with).unwrap()).unwrap_err();
    assert_eq!(
        (error.kind(), error.outcome()),
        (ErrorKind::Connection, Outcome::NotSent),
        "{error}"
    );
    let head = requests.recv().unwrap();
    assert!(head.contains("x-office: dakar\r\n"), "{head}");

    let (address, requests) = refusing_proxy();
    // SAFETY: the other tests of this program read no variable of this name: they call
    // loopback without TLS.
    unsafe { std::env::set_var("HTTPS_PROXY", address) };
    let error = create(&Client::with(outside()).unwrap()).unwrap_err();
    assert_eq!(
        (error.kind(), error.outcome()),
        (ErrorKind::Connection, Outcome::NotSent),
        "{error}"
    );
    let head = requests.recv().unwrap();
    assert!(head.starts_with("connect api.lomi.example:443 http/1.1\r\n"), "{head}");
    assert!(head.contains("proxy-authorization: basic dxnlcjp3b3jk\r\n"), "{head}");
    assert!(head.contains("x-office: dakar\r\n"), "{head}");
    assert!(!head.contains("lomi_sk"), "{head}");
}

#[test]
fn proxies_and_certificates_that_cannot_be_used_are_named() {
    let refused = |with: ConfigBuilder, word: &str| {
        let error = create(&Client::with(with).unwrap()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{error}");
        assert!(error.message().contains(word), "{error}");
    };
    let proxy = |url: &str| ConfigBuilder { proxy: Some(Secret::new(url)), ..outside() };
    refused(proxy("socks4://127.0.0.1:1"), "SOCKS");
    refused(proxy("ftp://127.0.0.1:1"), "proxy");
    let certificate = Some("/no/such.pem".into());
    refused(ConfigBuilder { certificate_file: certificate, ..outside() }, "/no/such.pem");
}

/// A server that passes every connection, with its number from 1, to a function.
fn serve_each(
    serve: impl Fn(TcpStream, usize) + Send + Sync + 'static,
) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let opened = Arc::new(AtomicUsize::new(0));
    let (counted, serve) = (Arc::clone(&opened), Arc::new(serve));
    thread::spawn(move || {
        for stream in listener.incoming() {
            let number = counted.fetch_add(1, Ordering::SeqCst) + 1;
            let serve = Arc::clone(&serve);
            thread::spawn(move || serve(stream.unwrap(), number));
        }
    });
    (url, opened)
}

fn respond(stream: &mut TcpStream, headers: &str) {
    let body = r#"{"checkout_session_id":"cs_1"}"#;
    let head = format!("HTTP/1.1 200 OK\r\n{headers}content-length: {}", body.len());
    let _ = write!(stream, "{head}\r\n\r\n{body}");
}

fn built(url: &str, with: ConfigBuilder) -> Client {
    Client::with(ConfigBuilder {
        api_key: Some(Secret::new("lomi_sk_test_1")),
        base_url: Some(url.to_owned()),
        ..with
    })
    .unwrap()
}

#[tokio::test]
async fn after_a_failover_the_retry_uses_a_new_connection() {
    // The first three connections respond once, and then no more.
    let together = Arc::new(std::sync::Barrier::new(3));
    let (url, opened) = serve_each(move |stream, number| {
        let mut stream = BufReader::new(stream);
        while request(&mut stream).is_some() {
            if number <= 3 {
                together.wait();
            }
            respond(stream.get_mut(), "");
            if number <= 3 {
                request(&mut stream);
                thread::sleep(std::time::Duration::from_secs(20));
            }
        }
    });
    let second = Some(std::time::Duration::from_secs(1));
    let client = built(&url, ConfigBuilder { attempt_timeout: second, ..Default::default() });
    let calls = (0..3).map(|n| {
        let client = client.clone();
        tokio::spawn(async move { client.checkout_sessions().get(&n.to_string()).await })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap().unwrap();
    }
    client.checkout_sessions().get("cs_1").await.unwrap();
    client.checkout_sessions().get("cs_1").await.unwrap();
    assert_eq!(opened.load(Ordering::SeqCst), 4);
}

#[test]
fn keep_alive_of_the_server_is_honoured() {
    for (headers, connections) in
        [("keep-alive: timeout=1\r\n", 3), ("keep-alive: timeout=9\r\n", 1)]
    {
        let (url, opened) = serve_each(move |stream, _| {
            let mut stream = BufReader::new(stream);
            while request(&mut stream).is_some() {
                respond(stream.get_mut(), headers);
            }
        });
        let client = client(&url);
        for _ in 0..3 {
            create(&client).unwrap();
        }
        assert_eq!(opened.load(Ordering::SeqCst), connections, "{headers}");
    }
}

#[test]
fn idle_threads_keep_no_connections_open() {
    let open = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&open);
    let together = Arc::new(std::sync::Barrier::new(20));
    let (url, _) = serve_each(move |stream, _| {
        counted.fetch_add(1, Ordering::SeqCst);
        let mut stream = BufReader::new(stream);
        while request(&mut stream).is_some() {
            together.wait();
            respond(stream.get_mut(), "");
        }
        counted.fetch_sub(1, Ordering::SeqCst);
    });
    let client = client(&url);
    let (end, ended) = mpsc::channel::<()>();
    let ended = Arc::new(std::sync::Mutex::new(ended));
    let (done, called) = mpsc::channel();
    for _ in 0..20 {
        let (client, ended, done) = (client.clone(), Arc::clone(&ended), done.clone());
        thread::spawn(move || {
            create(&client).unwrap();
            done.send(()).unwrap();
            let _ = ended.lock().unwrap().recv();
        });
    }
    (0..20).for_each(|_| called.recv().unwrap());
    assert_eq!(open.load(Ordering::SeqCst), 20);
    let started = std::time::Instant::now();
    while open.load(Ordering::SeqCst) > 0 {
        assert!(started.elapsed().as_secs() < 8, "{} are open", open.load(Ordering::SeqCst));
        thread::sleep(std::time::Duration::from_millis(50));
    }
    drop(end);
}

#[test]
fn calls_beyond_the_connection_limit_wait_for_one() {
    let busy = Arc::new(AtomicUsize::new(0));
    let most = Arc::new(AtomicUsize::new(0));
    let (counted, highest) = (Arc::clone(&busy), Arc::clone(&most));
    let (url, _) = serve_each(move |stream, _| {
        let mut stream = BufReader::new(stream);
        while request(&mut stream).is_some() {
            highest.fetch_max(counted.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            thread::sleep(std::time::Duration::from_millis(100));
            counted.fetch_sub(1, Ordering::SeqCst);
            respond(stream.get_mut(), "");
        }
    });
    let bounded = ConfigBuilder { max_connections: Some(2), ..Default::default() };
    let client = built(&url, bounded);
    let calls = (0..8).map(|_| {
        let client = client.clone();
        thread::spawn(move || create(&client).map(drop))
    });
    for call in calls.collect::<Vec<_>>() {
        call.join().unwrap().unwrap();
    }
    assert_eq!(most.load(Ordering::SeqCst), 2);
}

#[test]
fn a_call_that_never_gets_a_connection_reports_why() {
    let (url, _) = serve_each(|stream, _| {
        let mut stream = BufReader::new(stream);
        request(&mut stream);
        thread::sleep(std::time::Duration::from_secs(3));
        respond(stream.get_mut(), "");
    });
    let bounded = ConfigBuilder { max_connections: Some(1), ..Default::default() };
    let client = built(&url, bounded);
    let first = client.clone();
    let first = thread::spawn(move || create(&first).map(drop));
    thread::sleep(std::time::Duration::from_millis(300));
    let operation = table::operation("create_checkout_session").unwrap();
    let input = Input { body: Some(json!({"amount": 1})), ..Input::default() };
    let options = lomi::CallOptions::new().timeout(std::time::Duration::from_secs(1));
    let call = client.prepare(Target::Operation(operation), input, options).unwrap();
    let error = lomi::binding::run_blocking::<Error>(call, || Ok(())).unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Timeout, Outcome::NotSent), "{error}");
    assert!(error.message().contains("max_connections"), "{error}");
    first.join().unwrap().unwrap();
}

#[test]
fn a_socks_proxy_is_used() {
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("socks5://user:word@{}", proxy.local_addr().unwrap());
    let (sender, requests) = mpsc::channel();
    thread::spawn(move || {
        let (mut stream, _) = proxy.accept().unwrap();
        let mut read = |length: usize| {
            let mut bytes = vec![0; length];
            stream.read_exact(&mut bytes).unwrap();
            bytes
        };
        let methods = read(3);
        stream.write_all(&[5, 2]).unwrap();
        let mut read = |length: usize| {
            let mut bytes = vec![0; length];
            stream.read_exact(&mut bytes).unwrap();
            bytes
        };
        let user = read(11);
        stream.write_all(&[1, 0]).unwrap();
        let mut asked = vec![0; 5];
        stream.read_exact(&mut asked).unwrap();
        let mut rest = vec![0; usize::from(asked[4]) + 2];
        stream.read_exact(&mut rest).unwrap();
        stream.write_all(&[5, 2, 0, 1, 0, 0, 0, 0, 0, 0]).unwrap();
        sender.send((methods, user, rest)).unwrap();
    });
    let with = ConfigBuilder { proxy: Some(Secret::new(address)), ..outside() };
    let error = create(&Client::with(with).unwrap()).unwrap_err();
    assert_eq!(
        (error.kind(), error.outcome()),
        (ErrorKind::Connection, Outcome::NotSent),
        "{error}"
    );
    assert!(error.message().contains("through the proxy"), "{error}");
    let (methods, user, rest) = requests.recv().unwrap();
    assert_eq!((methods[2], &user[..]), (2, &b"\x01\x04user\x04word"[..]));
    assert_eq!(rest, b"api.lomi.example\x01\xbb");
}

#[test]
fn a_proxy_that_does_not_respond_times_out() {
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    for scheme in ["http", "socks5"] {
        let address = format!("{scheme}://{}", proxy.local_addr().unwrap());
        let second = Some(std::time::Duration::from_secs(1));
        let proxy = Some(Secret::new(address));
        let with = ConfigBuilder { proxy, connect_timeout: second, ..outside() };
        let started = std::time::Instant::now();
        let error = create(&Client::with(with).unwrap()).unwrap_err();
        assert_eq!(
            (error.kind(), error.outcome()),
            (ErrorKind::Timeout, Outcome::NotSent),
            "{error}"
        );
        assert!(started.elapsed().as_secs() < 3);
    }
}
