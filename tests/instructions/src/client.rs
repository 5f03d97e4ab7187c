//! The calls in Rust: `lomi-instructions-client URL EVENT TASK:WARM-UP:CALLS...`.
//!
//! What is counted stands between two calls of [`mark`]; `run.py` says how.

use std::error::Error;
use std::future::Future;
use std::hint::black_box;

use lomi::models::{
    CheckoutSession, CheckoutSessionCreate, CheckoutSessionListParams, CheckoutSessionStatus,
    WebhookEvent,
};
use lomi::{Client, ErrorKind};

type Done = Result<(), Box<dyn Error>>;

const SECRET: &str = "whsec_0123456789abcdef0123456789abcdef";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Done {
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next().ok_or("no URL")?;
    let event = std::fs::read(arguments.next().ok_or("no file of an event")?)?;
    let client = Client::builder()
        .api_key("lomi_sk_test_0123456789abcdef")
        .base_url(format!("{url}/v1"))
        .build()?;
    let signature = lomi::webhook::sign(&event, SECRET)?;
    for asked in arguments {
        let [task, warm_up, calls] = *asked.split(':').collect::<Vec<_>>() else {
            return Err(format!("not a task: {asked}").into());
        };
        let numbers = [warm_up.parse()?, calls.parse()?];
        match task {
            "get" => count(numbers, || get(&client)).await?,
            "create" => count(numbers, || create(&client)).await?,
            "list" => count(numbers, || list(&client)).await?,
            "list-all" => count(numbers, || list_all(&client)).await?,
            "404" => count(numbers, || not_found(&client)).await?,
            "webhook" => count(numbers, || webhook(&event, &signature)).await?,
            other => return Err(format!("no task {other}").into()),
        }
    }
    Ok(())
}

/// Makes so many calls, and then as many as are counted.
async fn count<F: Future<Output = Done>>(
    [warm_up, calls]: [usize; 2],
    call: impl Fn() -> F,
) -> Done {
    for _ in 0..warm_up {
        call().await?;
    }
    mark();
    for _ in 0..calls {
        call().await?;
    }
    mark();
    Ok(())
}

/// Callgrind writes a part of the profile before each call of `gethostname`, which nothing else
/// in this process calls.
fn mark() {
    let mut name = [0_u8; 256];
    // SAFETY: the pointer and the length are those of `name`.
    unsafe { libc::gethostname(name.as_mut_ptr().cast(), name.len()) };
}

async fn get(client: &Client) -> Done {
    let session = client.checkout_sessions().get("cs_1").await?;
    check(session.status == Some(CheckoutSessionStatus::Open) && session.amount.is_some())
}

async fn create(client: &Client) -> Done {
    let order = CheckoutSessionCreate::new()
        .amount(15000)
        .currency_code("XOF")
        .title("Coffee Beans - 1kg")
        .success_url("https://example.com/success")
        .cancel_url("https://example.com/cancel");
    let session = client.checkout_sessions().create(order).await?.into_session()?;
    check(session.checkout_session_id.is_some())
}

async fn rows(client: &Client) -> Result<Vec<CheckoutSession>, Box<dyn Error>> {
    let params = CheckoutSessionListParams::new().limit(100);
    let page = client.checkout_sessions().list(params).await?;
    check(page.data.len() == 100)?;
    Ok(page.data)
}

async fn list(client: &Client) -> Done {
    let rows = rows(client).await?;
    check(rows.iter().all(|row| row.status.is_some() && row.amount.is_some()))
}

/// A row is a struct: its fields are read by the decoding, and `black_box` takes all of them.
async fn list_all(client: &Client) -> Done {
    let rows = rows(client).await?;
    check(black_box(&rows).iter().all(|row| row.title.is_some()))
}

async fn not_found(client: &Client) -> Done {
    let Err(error) = client.checkout_sessions().get("missing").await else {
        return Err("no error".into());
    };
    check(error.kind() == ErrorKind::NotFound && !error.message().is_empty())
}

async fn webhook(body: &[u8], signature: &str) -> Done {
    let event = lomi::webhook::construct_event(body, signature, &[SECRET], Default::default())?;
    check(event.event == Some(WebhookEvent::PaymentSucceeded) && event.data.is_some())
}

fn check(holds: bool) -> Done {
    if holds { Ok(()) } else { Err("another response than expected".into()) }
}
