//! A shop's webhook endpoint: stores deliveries and sends the given statuses.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use serde_json::Value;

/// One delivery.
pub struct Delivery {
    pub headers: String,
    pub body: String,
}

impl Delivery {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.headers.lines().filter_map(|l| l.split_once(": "));
        lines.into_iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v)
    }
}

pub struct Shop {
    pub url: String,
    deliveries: Receiver<Delivery>,
}

impl Shop {
    /// Responds with these statuses in turn, then always with the last one.
    pub fn responding(statuses: &[u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/webhooks", listener.local_addr().unwrap());
        let (send, deliveries) = channel();
        let statuses = statuses.to_vec();
        std::thread::spawn(move || serve(&listener, &statuses, &send));
        Self { url, deliveries }
    }

    pub async fn next(&self) -> Delivery {
        for _ in 0..100 {
            if let Ok(delivery) = self.deliveries.try_recv() {
                return delivery;
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
        panic!("no delivery within 3 s");
    }

    /// Whether no delivery comes for a while.
    pub async fn quiet(&self) -> bool {
        tokio::time::sleep(Duration::from_millis(300)).await;
        self.deliveries.try_recv().is_err()
    }
}

fn serve(listener: &TcpListener, statuses: &[u16], send: &Sender<Delivery>) {
    for turn in 0.. {
        let Ok((mut stream, _)) = listener.accept() else {
            return;
        };
        let (mut bytes, mut buffer) = (Vec::new(), [0; 4096]);
        let delivery = loop {
            let read = stream.read(&mut buffer).unwrap_or(0);
            bytes.extend_from_slice(&buffer[..read]);
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let Some((headers, body)) = text.split_once("\r\n\r\n") else {
                continue;
            };
            let delivery = Delivery { headers: headers.to_owned(), body: body.to_owned() };
            let length = delivery.header("content-length").map_or(0, |l| l.parse().unwrap());
            if body.len() >= length {
                break delivery;
            }
        };
        let status = statuses.get(turn).or(statuses.last()).unwrap();
        // Like the error page of a framework, which is long.
        let body = if *status == 500 { "Traceback ".repeat(10_000) } else { "ok".to_owned() };
        let length = body.len();
        let response = format!(
            "HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        );
        let _ = stream.write_all(response.as_bytes());
        if send.send(delivery).is_err() {
            return;
        }
    }
}
