//! The demo in Rust: the life of a checkout session, and three errors.
//!
//! Reads LOMI_BASE_URL and LOMI_API_KEY, which `make demo` sets to the local sandbox. With
//! LOMI_DEMO_INBOX, the address of a webhook inbox, a session is also paid.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Instant;

use lomi::models::{
    CheckoutSessionCreate, CheckoutSessionListParams, CheckoutSessionStatus, CheckoutSessionUpdate,
    Event, EventData,
};
use lomi::{Client, Created, Error, ErrorKind, Map, json, webhook};

/// Number of calls so far, for the table at the end.
struct Count(u32);

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::process::ExitCode {
    let started = Instant::now();
    let mut calls = Count(0);
    let inbox = std::env::var("LOMI_DEMO_INBOX").ok();
    let mut done = run(&mut calls).await;
    if let (Ok(()), Some(inbox)) = (&done, &inbox) {
        done = match paid(inbox, &mut calls).await {
            Ok(handled) => lost_and_found(&handled, &mut calls).await,
            Err(failed) => Err(failed),
        };
    }
    match done {
        Ok(()) => {
            let milliseconds = started.elapsed().as_millis();
            let (calls, paid) = (calls.0, inbox.is_some());
            println!(
                "{}",
                json!({"language": "rust", "calls": calls, "milliseconds": milliseconds, "paid": paid})
            );
            std::process::ExitCode::SUCCESS
        }
        Err((step, error)) => {
            eprintln!("rust: {step}: {error}");
            std::process::ExitCode::FAILURE
        }
    }
}

async fn run(calls: &mut Count) -> Result<(), (&'static str, Error)> {
    let client = Client::builder().build().map_err(|e| ("set up", e))?;
    let sessions = client.checkout_sessions();
    let mut made = |result: Result<_, Error>, step: &'static str| {
        calls.0 += 1;
        result.map_err(|error| (step, error))
    };

    let coffee = CheckoutSessionCreate::new()
        .amount(5000)
        .currency_code("XOF")
        .title("Coffee Beans - 1kg")
        .customer_email("customer@example.com")
        .success_url("https://mystore.com/thank-you")
        .cancel_url("https://mystore.com/cart");
    let session =
        made(sessions.create(coffee.clone()).await.and_then(Created::into_session), "create")?;
    let id = session.checkout_session_id.unwrap_or_default();
    println!("created   {id}");
    println!("page      {}", session.checkout_url.unwrap_or_default());

    let fetched = made(sessions.get(&id).await, "get")?;
    println!("fetched   {} {:?}", fetched.title.unwrap_or_default(), fetched.status);

    for _ in 1..45 {
        made(sessions.create(coffee.clone()).await.and_then(Created::into_session), "create 45")?;
    }
    let query = CheckoutSessionListParams::new().limit(20);
    let page = sessions.list(query.clone()).await.map_err(|e| ("list", e))?;
    println!("listed    {} in the first page", page.data.len());
    let mut all = sessions.list_all(query);
    let mut seen = 0;
    while let Some(session) = all.next().await {
        session.map_err(|e| ("page through", e))?;
        seen += 1;
    }
    println!("paged     {seen} in all");
    if seen < 45 {
        return Err(("page through", Error::internal(format!("{seen} of 45 sessions"))));
    }

    let change = CheckoutSessionUpdate::new().title("Coffee Beans - 2kg");
    let updated = made(sessions.update(&id, change).await, "update")?;
    println!("updated   {}", updated.title.unwrap_or_default());
    sessions.delete(&id).await.map_err(|e| ("delete", e))?;
    println!("deleted   {id}");
    calls.0 += 6;

    let stranger = Client::new("lomi_sk_test_nobody").map_err(|e| ("set up", e))?;
    let no_currency = CheckoutSessionCreate::new().amount(5000).currency_code("XXX");
    shown(sessions.create(no_currency).await, ErrorKind::BadRequest, "400")?;
    shown(stranger.checkout_sessions().get(&id).await, ErrorKind::Authentication, "401")?;
    shown(sessions.get(&id).await, ErrorKind::NotFound, "404")?;
    calls.0 += 3;
    Ok(())
}

/// A session paid in the local sandbox, and the webhook that tells the shop. Returns its event.
async fn paid(inbox: &str, calls: &mut Count) -> Result<Event, (&'static str, Error)> {
    let client = Client::builder().build().map_err(|e| ("set up", e))?;
    let sessions = client.checkout_sessions();
    let cart = CheckoutSessionCreate::new().amount(5000).currency_code("XOF").title("Coffee");
    let made = sessions.create(cart).await.and_then(Created::into_session);
    let id = made.map_err(|e| ("create to pay", e))?.checkout_session_id.unwrap_or_default();

    let delivery = pay(&id).and_then(|()| next_delivery(inbox));
    let (body, signature) = delivery.map_err(|e| ("pay", Error::internal(e.to_string())))?;
    let secret = std::env::var("LOMI_WEBHOOK_SECRET").unwrap_or_default();
    let event =
        webhook::construct_event(body.as_bytes(), &signature, &[&secret], Default::default())
            .map_err(|e| ("webhook", e))?;
    let Some(EventData::Transaction(payment)) = &event.data else {
        return Err(("webhook", Error::internal("the event is about no payment")));
    };
    if payment.checkout_session_id.as_ref() != Some(&id) {
        return Err(("webhook", Error::internal("the event of another session")));
    }
    let name = event.event.as_ref().map_or("", |event| event.as_str());
    let amount = payment.net_amount.as_ref().map(ToString::to_string).unwrap_or_default();
    println!("verified  webhook {name}, {amount} XOF");

    let found = sessions.get(&id).await.map_err(|e| ("get after the payment", e))?;
    if found.status != Some(CheckoutSessionStatus::Completed) {
        return Err(("get after the payment", Error::internal(format!("{:?}", found.status))));
    }
    println!("paid      completed");
    calls.0 += 2;
    Ok(event)
}

/// A session whose webhook is lost: reconciling finds the payment, and handles it once.
async fn lost_and_found(handled: &Event, calls: &mut Count) -> Result<(), (&'static str, Error)> {
    let client = Client::builder().build().map_err(|e| ("set up", e))?;
    let cart = CheckoutSessionCreate::new().amount(5000).currency_code("XOF");
    let cart = cart.metadata(Map::from_iter([("webhook".to_owned(), "lost".into())]));
    let made = client.checkout_sessions().create(cart).await.and_then(Created::into_session);
    let id = made.map_err(|e| ("create", e))?.checkout_session_id.unwrap_or_default();
    pay(&id).map_err(|e| ("pay", Error::internal(e.to_string())))?;

    let failed = |error| ("reconcile", error);
    let guard = webhook::ReplayGuard::new(1000);
    guard.first_time(handled).map_err(failed)?; // by its webhook
    let mut payments = Vec::new();
    let mut missed = client.reconcile("2026-01-01").map_err(failed)?;
    while let Some((event, _cursor)) = missed.next().await.map_err(failed)? {
        if guard.first_time(&event).map_err(failed)?
            && let Some(EventData::Transaction(payment)) = event.data
        {
            payments.push(payment);
        }
    }
    let [payment] = payments.as_slice() else {
        let message = format!("{} payments were handled", payments.len());
        return Err(failed(Error::internal(message)));
    };
    if payment.checkout_session_id.as_ref() != Some(&id) {
        return Err(failed(Error::internal("another payment")));
    }
    let amount = payment.net_amount.as_ref().map(ToString::to_string).unwrap_or_default();
    println!("found     a lost webhook, by reconcile: {amount} XOF, handled once");
    calls.0 += 1;
    Ok(())
}

/// Pays a session in the sandbox, in place of the buyer.
fn pay(id: &str) -> std::io::Result<()> {
    let base = std::env::var("LOMI_BASE_URL").unwrap_or_default();
    let sandbox = base.trim_end_matches("/v1");
    send("POST", &format!("{sandbox}/_sandbox/sessions/{id}/pay")).map(drop)
}

/// The next webhook delivery: its body and signature.
fn next_delivery(inbox: &str) -> std::io::Result<(String, String)> {
    let (headers, body) = send("GET", inbox)?;
    let signature = headers.lines().find_map(|line| line.strip_prefix("X-Lomi-Signature: "));
    Ok((body, signature.unwrap_or_default().to_owned()))
}

/// Sends one HTTP request to this machine. Returns headers and body of the response.
fn send(method: &str, url: &str) -> std::io::Result<(String, String)> {
    let address = url.trim_start_matches("http://");
    let (host, path) = address.split_once('/').unwrap_or((address, ""));
    let mut stream = TcpStream::connect(host)?;
    write!(stream, "{method} /{path} HTTP/1.0\r\nHost: {host}\r\nContent-Length: 0\r\n\r\n")?;
    let mut response = String::new();
    stream.read_to_string(&mut response)?;
    let (headers, body) = response.split_once("\r\n\r\n").unwrap_or_default();
    Ok((headers.to_owned(), body.to_owned()))
}

/// Prints the error with which a call must end.
fn shown<T>(
    result: Result<T, Error>,
    kind: ErrorKind,
    step: &'static str,
) -> Result<(), (&'static str, Error)> {
    match result {
        Err(error) if error.kind() == kind => {
            println!("{step}       {}: {error}", kind.class_name());
            Ok(())
        }
        Err(error) => Err((step, error)),
        Ok(_) => Err((step, Error::internal("succeeded, but must fail"))),
    }
}
