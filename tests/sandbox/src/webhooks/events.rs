//! Events and their names, queued for the endpoints that receive them.

use serde_json::Value;
use uuid::Uuid;

use crate::options::EventNames;
use crate::schema::session::session_value;
use crate::schema::transaction::transaction_value;
use crate::state::app::App;
use crate::state::environment::Environment;
use crate::state::sessions::Session;
use crate::state::webhooks::Webhooks;

/// An event that webhooks report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// A payment started.
    PaymentCreated,
    /// A payment succeeded.
    PaymentSucceeded,
    /// The provider or the buyer refused a payment.
    PaymentFailed,
    /// An open session expired.
    SessionExpired,
}

impl Event {
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

/// Queues an event for every endpoint that receives it.
pub(crate) fn queue_event(app: &App, event: Event, session: &Session) {
    let names = match app.options.event_names {
        EventNames::Current => [event.current_name(), None],
        EventNames::Documented => [None, event.documented_name()],
        EventNames::Both => [event.current_name(), event.documented_name()],
    };
    let mut webhooks = app.webhooks();
    let Webhooks { endpoints, log, .. } = &mut *webhooks;
    for name in names.into_iter().flatten() {
        // One event has one id, whatever number of endpoints it is sent to.
        let event_id = Uuid::new_v4();
        for endpoint in endpoints.iter().filter(|e| e.wants(session.environment, name)) {
            let data = event_data(app, name, session);
            log.queue(endpoint, name, event_id, data, Some(app.clock.now()));
        }
    }
    drop(webhooks);
    app.wake.notify_one();
    app.notify_consoles();
}

/// Queues an event about an object of a resource, such as `REFUND_COMPLETED`. These have one name
/// in all documents. Returns the number of endpoints that receive it.
pub(crate) fn queue_object_event(
    app: &App,
    environment: Environment,
    name: &str,
    data: &Value,
) -> usize {
    let mut webhooks = app.webhooks();
    let Webhooks { endpoints, log, .. } = &mut *webhooks;
    let event_id = Uuid::new_v4();
    let mut count = 0;
    for endpoint in endpoints.iter().filter(|e| e.wants(environment, name)) {
        log.queue(endpoint, name, event_id, data.clone(), Some(app.clock.now()));
        count += 1;
    }
    drop(webhooks);
    app.wake.notify_one();
    app.notify_consoles();
    count
}

fn event_data(app: &App, name: &str, session: &Session) -> Value {
    if name.starts_with("checkout.session.") {
        session_value(app, session)
    } else {
        transaction_value(app, session)
    }
}
