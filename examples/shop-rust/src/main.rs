//! A shop that is paid through lomi. `orders.rs` says when an order is paid, `payments.rs` talks to
//! lomi.

mod orders;
mod pages;
mod payments;

use std::collections::HashMap;
use std::env;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use lomi::inbox::{Inbox, RusqliteStore};
use lomi::webhook::{VerifyOptions, construct_event, refusal};
use minijinja::context;
use minijinja::value::Serde;
use tokio::signal::unix::{SignalKind, signal};

use crate::orders::{Order, on_event};
use crate::pages::{Failed, Failure, not_found, page};

const PRICE: i64 = 15000; // F CFA has no smaller unit
const STYLE: &str = include_str!("../../shop.css");

struct Shop {
    lomi: lomi::Client,
    inbox: Inbox<RusqliteStore>,
    secret: String,
    url: String,
}

type AnyShop = State<Arc<Shop>>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    orders::create_table()?;
    let inbox = Inbox::new(RusqliteStore::new(orders::connect));
    inbox.create_table()?;
    let lomi = lomi::Client::builder().build()?; // LOMI_API_KEY and LOMI_BASE_URL
    if env::args().nth(1).as_deref() == Some("reconcile") {
        // The day is for the first run; later ones continue where the last one has ended.
        let handled = inbox.reconcile(&lomi, Some("2026-01-01"), on_event).await?;
        println!("{handled} events were handed over");
        return Ok(());
    }
    let port = env::var("PORT").unwrap_or("3004".to_owned());
    let url = env::var("SHOP_URL").unwrap_or(format!("http://127.0.0.1:{port}"));
    println!("shop-rust: {url}");
    let secret = env::var("LOMI_WEBHOOK_SECRET").map_err(|_| "LOMI_WEBHOOK_SECRET is not set")?;
    let shop = Shop { lomi, inbox, secret, url };
    let routes = axum::Router::new()
        .route("/", get(async || page("product.html", context! { price => PRICE })))
        .route("/shop.css", get(async || ([(header::CONTENT_TYPE, "text/css")], STYLE)))
        .route("/orders", get(list).post(buy))
        .route("/orders/{id}", get(show))
        .route("/orders/{id}/pay", post(pay_again))
        .route("/orders/{id}/refund", post(refund))
        .route("/webhooks", post(receive))
        .fallback(not_found)
        .with_state(Arc::new(shop));
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    let mut terminate = signal(SignalKind::terminate())?;
    let stop = async move { terminate.recv().await.unwrap_or(()) };
    Ok(axum::serve(listener, routes).with_graceful_shutdown(stop).await?)
}

/// The order is stored before the call: no payment comes for an order that the shop does not know.
async fn buy(State(shop): AnyShop) -> Result<Redirect, Failed> {
    pay(&shop, orders::add(PRICE)?).await
}

async fn pay_again(State(shop): AnyShop, Path(id): Path<String>) -> Result<Redirect, Failed> {
    pay(&shop, orders::find(&id)?).await
}

async fn pay(shop: &Shop, order: Order) -> Result<Redirect, Failed> {
    let url = format!("{}/orders/{}", shop.url, order.id);
    let page = payments::checkout_page(&shop.lomi, &order, &url).await;
    Ok(Redirect::to(&page.map_err(|error| Failed(error, Some(order.id)))?))
}

/// The buyer is back, or anyone: only the order's id is taken from the address, and lomi. is asked
/// for the rest.
async fn show(
    State(shop): AnyShop,
    Path(id): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Html<String>, Failed> {
    let order = orders::find(&id)?;
    let state = payments::state_of(&shop.lomi, &order, query.contains_key("cancelled")).await?;
    page("order.html", context! { order => Serde(order), state })
}

// In a shop of your own, the list and the refund are for the staff only.
async fn list() -> Result<Html<String>, Failed> {
    page("orders.html", context! { orders => Serde(orders::all()?) })
}

async fn refund(State(shop): AnyShop, Path(id): Path<String>) -> Result<Redirect, Failed> {
    payments::refund(&shop.lomi, &orders::find(&id)?).await?;
    Ok(Redirect::to("/orders"))
}

/// 200 for an event that is or was handled, 400 without a valid signature. If `on_event` fails, 500,
/// and lomi. sends the event again.
async fn receive(
    State(shop): AnyShop,
    headers: HeaderMap,
    body: Bytes, // the signature covers the raw body
) -> Result<Response, Failed> {
    let signature = headers.get("X-Lomi-Signature").and_then(|value| value.to_str().ok());
    let signature = signature.unwrap_or_default();
    let event = match construct_event(&body, signature, &[&shop.secret], VerifyOptions::new()) {
        Ok(event) => event,
        Err(error) => {
            let refusal = refusal(&error).ok_or(error)?;
            return Ok((StatusCode::from_u16(refusal.status)?, refusal.body).into_response());
        }
    };
    // In a thread of its own: the inbox waits while another event is written.
    tokio::task::spawn_blocking(move || shop.inbox.handle(&event, on_event)).await??;
    Ok(StatusCode::OK.into_response())
}
