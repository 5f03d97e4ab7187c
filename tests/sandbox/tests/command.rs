//! The command itself.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde_json::Value;

fn sandbox(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lomi-sandbox"));
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

#[test]
fn prints_one_line_and_serves_until_it_is_told_to_stop() {
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
fn refuses_what_it_cannot_do() {
    for arguments in [&["--host", "0.0.0.0"][..], &["--generation", "x"], &["--only-routes", "z"]] {
        let output = sandbox(arguments).output().unwrap();
        assert!(!output.status.success());
        assert!(!output.stderr.is_empty() && output.stdout.is_empty());
    }
}
