//! The newest API over a real socket: two-step money, its renamed routes, and what its responses
//! teach about the host.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use lomi::binding::ConfigBuilder;
use lomi::models::{
    DiscountCouponListParams, PayoutCreate, RefundCreate, TransferCreate, UsageRecordCreate,
    WaveChargeCreate, WebhookCreate,
};
use lomi::{Client, Created, ErrorKind, Outcome, Secret, Value, json};

/// A request as the server sees it.
#[derive(Debug, Clone)]
struct Seen {
    line: String,
    key: Option<String>,
    body: Value,
}

type Answer = Box<dyn Fn(&Seen, usize) -> Option<(u16, &'static str, Value)> + Send + Sync>;

/// A server that closes the connection where its answer is `None`.
struct Server {
    url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Server {
    fn start(
        answer: impl Fn(&Seen, usize) -> Option<(u16, &'static str, Value)> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (log, answer): (_, Arc<Answer>) = (Arc::clone(&seen), Arc::new(Box::new(answer)));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (log, answer) = (Arc::clone(&log), Arc::clone(&answer));
                thread::spawn(move || serve(stream.unwrap(), &answer, &log));
            }
        });
        Self { url, seen }
    }

    fn client(&self) -> Client {
        let (base_url, api_key) = (Some(self.url.clone()), Some(Secret::new("lomi_sk_test_1")));
        Client::with(ConfigBuilder { api_key, base_url, ..ConfigBuilder::default() }).unwrap()
    }

    fn take(&self) -> Vec<Seen> {
        std::mem::take(&mut self.seen.lock().unwrap())
    }

    fn lines(&self) -> Vec<String> {
        self.take().into_iter().map(|seen| seen.line).collect()
    }
}

fn serve(stream: TcpStream, answer: &Answer, log: &Mutex<Vec<Seen>>) {
    let mut stream = BufReader::new(stream);
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if stream.read_line(&mut head).unwrap_or(0) == 0 {
                return;
            }
        }
        let header = |name: &str| {
            let mut lines = head.lines().filter_map(|line| line.split_once(": "));
            let found = lines.find(|(other, _)| other.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.to_owned())
        };
        let mut body = vec![0; header("content-length").map_or(0, |n| n.parse().unwrap())];
        stream.read_exact(&mut body).unwrap();
        let mut words = head.split(' ');
        let line = format!("{} {}", words.next().unwrap(), words.next().unwrap());
        let body = String::from_utf8(body).unwrap();
        let body = if body.is_empty() { Value::Null } else { body.parse().unwrap() };
        let seen = Seen { line, key: header("idempotency-key"), body };
        let nth = {
            let mut log = log.lock().unwrap();
            log.push(seen.clone());
            log.len()
        };
        let Some((status, headers, body)) = answer(&seen, nth) else { return };
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let head = format!("HTTP/1.1 {status} X\r\n{headers}content-length: {}", body.len());
        if write!(stream.get_mut(), "{head}\r\n\r\n{body}").is_err() {
            return;
        }
    }
}

fn preview() -> Value {
    json!({
        "requires_confirmation": true, "confirmation_token": "ct_1",
        "expires_at": "2026-11-01T10:00:00Z", "preview": {"amount": 5000},
    })
}

#[tokio::test]
async fn a_confirmation_is_sent_with_the_body_the_token_and_the_key_of_the_first_call() {
    // The response to the first request with the token is lost.
    let server = Server::start(|seen, nth| match (seen.body.get("confirmation_token"), nth) {
        (None, _) => Some((201, "", preview())),
        (Some(_), 2) => None,
        _ => Some((201, "", json!({"refund_id": "r_1", "amount": 5000}))),
    });
    let client = server.client();
    let refund = RefundCreate::new().transaction_id("t_1").amount(5000);
    let first = match client.refunds().create(refund).await.unwrap() {
        Created::ConfirmationRequired(first) => first,
        other => panic!("{other:?}"),
    };
    assert_eq!(first.preview.as_ref().unwrap()["amount"], json!(5000));
    let refund = client.confirm(*first).await.unwrap();
    assert_eq!(refund.refund_id.as_deref(), Some("r_1"));
    let seen = server.take();
    assert_eq!(seen.len(), 3);
    assert!(seen.iter().all(|one| one.key == seen[0].key && one.key.is_some()), "{seen:?}");
    assert_eq!(seen[0].body, json!({"transaction_id": "t_1", "amount": 5000}));
    for second in &seen[1..] {
        let whole = json!({"transaction_id": "t_1", "amount": 5000, "confirmation_token": "ct_1"});
        assert_eq!(second.body, whole);
    }
}

#[tokio::test]
async fn every_two_step_operation_asks_first() {
    let server = Server::start(|_, _| Some((201, "", preview())));
    let client = server.client();
    let transfer = TransferCreate::new().amount(5000).currency_code("XOF").destination("acct_1");
    let created = client.transfers().create(transfer).await.unwrap();
    assert!(matches!(created, Created::ConfirmationRequired(_)));
    // The server asks again: nothing was done, and the caller is told.
    let Created::ConfirmationRequired(first) = created else { return };
    let error = client.confirm(*first).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Status, Outcome::Final));
}

#[tokio::test]
async fn a_refused_token_has_an_error_of_its_own() {
    let server = Server::start(|seen, _| match seen.body.get("confirmation_token") {
        None => Some((201, "", preview())),
        Some(_) => {
            let error = json!({"code": "bad_request", "message": "confirmation_token has expired"});
            Some((400, "", json!({"error": error})))
        }
    });
    let client = server.client();
    let refund = RefundCreate::new().transaction_id("t_1").amount(5000);
    let Created::ConfirmationRequired(first) = client.refunds().create(refund).await.unwrap()
    else {
        panic!("not asked")
    };
    let error = client.confirm(*first).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::ConfirmationToken, Outcome::Final));
}

#[tokio::test]
async fn a_charge_is_repeated_only_where_the_server_is_known_to_check_the_key() {
    // Headers of rate limits prove nothing: a proxy may add them.
    let server = Server::start(|seen, _| match seen.line.as_str() {
        "POST /charge/wave" => Some((502, "", Value::Null)),
        "GET /customers" => Some((200, "x-ratelimit-remaining: 9\r\n", json!([]))),
        _ => Some((201, "", preview())),
    });
    let client = server.client();
    let charge = || WaveChargeCreate::new().amount(5000);
    client.customers().list(Default::default()).await.unwrap();
    server.take();
    let error = client.charges().create_wave(charge()).await.unwrap_err();
    assert_eq!((server.take().len(), error.outcome()), (1, Outcome::Unknown));
    // Only the newest API asks for a confirmation.
    client.payouts().create(PayoutCreate::new().amount(5000)).await.unwrap();
    server.take();
    let error = client.charges().create_wave(charge()).await.unwrap_err();
    let seen = server.take();
    assert_eq!((seen.len(), error.outcome()), (3, Outcome::Unknown));
    assert!(seen.iter().all(|one| one.key.as_deref() == error.idempotency_key()), "{seen:?}");
}

#[tokio::test]
async fn a_renamed_route_is_found_once() {
    let server = Server::start(|seen, _| match seen.line.contains("discount") {
        true => Some((404, "", json!({"message": format!("Cannot {}", seen.line)}))),
        false => Some((200, "", json!([]))),
    });
    let client = server.client();
    client.checkout_sessions().list(Default::default()).await.unwrap();
    assert_eq!(server.lines(), ["GET /checkout-sessions"]);
    for lines in [&["GET /discount-coupons", "GET /coupons"][..], &["GET /coupons"]] {
        client.discount_coupons().list(DiscountCouponListParams::new()).await.unwrap();
        assert_eq!(server.lines(), lines);
    }
}

#[tokio::test]
async fn a_usage_event_is_repeated_if_it_has_an_id() {
    let server = Server::start(|_, _| None);
    let client = server.client();
    let event = UsageRecordCreate::new().code("calls");
    client.usage().record_event(event.clone()).await.unwrap_err();
    assert_eq!(server.take().len(), 1);
    client.usage().record_event(event.transaction_id("e_1")).await.unwrap_err();
    assert_eq!(server.take().len(), 3);
}

#[tokio::test]
async fn the_secret_beside_a_new_webhook_is_not_lost() {
    let server = Server::start(|_, _| {
        Some((201, "", json!({"data": {"webhook_id": "w_1"}, "secret": "whsec_1"})))
    });
    let webhook = WebhookCreate::new().url("https://shop.example/hook");
    let webhook = server.client().webhooks().create(webhook).await.unwrap();
    assert_eq!(webhook.webhook_id.as_deref(), Some("w_1"));
    assert_eq!(webhook.secret.as_deref(), Some("whsec_1"));
}
