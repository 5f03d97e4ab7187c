//! Spans of attempts, as a subscriber of a program sees them.

#![cfg(feature = "tracing")]
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use lomi::models::CheckoutSessionCreate;
use lomi::{CallOptions, Client};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Instrument, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

#[derive(Debug, Default)]
struct Fields(BTreeMap<String, String>);

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}"));
    }
}

/// Attempts by the id of their span, with the name of the span around them; and events, with
/// the name of their span.
#[derive(Debug, Default)]
struct Recorded {
    attempts: BTreeMap<u64, (String, Fields)>,
    events: Vec<(String, Fields)>,
}

#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<Recorded>>);

impl<S: Subscriber + for<'s> LookupSpan<'s>> Layer<S> for Recorder {
    fn on_new_span(&self, span: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if span.metadata().name() == "lomi.attempt" {
            let mut fields = Fields::default();
            span.record(&mut fields);
            let parent = context.span(id).and_then(|span| Some(span.parent()?.name()));
            let parent = parent.unwrap_or_default().to_owned();
            self.0.lock().unwrap().attempts.insert(id.into_u64(), (parent, fields));
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, _: Context<'_, S>) {
        if let Some((_, fields)) = self.0.lock().unwrap().attempts.get_mut(&id.into_u64()) {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        if event.metadata().target() == "lomi" {
            let mut fields = Fields::default();
            event.record(&mut fields);
            let span = context.event_span(event).map(|span| span.name()).unwrap_or_default();
            self.0.lock().unwrap().events.push((span.to_owned(), fields));
        }
    }
}

/// Answers the first connection with 503, and the second with a session.
fn server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for response in [
            "HTTP/1.1 503 Busy\r\nretry-after: 0\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
            "HTTP/1.1 201 Created\r\nx-request-id: theirs\r\nconnection: close\r\n\
             content-length: 30\r\n\r\n{\"checkout_session_id\":\"cs_1\"}",
        ] {
            let (mut connection, _) = listener.accept().unwrap();
            let _ = connection.read(&mut [0; 4096]).unwrap();
            connection.write_all(response.as_bytes()).unwrap();
        }
    });
    url
}

#[tokio::test]
async fn each_attempt_is_a_span() {
    let recorder = Recorder::default();
    let subscriber = tracing_subscriber::registry().with(recorder.clone());
    let _guard = tracing::subscriber::set_default(subscriber);
    let client =
        Client::builder().api_key("lomi_sk_test_never_shown").base_url(server()).build().unwrap();
    let body = CheckoutSessionCreate::new()
        .amount(5000)
        .currency_code("XOF")
        .customer_email("private@example.com");
    let options = CallOptions::new().idempotency_key("order-1").request_id("ours");
    let program = tracing::info_span!("shop");
    client.checkout_sessions().create_with(body, options).instrument(program).await.unwrap();

    let recorded = recorder.0.lock().unwrap();
    let attempts: Vec<_> = recorded.attempts.values().collect();
    assert_eq!(attempts.len(), 2);
    let field = |at: usize, name: &str| attempts.get(at).and_then(|(_, f)| f.0.get(name).cloned());
    let is = |value: &str| Some(value.to_owned());
    for (at, (parent, _)) in attempts.iter().enumerate() {
        assert_eq!(parent, "shop");
        assert_eq!(field(at, "method"), is("POST"));
        assert_eq!(field(at, "route"), is("/checkout-sessions"));
        assert_eq!(field(at, "attempt"), Some((at + 1).to_string()));
        assert_eq!(field(at, "idempotency_key"), is("order-1"));
        assert!(field(at, "elapsed_ms").is_some());
    }
    assert_eq!((field(0, "status"), field(1, "status")), (is("503"), is("201")));
    assert_eq!((field(0, "request_id"), field(1, "request_id")), (is("ours"), is("theirs")));

    let retry = |at: usize| recorded.events.get(at).and_then(|(_, f)| f.0.get("retry").cloned());
    assert_eq!((retry(0), retry(1), retry(2)), (is("true"), is("false"), None));
    assert!(recorded.events.iter().all(|(span, _)| span == "lomi.attempt"));

    let everything = format!("{recorded:?}");
    for private in ["never_shown", "private@example.com", "5000"] {
        assert!(!everything.contains(private), "{private}: {everything}");
    }
}
