//! Every operation of the table over a real socket: its route, what it returns, whether it is
//! repeated, and the route that it teaches.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use lomi::binding::table::{OPERATIONS, Operation, Returns};
use lomi::binding::{ConfigBuilder, Target};
use lomi::models::{PayoutCreate, RefundCreate, TransactionListParams};
use lomi::{
    CallOptions, Client, Created, Error, Input, Map, Outcome, Response, RouteChoice, Secret, Value,
    json,
};

type Answer = fn(&str, &str) -> (u16, String);

struct Server {
    url: String,
    /// Method and path of each request.
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start(answer: Answer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, seen) = (stream.unwrap(), Arc::clone(&seen));
                thread::spawn(move || serve(stream, answer, &seen));
            }
        });
        Self { url, requests }
    }

    fn client(&self, routes: RouteChoice, base: &str) -> Client {
        let base_url = Some(format!("{}{base}", self.url));
        let api_key = Some(Secret::new("lomi_sk_test_1"));
        Client::with(ConfigBuilder { api_key, base_url, routes, ..ConfigBuilder::default() })
            .unwrap()
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.requests.lock().unwrap())
    }
}

fn serve(stream: TcpStream, answer: Answer, seen: &Mutex<Vec<String>>) {
    let mut stream = BufReader::new(stream);
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if stream.read_line(&mut head).unwrap_or(0) == 0 {
                return;
            }
        }
        let lower = head.to_ascii_lowercase();
        let length = lower.split("content-length: ").nth(1).and_then(|rest| rest.lines().next());
        let mut body = vec![0; length.map_or(0, |digits| digits.parse().unwrap())];
        stream.read_exact(&mut body).unwrap();
        let mut words = head.split(' ');
        let (method, path) = (words.next().unwrap(), words.next().unwrap());
        seen.lock().unwrap().push(format!("{method} {path}"));
        let (status, body) = answer(method, path);
        let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}", body.len());
        if write!(stream.get_mut(), "{head}\r\n\r\n{body}").is_err() {
            return;
        }
    }
}

/// An object with every id that a resource may have, as the server of any of them sends it.
fn object() -> Value {
    let ids = OPERATIONS.iter().filter_map(|operation| match operation.returns {
        Returns::One(model) | Returns::Page(model) => model.id,
        _ => None,
    });
    ids.map(|id| (id.to_owned(), json!("id/1"))).collect::<Map<String, Value>>().into()
}

/// The path of a template whose parameters all have one value.
fn filled(template: &str) -> String {
    let mut parts = template.split('{');
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |path, part| path + "id%2F1" + part.split_once('}').unwrap().1)
}

/// Answers every route of the table as the server that has it.
fn every_route(method: &str, path: &str) -> (u16, String) {
    let path = path.strip_prefix("/v1").unwrap_or(path).split('?').next().unwrap();
    let is_it = |operation: &&&Operation| {
        let mut paths = operation.paths.iter();
        operation.method == method && paths.any(|(_, template)| filled(template) == path)
    };
    let operation = OPERATIONS.iter().find(is_it).unwrap_or_else(|| panic!("{method} {path}"));
    match operation.returns {
        Returns::Nothing => (204, String::new()),
        Returns::Page(_) => {
            let page =
                json!({"data": [object()], "pagination": {"limit": 1, "offset": 0, "total": 1}});
            (200, page.to_string())
        }
        Returns::One(_) | Returns::Any => (200, object().to_string()),
    }
}

fn input(operation: &Operation) -> Input {
    let template = operation.paths[0].1;
    let names = template.split('{').skip(1).filter_map(|part| part.split('}').next());
    let input = match operation.body {
        Some(_) => Input::body(json!({"metadata": {"order": "1"}})),
        None => Input::default(),
    };
    names.fold(input, |input, name| input.with_path(name, "id/1"))
}

async fn call(client: &Client, id: &str) -> Result<Response, Error> {
    let operation = OPERATIONS.iter().find(|operation| operation.id == id).unwrap();
    let options = CallOptions::default();
    let call = client.prepare(Target::Operation(operation), input(operation), options)?;
    client.run(call).await
}

#[tokio::test]
async fn every_operation_has_its_route_in_each_style() {
    let server = Server::start(every_route);
    let mut played = 0;
    for style in ["documented", "current", "newest"] {
        let client = server.client(style.parse().unwrap(), "/v1");
        for operation in OPERATIONS {
            let RouteChoice::Only(routes) = style.parse().unwrap() else { continue };
            let result = call(&client, operation.id).await;
            let Some(template) = operation.path(routes) else {
                assert_eq!(result.unwrap_err().kind(), lomi::ErrorKind::UnsupportedOperation);
                assert!(server.take().is_empty(), "{}", operation.id);
                continue;
            };
            let response = result.unwrap_or_else(|error| panic!("{}: {error}", operation.id));
            let path = filled(template);
            assert_eq!(server.take(), [format!("{} /v1{path}", operation.method)]);
            let is_nothing = matches!(operation.returns, Returns::Nothing);
            assert_eq!(response.status, if is_nothing { 204 } else { 200 }, "{}", operation.id);
            played += 1;
        }
    }
    // 84 of the generated clients and 2 of 2025, 93 of the current server and 157 of the newest API.
    println!("{} operations, {played} routes", OPERATIONS.len());
    assert!(played >= 84 + 93 + 157, "{played}");
}

#[tokio::test]
async fn a_write_that_may_have_moved_money_is_sent_once() {
    let server = Server::start(|_, _| (502, String::new()));
    let client = server.client(RouteChoice::Auto, "");
    for (id, attempts) in [
        ("create_refund", 1),
        ("update_refund", 1),
        ("delete_refund", 1),
        ("create_payout", 1),
        ("update_payout", 1),
        ("delete_payout", 1),
        ("create_beneficiary_payout", 1),
        ("create_subscription", 1),
        ("update_subscription", 1),
        ("change_subscription_plan", 1),
        ("create_transfer", 1),
        ("reverse_transfer", 1),
        ("create_instant_settlement", 1),
        ("create_wave_charge", 1),
        ("create_mtn_charge", 1),
        ("create_card_charge", 1),
        ("capture_card_charge", 1),
        ("increment_card_charge", 1),
        ("cancel_card_charge", 1),
        ("delete_account", 1),
        ("create_usage_subscription", 1),
        ("grant_usage_credits", 1),
        // No money, but a second object.
        ("create_customer", 1),
        ("create_webhook", 1),
        // Repeated by key, or because a repetition leads to the same state.
        ("create_payment_request", 3),
        ("update_customer", 3),
        ("delete_product", 3),
        ("list_transactions", 3),
        ("retrieve_payout", 3),
    ] {
        let error = call(&client, id).await.unwrap_err();
        assert_eq!(server.take().len(), attempts, "{id}");
        let writes = !id.starts_with("list") && !id.starts_with("retrieve");
        assert_eq!(error.outcome() == Outcome::Unknown && writes, writes, "{id}");
    }
}

#[tokio::test]
async fn what_must_be_confirmed_is_not_taken_for_done() {
    let server = Server::start(|_, _| {
        let body = json!({
            "requires_confirmation": true, "confirmation_token": "ct_1", "refund_id": "r_1",
            "expires_at": "2026-11-01T10:00:00Z", "preview": {"amount": 5000},
        });
        (201, body.to_string())
    });
    let client = server.client(RouteChoice::Auto, "");
    let refund = RefundCreate::new().transaction_id("t_1").amount(5000);
    match client.refunds().create(refund.clone()).await.unwrap() {
        Created::ConfirmationRequired(first) => {
            assert_eq!(first.confirmation_token.as_deref(), Some("ct_1"));
            assert_eq!(first.preview.as_ref().unwrap()["amount"], json!(5000));
        }
        other => panic!("{other:?}"),
    }
    let error = client.refunds().create(refund).await.unwrap().into_inner().unwrap_err();
    assert_eq!(error.outcome(), Outcome::Final);
}

#[tokio::test]
async fn a_confirmed_payout_is_repeated_with_its_key() {
    let server = Server::start(|_, _| (502, String::new()));
    let client = server.client(RouteChoice::Auto, "");
    let payout = PayoutCreate::new().amount(5000);
    let error = client.payouts().create(payout.clone()).await.unwrap_err();
    assert_eq!((server.take().len(), error.outcome()), (1, Outcome::Unknown));
    let error = client.payouts().create(payout.confirmation_token("ct_1")).await.unwrap_err();
    assert_eq!((server.take().len(), error.outcome()), (3, Outcome::Unknown));
    let key = error.idempotency_key().unwrap();
    assert!(error.message().contains(key), "{error}");
}

#[tokio::test]
async fn a_payout_without_an_id_is_read_and_an_error_is_none() {
    let server = Server::start(|_, path| match path.contains("id%2F1") {
        false => (201, json!({"status": "processing", "amount": 5000}).to_string()),
        true => (200, json!({"status": "failed", "error": {"message": "No"}}).to_string()),
    });
    let client = server.client(RouteChoice::Auto, "");
    let created = client.payouts().create(PayoutCreate::new().amount(5000)).await.unwrap();
    let payout = created.into_inner().unwrap();
    assert_eq!((payout.payout_id, payout.amount), (None, Some(5000.into())));
    let error = client.payouts().get("id/1").await.unwrap_err();
    assert_eq!(error.kind(), lomi::ErrorKind::UnexpectedResponse);
}

#[tokio::test]
async fn a_url_is_tried_once_and_a_route_is_learnt_for_every_resource() {
    // As the current server: no version, and no route in the documented style.
    let server =
        Server::start(|method, path| match path.starts_with("/v1") || path.contains('_') {
            true => (404, json!({"message": format!("Cannot {method} {path}")}).to_string()),
            false => every_route(method, path),
        });
    let client = server.client(RouteChoice::Auto, "/v1");
    call(&client, "list_customers").await.unwrap();
    assert_eq!(server.take(), ["GET /v1/customers", "GET /customers"]);
    call(&client, "list_payment_links").await.unwrap();
    assert_eq!(server.take(), ["GET /payment-links"]);
    // A route of one style only teaches nothing about the others.
    call(&client, "list_transactions").await.unwrap();
    assert_eq!(server.take(), ["GET /transactions"]);
}

#[tokio::test]
async fn a_bare_list_that_is_paged_by_number_is_walked_to_its_end() {
    // As the current server: 50 rows in a page, whose number is the only position it knows.
    let server = Server::start(|_, path| {
        let page = path.split("page=").nth(1).map_or(1, |number| number.parse().unwrap());
        let rows = (page * 50 - 50..(page * 50).min(120)).map(|n| json!({"transaction_id": n}));
        (200, Value::Array(rows.collect()).to_string())
    });
    let client = server.client(RouteChoice::Auto, "");
    let mut walk = client.transactions().list_all(TransactionListParams::new());
    let mut rows = 0;
    while let Some(row) = walk.next().await {
        row.unwrap();
        rows += 1;
    }
    assert_eq!(rows, 120);
    let seen = server.take();
    let pages = ["", "?page=2", "?page=3", "?page=4"];
    assert_eq!(seen, pages.map(|query| format!("GET /transactions{query}")));
}
