//! The demo in Rust: a checkout session's whole life, and three things that go wrong.
//!
//! Reads LOMI_BASE_URL and LOMI_API_KEY; `make demo` points them at the local sandbox.

use std::time::Instant;

use lomi::models::{CheckoutSessionCreate, CheckoutSessionUpdate};
use lomi::{Client, Error, ErrorKind};
use serde_json::{Map, Value, json};

/// Calls made so far, for the table at the end.
struct Count(u32);

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::process::ExitCode {
    let started = Instant::now();
    let mut calls = Count(0);
    match run(&mut calls).await {
        Ok(()) => {
            let milliseconds = started.elapsed().as_millis();
            println!(
                "{}",
                json!({"language": "rust", "calls": calls.0, "milliseconds": milliseconds})
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
    let client = Client::with(lomi::ConfigBuilder::default()).map_err(|e| ("set up", e))?;
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
        made(sessions.create(coffee.clone()).await.and_then(lomi::Created::done), "create")?;
    let id = session.checkout_session_id.unwrap_or_default();
    println!("created   {id}");
    println!("page      {}", session.checkout_url.unwrap_or_default());

    let fetched = made(sessions.get(&id).await, "get")?;
    println!("fetched   {} {:?}", fetched.title.unwrap_or_default(), fetched.status);

    for _ in 1..45 {
        made(sessions.create(coffee.clone()).await.and_then(lomi::Created::done), "create 45")?;
    }
    let query: Map<String, Value> = Map::from_iter([("limit".to_owned(), json!(20))]);
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

    let stranger = Client::with(lomi::ConfigBuilder {
        api_key: Some(lomi::Secret::new("lomi_sk_test_nobody")),
        ..lomi::ConfigBuilder::default()
    })
    .map_err(|e| ("set up", e))?;
    let no_currency = CheckoutSessionCreate::new().amount(5000).currency_code("XXX");
    shown(sessions.create(no_currency).await, ErrorKind::BadRequest, "400")?;
    shown(stranger.checkout_sessions().get(&id).await, ErrorKind::Authentication, "401")?;
    shown(sessions.get(&id).await, ErrorKind::NotFound, "404")?;
    calls.0 += 3;
    Ok(())
}

/// Prints the error that a call has to end in.
fn shown<T>(
    result: Result<T, Error>,
    kind: ErrorKind,
    step: &'static str,
) -> Result<(), (&'static str, Error)> {
    match result {
        Err(error) if error.kind == kind => {
            println!("{step}       {}: {error}", kind.class_name());
            Ok(())
        }
        Err(error) => Err((step, error)),
        Ok(_) => Err((step, Error::internal("succeeded, which it should not"))),
    }
}
