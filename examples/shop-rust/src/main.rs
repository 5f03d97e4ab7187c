//! A shop that is paid through lomi. `orders.rs` says when an order is paid, `payments.rs` talks to
//! lomi.

mod orders;
mod pages;
mod payments;

use std::collections::HashMap;
use std::env;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequestParts, Path, Query, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use lomi::inbox::{Inbox, RusqliteStore};
use lomi::webhook::{VerifyOptions, construct_event, refusal};
use minijinja::context;
use minijinja::value::Serde;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::spawn_blocking;

use crate::orders::{Order, Orders, on_event};
use crate::pages::{Failed, Failure, not_found, page};

const PRICE: i64 = 15000; // F CFA has no smaller unit

struct Shop {
    lomi: lomi::Client,
    orders: Orders,
    inbox: Inbox<RusqliteStore>,
    secret: String,
    url: String,
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let file = env::var("SHOP_DATABASE")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/shop.sqlite3").to_owned());
    let port = env::var("PORT").unwrap_or_else(|_| "3004".to_owned());
    let url = env::var("SHOP_URL").unwrap_or_else(|_| format!("http://127.0.0.1:{port}"));
    let orders = Orders::open(&file)?;
    let inbox = Inbox::new(RusqliteStore::new(move || rusqlite::Connection::open(&file)));
    inbox.create_table()?;
    let lomi = lomi::Client::builder().build()?; // LOMI_API_KEY and LOMI_BASE_URL
    if env::args().nth(1).as_deref() == Some("reconcile") {
        // The day is for the first run; later ones continue where the last one has ended.
        let handled = inbox.reconcile(&lomi, Some("2026-01-01"), on_event).await?;
        println!("{handled} events were handed over");
        return Ok(());
    }
    let secret = env::var("LOMI_WEBHOOK_SECRET").unwrap_or_default();
    let shop = Arc::new(Shop { lomi, orders, inbox, secret, url });
    println!("shop-rust: {}", shop.url);
    let routes = axum::Router::new()
        .route("/", get(async || page("product.html", context! { price => PRICE })))
        .route("/shop.css", get(async || ([(header::CONTENT_TYPE, "text/css")], STYLE)))
        .route("/orders", get(list).post(buy))
        .route("/orders/{id}", get(show))
        .route("/orders/{id}/pay", post(pay))
        .route("/orders/{id}/refund", post(refund))
        .route("/webhooks", post(receive))
        .fallback(not_found)
        .with_state(shop);
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    let mut terminate = signal(SignalKind::terminate())?;
    let stop = async move { terminate.recv().await.unwrap_or(()) };
    Ok(axum::serve(listener, routes).with_graceful_shutdown(stop).await?)
}

const STYLE: &str = include_str!("../../shop.css");

/// The order of a path such as `/orders/{id}/pay`; 404 if there is none.
impl FromRequestParts<Arc<Shop>> for Order {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, shop: &Arc<Shop>) -> Result<Self, Response> {
        let id = Path::<String>::from_request_parts(parts, shop).await;
        let Path(id) = id.map_err(IntoResponse::into_response)?;
        match shop.orders.find(&id) {
            Ok(Some(order)) => Ok(order),
            Ok(None) => Err(not_found().await),
            Err(error) => Err(Failed::from(error).into_response()),
        }
    }
}

/// The order is stored before the call: no payment comes for an order that the shop does not know.
async fn buy(shop: State<Arc<Shop>>) -> Result<Redirect, Failed> {
    let order = shop.orders.add(PRICE)?;
    pay(shop, order).await
}

async fn pay(State(shop): State<Arc<Shop>>, order: Order) -> Result<Redirect, Failed> {
    let order_url = format!("{}/orders/{}", shop.url, order.id);
    let page = payments::checkout_page(&shop.lomi, &shop.orders, &order, order_url).await;
    Ok(Redirect::to(&page.map_err(Failed::of(order))?))
}

/// The buyer is back, or anyone: only the order's id is taken from the address, and lomi. is asked
/// for the rest.
async fn show(
    State(shop): State<Arc<Shop>>,
    order: Order,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Html<String>, Failed> {
    let is_cancelled = query.get("cancelled").is_some_and(|value| value == "1");
    let state = payments::state_of(&shop.lomi, &order, is_cancelled).await;
    let state = state.map_err(Failed::of(order.clone()))?;
    page("order.html", context! { order => Serde(order), state })
}

// In a shop of your own, the list and the refund are for the staff only.
async fn list(State(shop): State<Arc<Shop>>) -> Result<Html<String>, Failed> {
    page("orders.html", context! { orders => Serde(shop.orders.all()?) })
}

async fn refund(State(shop): State<Arc<Shop>>, order: Order) -> Result<Redirect, Failed> {
    payments::refund(&shop.lomi, &shop.orders, &order).await.map_err(Failed::of(order))?;
    Ok(Redirect::to("/orders"))
}

/// 200 for an event that is or was handled, 400 without a valid signature. If `on_event` fails, 500,
/// and lomi. sends the event again.
async fn receive(
    State(shop): State<Arc<Shop>>,
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
    // The inbox waits where another event is written.
    spawn_blocking(move || shop.inbox.handle(&event, on_event)).await??;
    Ok(StatusCode::OK.into_response())
}
