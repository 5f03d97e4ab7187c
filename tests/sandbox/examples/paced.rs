//! Sends requests at a fixed pace and prints the response times, as one line of JSON.
//!
//! ```sh
//! paced URL KEY REQUESTS-PER-SECOND SECONDS [CREATE-BODY]
//! ```
//!
//! Every request has a planned time. Its response time counts from there, also when the connection
//! was still busy with the previous request, so that a pause of the server affects every request
//! that was planned during it (no coordinated omission).

use std::error::Error;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

const CONNECTIONS: u32 = 16;

type Failure = Box<dyn Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, key, rate, seconds, body @ ..] = arguments.as_slice() else {
        return Err("usage: paced URL KEY REQUESTS-PER-SECOND SECONDS [CREATE-BODY]".into());
    };
    let (rate, seconds): (u32, u32) = (rate.parse()?, seconds.parse()?);
    let address = url.trim_start_matches("http://");
    let (host, path) = address.split_once('/').ok_or("the URL has no path")?;
    let request = match body.first() {
        None => format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\nX-API-Key: {key}\r\n\r\n"),
        Some(body) => format!(
            "POST /{path} HTTP/1.1\r\nHost: {host}\r\nX-API-Key: {key}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ),
    };

    let start = Instant::now() + Duration::from_millis(50);
    let workers: Vec<_> = (0..CONNECTIONS)
        .map(|first| {
            let (host, request) = (host.to_owned(), request.clone());
            thread::spawn(move || work(&host, &request, start, first, rate, seconds))
        })
        .collect();
    let mut waits = Vec::new();
    for worker in workers {
        waits.extend(worker.join().map_err(|_| "a connection's thread panicked")??);
    }
    let took = start.elapsed();
    waits.sort_unstable();
    let at = |share: f64| {
        let position = (waits.len() as f64 * share) as usize;
        waits.get(position.min(waits.len().saturating_sub(1))).map_or(0, Duration::as_micros)
    };
    println!(
        "{{\"requests\":{},\"per_second\":{:.0},\"p50_us\":{},\"p99_us\":{},\"max_us\":{}}}",
        waits.len(),
        waits.len() as f64 / took.as_secs_f64(),
        at(0.5),
        at(0.99),
        at(1.0)
    );
    Ok(())
}

/// One connection: every sixteenth request.
fn work(
    host: &str,
    request: &str,
    start: Instant,
    first: u32,
    rate: u32,
    seconds: u32,
) -> Result<Vec<Duration>, Failure> {
    let mut stream = TcpStream::connect(host)?;
    stream.set_nodelay(true)?;
    let mut responses = BufReader::new(stream.try_clone()?);
    let mut waits = Vec::new();
    for number in (first..rate.saturating_mul(seconds)).step_by(CONNECTIONS as usize) {
        let due = start + Duration::from_secs(1).mul_f64(f64::from(number) / f64::from(rate));
        thread::sleep(due.saturating_duration_since(Instant::now()));
        stream.write_all(request.as_bytes())?;
        read_response(&mut responses)?;
        waits.push(due.elapsed());
    }
    Ok(waits)
}

fn read_response(responses: &mut BufReader<TcpStream>) -> Result<(), Failure> {
    let (mut line, mut length) = (String::new(), 0);
    responses.read_line(&mut line)?;
    if !line.starts_with("HTTP/1.1 2") {
        return Err(format!("not a success: {line}").into());
    }
    while line != "\r\n" {
        line.clear();
        responses.read_line(&mut line)?;
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse()?;
        }
    }
    let mut body = vec![0; length];
    responses.read_exact(&mut body)?;
    Ok(())
}
