//! The server of the measurement: fixed responses, always of the same bytes.
//!
//! Prints its address, and ends when its standard input is closed. A response comes a moment
//! after its request, so that every client has begun to wait for it: a response that is there
//! before would save the client some instructions, now and then. A long response comes in pieces
//! that fit into the client's socket, each a moment after the one before, for the same reason.

use std::error::Error;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

type Made<T> = Result<T, Box<dyn Error + Send + Sync>>;

const DELAY: Duration = Duration::from_millis(2);
const PIECE: usize = 48 << 10;
const SESSION: &str = include_str!("../responses/session.json");
const NOT_FOUND: &str = include_str!("../responses/not_found.json");

fn main() -> Made<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("http://{}", listener.local_addr()?);
    let responses = Arc::new(Responses::new()?);
    std::thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            let responses = Arc::clone(&responses);
            std::thread::spawn(move || {
                if let Err(error) = serve(connection, &responses) {
                    eprintln!("server: {error}");
                }
            });
        }
    });
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink())?;
    Ok(())
}

struct Responses {
    session: Response,
    created: Response,
    list: Response,
    not_found: Response,
}

struct Response {
    status: &'static str,
    /// The headers after the date, and the body.
    rest: String,
}

impl Response {
    /// The client compares the date with its own clock, so it is that of now; its length is fixed.
    fn bytes(&self) -> Vec<u8> {
        let date = httpdate::fmt_http_date(SystemTime::now());
        format!("HTTP/1.1 {}\r\nDate: {date}\r\n{}", self.status, self.rest).into_bytes()
    }
}

impl Responses {
    fn new() -> Made<Self> {
        let session: Value = serde_json::from_str(SESSION)?;
        let rows: Vec<_> = (0..100).map(|number| row(&session, number)).collect();
        let paging = json!({"limit": 100, "offset": 0, "total": 10_000});
        let error: Value = serde_json::from_str(NOT_FOUND)?;
        Ok(Self {
            session: response("200 OK", &session),
            created: response("201 Created", &session),
            list: response("200 OK", &json!({"data": rows, "pagination": paging})),
            not_found: response("404 Not Found", &error),
        })
    }

    fn to(&self, head: &str) -> &Response {
        let first = head.lines().next().unwrap_or_default();
        if first.starts_with("POST ") {
            &self.created
        } else if first.contains("limit=100") {
            &self.list
        } else if first.contains("/missing ") {
            &self.not_found
        } else {
            &self.session
        }
    }
}

/// One session of a list. They differ as those of a merchant do.
fn row(session: &Value, number: usize) -> Value {
    let titles = ["Coffee Beans - 1kg", "Attiéké, 5 kg", "Pagne wax, 6 yards"];
    let people = ["Awa Diop", "Ibrahima Traoré", "Fatou Koné", "Kouassi Kouamé", "Moussa Sarr"];
    let statuses = ["completed", "open", "completed", "expired"];
    let cycle = |values: &[&str]| values.iter().cycle().nth(number).map(|text| (*text).to_owned());
    let time = format!("11-{:02}T{:02}:{:02}", 1 + number % 28, number % 24, number % 60);
    let uuid = |factor: usize| format!("{number:08x}-0000-4000-8000-{:012x}", number * factor);
    let mut row = session.clone();
    for (field, value) in [
        ("checkout_session_id", json!(uuid(7919))),
        ("amount", json!(500 * (1 + number * 7 % 90))),
        ("title", json!(cycle(&titles))),
        ("status", json!(cycle(&statuses))),
        ("customer_name", json!(cycle(&people))),
        ("customer_email", json!(format!("customer{number}@example.com"))),
        ("customer_id", json!(uuid(104_729))),
        ("customer_phone", json!(format!("+2217{:08}", number * 7_919_999 % 100_000_000))),
        ("created_at", json!(format!("2025-{time}:16.{:03}Z", number * 37 % 1000))),
        ("updated_at", json!(format!("2025-{time}:48.{:03}Z", number * 91 % 1000))),
        ("expires_at", json!(format!("2026-{time}:16.{:03}Z", number * 37 % 1000))),
        ("metadata", json!({"order": (100_000 + number).to_string(), "source": "web"})),
    ] {
        if let Some(object) = row.as_object_mut() {
            object.insert(field.to_owned(), value);
        }
    }
    row
}

/// With the headers that the API's responses have; the status line and the date come before.
fn response(status: &'static str, body: &Value) -> Response {
    let body = body.to_string();
    let rest = format!(
        "Content-Type: application/json; charset=utf-8\r\n\
         Content-Length: {}\r\n\
         Connection: keep-alive\r\n\
         X-Request-Id: req_0123456789abcdef01234567\r\n\
         Cache-Control: no-store\r\n\
         \r\n{body}",
        body.len()
    );
    Response { status, rest }
}

/// Reads one request after the other, and responds to each.
fn serve(mut connection: TcpStream, responses: &Responses) -> Made<()> {
    connection.set_nodelay(true)?;
    let (mut data, mut buffer) = (Vec::new(), vec![0; 64 << 10]);
    loop {
        while let Some((head, whole)) = request(&data)? {
            if data.len() < whole {
                break;
            }
            for piece in responses.to(&head).bytes().chunks(PIECE) {
                std::thread::sleep(DELAY);
                connection.write_all(piece)?;
            }
            data.drain(..whole);
        }
        match connection.read(&mut buffer)? {
            0 => return Ok(()),
            read => data.extend(buffer.iter().take(read)),
        }
    }
}

/// The head of the first request, and the length of all of it.
fn request(data: &[u8]) -> Made<Option<(String, usize)>> {
    let Some(end) = data.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(None);
    };
    let head = String::from_utf8_lossy(data.get(..end).unwrap_or_default()).into_owned();
    let mut length = 0;
    for line in head.lines() {
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse()?;
        }
    }
    Ok(Some((head, end + 4 + length)))
}
