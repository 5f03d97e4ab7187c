//! Every operation of each generation of the API in Rust, without the other languages: its route
//! is in the sandbox, and its response is what the operation returns.

#![allow(clippy::unwrap_used)]

use std::process::Command;

#[test]
fn every_operation_is_played_in_rust() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lomi-conformance"));
    let output = command.args(["sweep", "--runner", "rust"]).output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{printed}{}", String::from_utf8_lossy(&output.stderr));
    let counts = "sweep: rust: A 42, B 52, C 84, D 93, E 157; 0 differences";
    assert_eq!(printed.trim(), counts);
}
