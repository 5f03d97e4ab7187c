//! The console: sessions, deliveries and requests, with buttons of the control API.

use std::collections::HashMap;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use hyper::body::Frame;
use minijinja::{Value, context};
use serde_json::Value as Json;

use super::console_objects::{balance_rows, object_lists};
use super::language::Language;
use super::template::page;
use crate::payments::money::format_amount;
use crate::schema::input::currency;
use crate::state::app::{App, SharedApp};
use crate::state::deliveries::Delivery;
use crate::state::request_log::LoggedRequest;
use crate::state::sessions::{Session, Status};
use crate::state::time::{Millis, iso};
use crate::webhooks::samples::EVENTS;

const MAX_ROWS: usize = 50;
/// Interval of comments between changes, by which a closed console is noticed.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// The whole page.
pub(super) async fn show(
    State(app): State<SharedApp>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    page(StatusCode::OK, "console.html", context(&app, Language::of(&query, &headers)))
}

/// The lists alone, which `console.js` replaces after a change.
pub(super) async fn lists(
    State(app): State<SharedApp>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    page(StatusCode::OK, "console_lists.html", context(&app, Language::of(&query, &headers)))
}

/// `console.js`.
pub(super) async fn script() -> Response {
    let script = include_str!("../../templates/console.js");
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], script).into_response()
}

fn context(app: &App, language: Language) -> Value {
    let now = app.clock.now();
    let (_, stopped) = app.clock.state();
    let (sessions, total): (Vec<Value>, usize) = {
        let sessions = app.sessions();
        let newest = sessions.all_newest_first().take(MAX_ROWS);
        (newest.map(|s| session_row(app, s, now, language)).collect(), sessions.len())
    };
    let deliveries: Vec<Value> =
        app.webhooks().log.newest_first().take(MAX_ROWS).map(delivery_row).collect();
    let requests: Vec<Value> =
        app.requests().newest_first().take(MAX_ROWS).map(request_row).collect();
    context! {
        url => app.url.as_str(),
        now => iso(now),
        frozen => stopped.is_some(),
        sessions,
        total,
        t => language.texts(),
        events => EVENTS.to_vec(),
        balances => balance_rows(app, language),
        lists => object_lists(app, MAX_ROWS, language),
        deliveries,
        requests,
    }
}

fn session_row(app: &App, session: &Session, now: Millis, language: Language) -> Value {
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
        title => input.get("title").or_else(|| input.get("description")).and_then(Json::as_str),
        amount => amount.map(|a| format_amount(a, currency(&input), language.is_french())),
        environment => session.environment.word(),
        created => iso(session.created_at),
        status => word,
        tone,
        open => status == Status::Open,
        payment => session.payment.as_ref().map(|p| {
            format!("{} {:?}", p.provider, p.state).to_lowercase()
        }),
    }
}

fn delivery_row(delivery: &Delivery) -> Value {
    let (state, tone) = match (delivery.delivered, delivery.next_at) {
        (true, _) => ("c_delivered", "good"),
        (false, Some(Millis::MAX)) => ("c_in_flight", "wait"),
        (false, Some(_)) => ("c_next_attempt", "wait"),
        (false, None) => ("c_given_up", "bad"),
    };
    let next = delivery.next_at.filter(|at| !delivery.delivered && *at != Millis::MAX);
    let attempts: Vec<Value> = delivery
        .attempts
        .iter()
        .map(|a| {
            context! {
                id => a.log_id.to_string(),
                at => iso(a.at),
                number => a.number,
                manual => a.manual,
                status => a.status,
                milliseconds => a.milliseconds,
                signature => a.signature.as_str(),
                payload => a.payload.as_str(),
                body => a.body.as_str(),
            }
        })
        .collect();
    context! {
        seq => delivery.seq,
        event => delivery.event.as_str(),
        url => delivery.url.as_str(),
        state,
        next => next.map(iso),
        tone,
        attempts,
    }
}

fn request_row(request: &LoggedRequest) -> Value {
    let tone = match request.status {
        Some(200..=299) => "good",
        Some(300..=499) => "wait",
        _ => "bad",
    };
    context! {
        at => iso(request.at),
        method => request.method.as_str(),
        target => request.target.as_str(),
        status => request.status,
        tone,
        request => pretty(&request.request),
        response => pretty(&request.response),
        milliseconds => request.microseconds / 1_000,
        id => request.request_id.as_str(),
    }
}

fn pretty(body: &Bytes) -> String {
    let parsed =
        serde_json::from_slice::<Json>(body).and_then(|j| serde_json::to_string_pretty(&j));
    parsed.unwrap_or_else(|_| String::from_utf8_lossy(body).into_owned())
}

/// Server-sent events: one after each change.
pub(super) async fn events(State(app): State<SharedApp>) -> Response {
    let mut changes = app.changes();
    let (send, receive) = tokio::sync::mpsc::channel::<Bytes>(1);
    tokio::spawn(async move {
        loop {
            let text = match tokio::time::timeout(KEEP_ALIVE, changes.changed()).await {
                Ok(Ok(())) => "data: changed\n\n",
                Ok(Err(_)) => return,
                Err(_) => ": keep-alive\n\n",
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
