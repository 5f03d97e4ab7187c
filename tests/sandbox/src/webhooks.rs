//! Webhook endpoints, the events they are told of, and the log of deliveries.

mod deliver;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

pub(crate) use crate::state::deliveries::{Delivery, Log, Try};
pub(crate) use deliver::{Sent, USER_AGENT, deliver_now, run_due, sample, send};

use crate::state::app::App;
use crate::state::clock::{Millis, iso};
use crate::state::journal::{Journal, Kind, Saved};
use crate::state::sessions::{Environment, Session};

/// Which names the sandbox gives its events: the documentations disagree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum EventNames {
    /// `PAYMENT_SUCCEEDED`, `PAYMENT_FAILED`: what today's server sends.
    #[default]
    Current,
    /// `checkout.session.completed`, `checkout.session.expired`: what the older documents name.
    Documented,
    /// All of them.
    Both,
}

/// Something that endpoints may be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Happening {
    /// A buyer has begun to pay.
    PaymentCreated,
    /// The money is there.
    PaymentSucceeded,
    /// The provider or the buyer refused.
    PaymentFailed,
    /// An open session came to its end.
    SessionExpired,
}

impl Happening {
    fn current_name(self) -> Option<&'static str> {
        match self {
            Self::PaymentCreated => Some("PAYMENT_CREATED"),
            Self::PaymentSucceeded => Some("PAYMENT_SUCCEEDED"),
            Self::PaymentFailed => Some("PAYMENT_FAILED"),
            Self::SessionExpired => None,
        }
    }

    fn documented_name(self) -> Option<&'static str> {
        match self {
            Self::PaymentSucceeded => Some("checkout.session.completed"),
            Self::SessionExpired => Some("checkout.session.expired"),
            Self::PaymentCreated | Self::PaymentFailed => None,
        }
    }
}

/// An address that is told of events.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Endpoint {
    /// `webhook_id`.
    pub(crate) id: Uuid,
    /// Whose events it gets.
    pub(crate) environment: Environment,
    /// Where they are sent.
    pub(crate) url: String,
    /// Signs them.
    pub(crate) secret: String,
    /// Names it asked for; none means payments that succeeded or failed, and ended sessions.
    pub(crate) events: Vec<String>,
    /// Off endpoints get nothing.
    pub(crate) active: bool,
    /// Free text.
    pub(crate) description: Value,
    /// Free JSON.
    pub(crate) metadata: Value,
    /// When it was made.
    pub(crate) created_at: Millis,
    /// When it was last changed.
    pub(crate) updated_at: Millis,
}

impl Endpoint {
    /// The endpoint that was named at the start.
    pub(crate) fn of_options(url: &str, secret: &str, now: Millis) -> Self {
        Self {
            id: Uuid::new_v4(),
            environment: Environment::Test,
            url: url.to_owned(),
            secret: secret.to_owned(),
            events: Vec::new(),
            active: true,
            description: Value::Null,
            metadata: json!({}),
            created_at: now,
            updated_at: now,
        }
    }

    fn wants(&self, environment: Environment, event: &str) -> bool {
        let asked = if self.events.is_empty() {
            event != "PAYMENT_CREATED"
        } else {
            self.events.iter().any(|e| e == event)
        };
        self.active && self.environment == environment && asked
    }

    /// The row as the API shows it: without the secret.
    pub(crate) fn row(&self, app: &App, log: &Log) -> Value {
        let last = log.last_try(self.id);
        json!({
            "webhook_id": self.id,
            "id": self.id,
            "organization_id": app.identity.organization_id,
            "environment": self.environment.word(),
            "url": self.url,
            "authorized_events": self.events,
            "events": self.events,
            "is_active": self.active,
            "active": self.active,
            "description": self.description,
            "metadata": self.metadata,
            "supports_spi": false,
            "spi_event_types": [],
            "retry_count": last.map_or(0, |t| t.number.saturating_sub(1)),
            "last_triggered_at": last.map(|t| iso(t.at)),
            "last_response_status": last.and_then(|t| t.status),
            "last_response_body": last.map(|t| t.body.as_str()),
            "last_payload": last.and_then(|t| serde_json::from_str::<Value>(&t.payload).ok()),
            "created_by": app.identity.user_id,
            "created_at": iso(self.created_at),
            "updated_at": iso(self.updated_at),
            "deleted_at": null,
        })
    }
}

/// Endpoints and log.
#[derive(Debug, Default)]
pub(crate) struct Webhooks {
    /// In the order of their creation.
    pub(crate) endpoints: Vec<Endpoint>,
    /// What was sent, and what is still to be.
    pub(crate) log: Log,
    journal: Journal,
}

impl Webhooks {
    /// Endpoints and deliveries of a data file. What was being sent is due again.
    pub(crate) fn restored(journal: &Journal, saved: &Saved, now: Millis) -> Self {
        let mut endpoints: Vec<Endpoint> = saved.of(Kind::Endpoint).map(|(_, e)| e).collect();
        endpoints.sort_by_key(|e| (e.created_at, e.id));
        Self { endpoints, log: Log::restored(journal, saved, now), journal: journal.clone() }
    }

    /// An endpoint by its id.
    pub(crate) fn endpoint(&self, id: Uuid) -> Option<&Endpoint> {
        self.endpoints.iter().find(|e| e.id == id)
    }

    /// Adds an endpoint.
    pub(crate) fn add(&mut self, endpoint: Endpoint) {
        self.journal.put(Kind::Endpoint, endpoint.id, &endpoint);
        self.endpoints.push(endpoint);
    }

    /// Writes an endpoint back.
    pub(crate) fn replace(&mut self, endpoint: Endpoint) {
        if let Some(slot) = self.endpoints.iter_mut().find(|e| e.id == endpoint.id) {
            self.journal.put(Kind::Endpoint, endpoint.id, &endpoint);
            *slot = endpoint;
        }
    }

    /// Removes an endpoint and what waits for it.
    pub(crate) fn remove(&mut self, id: Uuid) {
        self.journal.delete(Kind::Endpoint, id);
        self.endpoints.retain(|e| e.id != id);
        self.log.forget(id);
    }
}

impl App {
    /// Queues what happened for every endpoint that wants to know.
    pub(crate) fn happened(&self, what: Happening, session: &Session) {
        let names = match self.options.event_names {
            EventNames::Current => [what.current_name(), None],
            EventNames::Documented => [None, what.documented_name()],
            EventNames::Both => [what.current_name(), what.documented_name()],
        };
        let mut webhooks = self.webhooks();
        let Webhooks { endpoints, log, .. } = &mut *webhooks;
        for event in names.into_iter().flatten() {
            // One event has one id, whatever number of endpoints it goes to.
            let event_id = Uuid::new_v4();
            for endpoint in endpoints.iter().filter(|e| e.wants(session.environment, event)) {
                let data = self.event_data(event, session);
                log.queue(endpoint, event, event_id, data, Some(self.clock.now()));
            }
        }
        drop(webhooks);
        self.wake.notify_one();
        self.changed();
    }

    fn event_data(&self, event: &str, session: &Session) -> Value {
        if event.starts_with("checkout.session.") {
            self.session_value(session)
        } else {
            self.transaction(session)
        }
    }
}
