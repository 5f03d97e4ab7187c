//! Generated Rust in the form of rustfmt.

use std::io::Write;
use std::process::{Command, Stdio};

/// Formats Rust source, so that generated and hand-written files have the same style.
pub(crate) fn rustfmt(text: &str) -> Result<String, String> {
    let io_error = |e: std::io::Error| format!("rustfmt: {e}");
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let mut child = Command::new("rustfmt")
        .args(["--edition", "2024", "--config-path", root])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(io_error)?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(text.as_bytes()).map_err(io_error)?;
    }
    let output = child.wait_with_output().map_err(io_error)?;
    if !output.status.success() {
        return Err(format!("rustfmt: {}", String::from_utf8_lossy(&output.stderr)));
    }
    String::from_utf8(output.stdout).map_err(|e| e.to_string())
}
