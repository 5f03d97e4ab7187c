//! Ports that speak another protocol than that of the base URL, over real sockets.

#![allow(clippy::unwrap_used)]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use lomi::binding::{ConfigBuilder, Target, table};
use lomi::{CallOptions, Client, Error, ErrorKind, Input, Secret};

/// The port of a server that passes every connection to a function.
fn port(serve: impl Fn(TcpStream) + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || listener.incoming().for_each(|stream| serve(stream.unwrap())));
    port
}

fn client(scheme: &str, port: u16) -> Client {
    Client::with(ConfigBuilder {
        api_key: Some(Secret::new("lomi_sk_test_1")),
        base_url: Some(format!("{scheme}://127.0.0.1:{port}")),
        max_retries: Some(0),
        ..ConfigBuilder::default()
    })
    .unwrap()
}

fn get(client: &Client) -> Result<(), Error> {
    let operation = table::operation("retrieve_checkout_session").unwrap();
    let input = Input::default().with_path("session_id", "cs_1");
    let call = client.prepare(Target::Operation(operation), input, CallOptions::default())?;
    lomi::binding::run_blocking(call, || Ok(())).map(drop)
}

/// Reads the request and closes the connection.
fn close(mut stream: TcpStream) {
    let _ = stream.read(&mut [0; 65536]);
}

/// Closes before all is read, which the client receives as a reset.
fn reset(mut stream: TcpStream) {
    let _ = stream.read(&mut [0; 1]);
}

fn asks(error: &Error, scheme: &str, port: u16, question: &str) {
    let address = format!("(at {scheme}://127.0.0.1:{port})");
    let message = &error.message();
    assert!(message.contains(&address) && message.ends_with(question), "{message}");
}

#[test]
fn http_to_a_port_that_closes_asks_for_the_scheme() {
    for serve in [close, reset] {
        let port = port(serve);
        let error = get(&client("http", port)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connection);
        asks(&error, "http", port, "; does this port speak http, or https?");
    }
}

#[test]
fn https_to_a_port_that_closes_asks_for_the_scheme() {
    for serve in [close, reset] {
        let port = port(serve);
        let error = get(&client("https", port)).unwrap_err();
        asks(&error, "https", port, "; does this port speak https?");
    }
}

#[test]
fn https_to_a_port_of_http_asks_for_the_scheme() {
    let port = port(|mut stream| {
        let _ = stream.read(&mut [0; 65536]);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
    });
    let error = get(&client("https", port)).unwrap_err();
    asks(&error, "https", port, "; does this port speak https?");
}

// An awaited call, because awaited calls share their connections.
#[tokio::test]
async fn a_server_that_has_responded_is_not_asked_for_its_scheme() {
    let port = port(|mut stream| {
        let _ = stream.read(&mut [0; 65536]);
        let body = r#"{"checkout_session_id":"cs_1"}"#;
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}", body.len());
        let _ = write!(stream, "{head}\r\n\r\n{body}");
        let _ = stream.read(&mut [0; 65536]);
    });
    let client = client("http", port);
    let sessions = client.checkout_sessions();
    sessions.get("cs_1").await.unwrap();
    let error = sessions.get("cs_1").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connection);
    assert!(
        error.message().ends_with(&format!("(at http://127.0.0.1:{port})")),
        "{}",
        error.message()
    );
}
