//! Sends the response of a scenario: a well-formed one, or any bytes, pauses and ways to end a
//! connection.

use std::io::Write;
use std::time::Duration;

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::connection::Connection;
use crate::scenario::{Response, Step};

/// Sends one response. Returns whether the connection stays open.
pub(super) async fn send(
    response: &Response,
    connection: &mut Connection,
    fill: impl Fn(&str) -> String,
) -> Result<bool> {
    if let Some(steps) = &response.steps {
        for step in steps {
            if !perform(step, connection, &fill).await? {
                return Ok(false);
            }
        }
        return Ok(true);
    }
    let status = response.status.unwrap_or(200);
    let body = body(response, &fill)?;
    let mut head = format!("HTTP/1.1 {status} {}\r\n", reason(status));
    let given = |name: &str| response.headers.keys().any(|n| n.eq_ignore_ascii_case(name));
    if response.json.is_some() && !given("content-type") {
        head.push_str("content-type: application/json\r\n");
    }
    if response.gzip {
        head.push_str("content-encoding: gzip\r\n");
    }
    if response.chunked {
        head.push_str("transfer-encoding: chunked\r\n");
    } else if !given("content-length") && status != 204 {
        head.push_str(&format!("content-length: {}\r\n", body.len()));
    }
    for (name, value) in &response.headers {
        let values = match value {
            Value::Array(values) => values.as_slice(),
            one => std::slice::from_ref(one),
        };
        for value in values.iter().filter_map(Value::as_str) {
            head.push_str(&format!("{name}: {}\r\n", fill(value)));
        }
    }
    head.push_str("\r\n");
    let mut whole = head.into_bytes();
    if response.chunked {
        for chunk in body.chunks(7) {
            whole.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
            whole.extend_from_slice(chunk);
            whole.extend_from_slice(b"\r\n");
        }
        whole.extend_from_slice(b"0\r\n\r\n");
    } else {
        whole.extend_from_slice(&body);
    }
    connection.write(&whole).await?;
    match &response.then {
        Some(step) => perform(step, connection, &fill).await,
        None => Ok(true),
    }
}

fn body(response: &Response, fill: &impl Fn(&str) -> String) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    if let Some(json) = &response.json {
        body = fill(&json.to_string()).into_bytes();
    }
    if let Some(count) = response.rows {
        let first: usize = fill("{position}").parse()?;
        let rows: Vec<Value> = (first * count..(first + 1) * count)
            .map(|row| serde_json::json!({"checkout_session_id": format!("cs_{row}"), "status": "open"}))
            .collect();
        body = Value::from(rows).to_string().into_bytes();
    }
    let parts = match &response.text {
        None => &[],
        Some(Value::Array(parts)) => parts.as_slice(),
        Some(one) => std::slice::from_ref(one),
    };
    for part in parts {
        match part {
            Value::String(text) => body.extend_from_slice(fill(text).as_bytes()),
            other => {
                let text = other.get("repeat").and_then(Value::as_str).context("a part of text")?;
                let times = other.get("times").and_then(Value::as_u64).context("times")?;
                body.extend_from_slice(text.repeat(usize::try_from(times)?).as_bytes());
            }
        }
    }
    if let Some(text) = &response.base64 {
        body.extend_from_slice(&STANDARD.decode(text)?);
    }
    if response.gzip { gzip(&body) } else { Ok(body) }
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

async fn perform(
    step: &Step,
    connection: &mut Connection,
    fill: &impl Fn(&str) -> String,
) -> Result<bool> {
    match step {
        Step::Send(text) => connection.write(fill(text).as_bytes()).await?,
        Step::SendBase64(text) => connection.write(&STANDARD.decode(text)?).await?,
        Step::Repeat { text, times } => {
            // In blocks of about 64 KiB.
            let piece = usize::try_from((65_536 / text.len().max(1) as u64).clamp(1, *times))?;
            let block = text.repeat(piece);
            let mut left = usize::try_from(*times)?;
            while left > 0 {
                let now = left.min(piece);
                connection
                    .write(block.get(..now * text.len()).unwrap_or_default().as_bytes())
                    .await?;
                left -= now;
            }
        }
        Step::Drip { text, every_ms } => {
            for byte in fill(text).as_bytes() {
                connection.write(std::slice::from_ref(byte)).await?;
                tokio::time::sleep(Duration::from_millis(*every_ms)).await;
            }
        }
        Step::PauseMs(pause) => tokio::time::sleep(Duration::from_millis(*pause)).await,
        Step::GzipZerosMib(mebibytes) => {
            let member = gzip(&vec![0; 1 << 20])?;
            for _ in 0..*mebibytes {
                connection.write(&member).await?;
            }
        }
        Step::Close => {
            connection.shutdown().await?;
            return Ok(false);
        }
        Step::Reset => {
            // The client must read the sent bytes first: a reset discards unread ones.
            tokio::time::sleep(Duration::from_millis(50)).await;
            connection.reset()?;
            return Ok(false);
        }
        Step::Hang => {
            while connection.read(&mut [0; 1024]).await? > 0 {}
            return Ok(false);
        }
    }
    Ok(true)
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        204 => "No Content",
        404 => "Not Found",
        500 => "Internal Server Error",
        _ => "Scenario",
    }
}
