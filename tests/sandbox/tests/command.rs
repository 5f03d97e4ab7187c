//! The command line.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

fn sandbox(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lomi-sandbox"));
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

#[test]
fn prints_one_line_and_serves_until_it_is_stopped() {
    for arguments in
        [&["--port", "0"][..], &["serve", "--port", "0", "--test-key", "lomi_sk_test_mine"]]
    {
        let mut child = sandbox(arguments).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let hello: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        for (name, prefix) in [
            ("url", "http://127.0.0.1:"),
            ("test_key", "lomi_sk_test_"),
            ("live_key", "lomi_sk_live_"),
            ("webhook_secret", "whsec_"),
            ("console", "http://127.0.0.1:"),
        ] {
            assert!(hello[name].as_str().unwrap().starts_with(prefix), "{name}");
        }
        if arguments.len() > 2 {
            assert_eq!(hello["test_key"], "lomi_sk_test_mine");
        }
        let address = hello["url"].as_str().unwrap().trim_start_matches("http://").to_owned();
        assert!(std::net::TcpStream::connect(&address).is_ok());
        let kill = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
        assert!(kill.success());
        assert!(child.wait().unwrap().success());
        assert!(lines.next().is_none(), "nothing after the first line");
    }
}

#[test]
fn rejects_invalid_options() {
    for arguments in [&["--host", "0.0.0.0"][..], &["--generation", "x"], &["--only-routes", "z"]] {
        let output = sandbox(arguments).output().unwrap();
        assert!(!output.status.success());
        assert!(!output.stderr.is_empty() && output.stdout.is_empty());
    }
}

/// Starts a sandbox. Returns it with its first line.
fn started(arguments: &[&str], stdin: Stdio) -> (Child, Value) {
    let mut child = sandbox(arguments).stdin(stdin).spawn().unwrap();
    let mut hello = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut hello).unwrap();
    (child, serde_json::from_str(&hello).unwrap())
}

fn request(hello: &Value, head: &str) -> String {
    let address = hello["url"].as_str().unwrap().trim_start_matches("http://").to_owned();
    let mut stream = std::net::TcpStream::connect(&address).unwrap();
    write!(stream, "{head} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    response
}

#[test]
fn ends_when_its_pipe_is_closed() {
    let (mut child, hello) = started(&["--port", "0", "--until-stdin-closes"], Stdio::piped());
    assert!(request(&hello, "GET /_sandbox/clock").starts_with("HTTP/1.1 200"));
    assert!(child.try_wait().unwrap().is_none());
    // A killed process closes its files.
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}

#[test]
fn ends_when_its_owner_is_killed() {
    let mut python = Command::new("python3")
        .args([
            "-c",
            "import subprocess, sys, time\n\
             child = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE)\n\
             time.sleep(60)",
            env!("CARGO_BIN_EXE_lomi-sandbox"),
            "--port",
            "0",
            "--until-stdin-closes",
        ])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(python.stdout.take().unwrap()).lines();
    assert!(lines.next().unwrap().unwrap().contains("test_key"));
    python.kill().unwrap();
    python.wait().unwrap();
    // The sandbox has the other end of this pipe and ends with it.
    assert!(lines.next().is_none());
}

#[test]
fn requests_are_logged_unless_it_is_quiet() {
    for (quiet, wanted) in [(false, true), (true, false)] {
        let mut arguments = vec!["--port", "0", "--until-stdin-closes"];
        arguments.extend(quiet.then_some("--quiet"));
        let (mut child, hello) = started(&arguments, Stdio::piped());
        request(&hello, "GET /checkout-sessions/cs_1?key=value");
        drop(child.stdin.take());
        let mut log = String::new();
        child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        let line = log.starts_with("GET /checkout-sessions/cs_1?key=value 401 ");
        assert_eq!(line, wanted, "{log}");
    }
}

#[test]
fn a_closed_standard_error_changes_nothing() {
    let (mut child, hello) = started(&["--port", "0", "--until-stdin-closes"], Stdio::piped());
    drop(child.stderr.take());
    for _ in 0..3 {
        assert!(request(&hello, "GET /checkout-sessions").starts_with("HTTP/1.1 401"));
    }
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_dotted_name_means_the_event_of_today() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let to = format!("http://{}/", listener.local_addr().unwrap());
    for (name, sent) in [
        ("payment.succeeded", "PAYMENT_SUCCEEDED"),
        ("payment.failed", "PAYMENT_FAILED"),
        ("payout.failed", "PAYOUT_FAILED"),
        ("dispute.created", "DISPUTE_CREATED"),
        ("subscription.canceled", "SUBSCRIPTION_CANCELLED"),
        ("checkout.session.completed", "checkout.session.completed"),
    ] {
        let child =
            sandbox(&["trigger", name, "--to", &to, "--secret", "whsec_x"]).spawn().unwrap();
        let (mut stream, _) = listener.accept().unwrap();
        let mut text = String::new();
        while !text.contains("lomi_environment\":\"production\"}") {
            let mut bytes = [0; 4096];
            let read = stream.read(&mut bytes).unwrap();
            text.push_str(std::str::from_utf8(&bytes[..read]).unwrap());
        }
        write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap();
        assert!(text.contains(&format!("\"event\":\"{sent}\"")), "{text}");
        let expected = match name {
            "subscription.canceled" => "\"status\":\"cancelled\"",
            "dispute.created" => "\"dispute_id\":\"",
            name if name.ends_with("failed") => "\"status\":\"failed\"",
            _ => "\"status\":\"completed\"",
        };
        assert!(text.contains(expected), "{name}: {text}");
        assert!(child.wait_with_output().unwrap().status.success());
    }
}
