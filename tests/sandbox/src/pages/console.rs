//! The console: what the sandbox holds and what was said, with buttons.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use hyper::body::Frame;
use minijinja::{Value, context};
use serde_json::Value as Json;

use super::page;
use crate::payments::currency;
use crate::state::app::{App, Shared};
use crate::state::clock::{Millis, iso};
use crate::state::money::printed;
use crate::state::request_log::Seen;
use crate::state::sessions::{Session, Status};
use crate::webhooks::Delivery;

const SHOWN: usize = 50;
/// Comments between changes, so that a console that is gone is noticed.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// The routes.
pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/_sandbox", get(console))
        .route("/_sandbox/lists", get(lists))
        .route("/_sandbox/events", get(events))
        .route("/_sandbox/console.js", get(script))
}

async fn console(State(app): State<Shared>) -> Response {
    page(StatusCode::OK, "console.html", context(&app))
}

async fn lists(State(app): State<Shared>) -> Response {
    page(StatusCode::OK, "console_lists.html", context(&app))
}

async fn script() -> Response {
    let script = include_str!("../../templates/console.js");
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], script).into_response()
}

fn context(app: &App) -> Value {
    let now = app.clock.now();
    let (_, stopped) = app.clock.state();
    let (sessions, total): (Vec<Value>, usize) = {
        let store = app.store();
        let newest = store.all_newest_first().take(SHOWN);
        (newest.map(|s| session_row(app, s, now)).collect(), store.len())
    };
    let deliveries: Vec<Value> =
        app.webhooks().log.newest_first().take(SHOWN).map(delivery_row).collect();
    let requests: Vec<Value> = app.requests().newest_first().take(SHOWN).map(request_row).collect();
    context! {
        url => app.url.as_str(),
        now => iso(now),
        frozen => stopped.is_some(),
        sessions,
        total,
        deliveries,
        requests,
    }
}

fn session_row(app: &App, session: &Session, now: Millis) -> Value {
    let input = session.input();
    let status = session.status_at(now);
    let (word, tone) = match status {
        Status::Open => ("open", "wait"),
        Status::Completed => ("completed", "good"),
        Status::Expired => ("expired", ""),
    };
    let amount = input.get("amount");
    context! {
        id => session.id.to_string(),
        page => app.checkout_url(session.id),
        title => input.get("title").and_then(Json::as_str),
        amount => amount.map(|a| printed(a, currency(&input), true)),
        environment => session.environment.word(),
        created => iso(session.created_at),
        status => word,
        tone,
        open => status == Status::Open,
        payment => session.attempt.as_ref().map(|a| {
            format!("{} {:?}", a.provider, a.state).to_lowercase()
        }),
    }
}

fn delivery_row(delivery: &Delivery) -> Value {
    let (state, tone) = match (delivery.delivered, delivery.next_at) {
        (true, _) => ("delivered".to_owned(), "good"),
        (false, Some(Millis::MAX)) => ("being sent".to_owned(), "wait"),
        (false, Some(at)) => (format!("next {}", iso(at)), "wait"),
        (false, None) => ("given up".to_owned(), "bad"),
    };
    let tries: Vec<Value> = delivery
        .tries
        .iter()
        .map(|t| {
            context! {
                id => t.log_id.to_string(),
                at => iso(t.at),
                number => t.number,
                manual => t.manual,
                status => t.status,
                milliseconds => t.milliseconds,
                signature => t.signature.as_str(),
                payload => t.payload.as_str(),
                body => t.body.as_str(),
            }
        })
        .collect();
    context! {
        seq => delivery.seq,
        event => delivery.event.as_str(),
        url => delivery.url.as_str(),
        state,
        tone,
        tries,
    }
}

fn request_row(seen: &Seen) -> Value {
    let tone = match seen.status {
        Some(200..=299) => "good",
        Some(300..=499) => "wait",
        _ => "bad",
    };
    context! {
        at => iso(seen.at),
        method => seen.method.as_str(),
        target => seen.target.as_str(),
        status => seen.status,
        tone,
        request => pretty(&seen.request),
        response => pretty(&seen.response),
        milliseconds => seen.microseconds / 1_000,
        id => seen.request_id.as_str(),
    }
}

fn pretty(body: &Bytes) -> String {
    let parsed =
        serde_json::from_slice::<Json>(body).and_then(|j| serde_json::to_string_pretty(&j));
    parsed.unwrap_or_else(|_| String::from_utf8_lossy(body).into_owned())
}

async fn events(State(app): State<Shared>) -> Response {
    let mut changes = app.changes();
    let (send, receive) = tokio::sync::mpsc::channel::<Bytes>(1);
    tokio::spawn(async move {
        loop {
            let text = match tokio::time::timeout(KEEP_ALIVE, changes.changed()).await {
                Ok(Ok(())) => "data: changed\n\n",
                Ok(Err(_)) => return,
                Err(_) => ": still here\n\n",
            };
            if send.send(Bytes::from_static(text.as_bytes())).await.is_err() {
                return;
            }
        }
    });
    let headers =
        [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-store")];
    (headers, Body::new(Events(receive))).into_response()
}

struct Events(tokio::sync::mpsc::Receiver<Bytes>);

impl hyper::body::Body for Events {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(context).map(|text| text.map(|t| Ok(Frame::data(t))))
    }
}
