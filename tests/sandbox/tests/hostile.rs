//! The sandbox serves after a thousand hostile requests, and its memory does not grow.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

/// Maximum growth of memory in KiB: twice the largest accepted body.
const GROWTH: u64 = 24 * 1024;

fn resident(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|l| l.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Sends bytes and returns the first line of the response, if there is one.
fn raw(address: &str, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    // The server may respond and close before it has read everything.
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(Shutdown::Write);
    let mut response = String::new();
    let _ = stream.take(4096).read_to_string(&mut response);
    response.lines().next().unwrap_or_default().to_owned()
}

fn post(key: &str, path: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes = format!(
        "POST {path} HTTP/1.1\r\nHost: x\r\nX-API-Key: {key}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    )
    .into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

#[test]
fn a_thousand_hostile_requests_leave_it_serving() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_lomi-sandbox"))
        .args(["--port", "0", "--quiet", "--test-key", "lomi_sk_test_h"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let hello: Value = serde_json::from_str(&line).unwrap();
    let address = hello["url"].as_str().unwrap().trim_start_matches("http://").to_owned();
    let key = "lomi_sk_test_h";
    let before = resident(child.id());

    let flood: String = (0..500).map(|i| format!("X-Flood-{i}: {}\r\n", "a".repeat(900))).collect();
    let deep = "[".repeat(100_000);
    let huge = vec![b' '; 11 * 1024 * 1024];
    // Half-sent requests that stay open the whole time.
    let slow: Vec<TcpStream> = (0..50)
        .map(|_| {
            let mut stream = TcpStream::connect(&address).unwrap();
            stream.write_all(b"POST /checkout-sessions HTTP/1.1\r\nHost: x\r\nX-A: ").unwrap();
            stream
        })
        .collect();
    for i in 0..1_000 {
        let response = match i % 10 {
            0 => raw(&address, &post(key, "/checkout-sessions", b"{\"amount\": NaN")),
            1 => raw(&address, &post(key, "/v1/checkout_sessions", deep.as_bytes())),
            2 => raw(&address, b"GET /checkout/../../etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
            3 => raw(&address, b"GET /checkout-sessions/..%2f..%2fetc HTTP/1.1\r\nHost: x\r\nX-API-Key: lomi_sk_test_h\r\nConnection: close\r\n\r\n"),
            4 => raw(&address, format!("GET / HTTP/1.1\r\nHost: x\r\n{flood}\r\n").as_bytes()),
            5 => raw(&address, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
            6 => raw(&address, format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(70_000)).as_bytes()),
            7 => raw(&address, b"POST /checkout-sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 50\r\n\r\nhello"),
            8 => raw(&address, &post(key, "/checkout-sessions", b"\xff\xfe\x00{")),
            // A huge body costs time; a tenth of these is enough.
            _ if i % 100 == 9 => raw(&address, &post(key, "/checkout-sessions", &huge)),
            _ => raw(&address, &post("", "/_sandbox/clock", b"{\"advance\": {}}")),
        };
        assert!(
            !response.contains(" 200") && !response.contains(" 201") && !response.contains(" 500"),
            "{i}: {response}"
        );
    }
    let good = post(key, "/checkout-sessions", b"{\"amount\": 1, \"currency_code\": \"XOF\"}");
    assert!(raw(&address, &good).contains(" 201"));
    let grown = resident(child.id()).saturating_sub(before);
    assert!(grown < GROWTH, "grew by {grown} KiB");
    drop(slow);
    child.kill().unwrap();
    child.wait().unwrap();
}
