//! The events of changed subscriptions.

use serde_json::{Map, Value, json};

use super::ledger::word;
use crate::generation::Generation;
use crate::schema::object::object_value;
use crate::schema::resource::Resource;
use crate::schema::table::RESOURCES;
use crate::state::app::App;
use crate::state::objects::Object;
use crate::webhooks::events::queue_object_event;

/// Name of the resource.
pub(crate) const SUBSCRIPTIONS: &str = "subscriptions";

/// Who changed a subscription.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Source {
    /// A call of the API.
    Api,
    /// A person, in the console or over the control API.
    Dashboard,
    /// The end of a period.
    Billing,
}

/// Reports the change of a subscription: one event, which is that of a cancellation where it was
/// cancelled. Nothing is sent when no field has changed.
pub(crate) fn report_change(
    app: &App,
    before: &Map<String, Value>,
    subscription: &Object,
    source: Source,
) {
    let after = subscription.fields();
    if word(&after, "status") == "cancelled" && word(before, "status") != "cancelled" {
        report(app, subscription, "SUBSCRIPTION_CANCELLED");
        return;
    }
    let Some(resource) = resource() else {
        return;
    };
    let names = before.keys().chain(after.keys().filter(|name| !before.contains_key(*name)));
    let previous: Map<String, Value> = names
        .filter(|name| resource.field(name).is_some() && before.get(*name) != after.get(*name))
        .map(|name| (name.clone(), before.get(name).cloned().unwrap_or_default()))
        .collect();
    if previous.is_empty() {
        return;
    }
    let (source, actor) = match source {
        Source::Api => ("api", "merchant"),
        Source::Dashboard => ("dashboard", "merchant"),
        Source::Billing => ("billing", "system"),
    };
    let data = json!({
        "object": object_value(app, Generation::D, resource, subscription),
        "previous_attributes": previous,
        "context": {"source": source, "actor": actor},
    });
    queue_object_event(app, subscription.environment, "SUBSCRIPTION_UPDATED", &data);
}

/// Sends an event whose data is the row of a subscription.
pub(crate) fn report(app: &App, subscription: &Object, event: &str) {
    if let Some(resource) = resource() {
        let data = object_value(app, Generation::D, resource, subscription);
        queue_object_event(app, subscription.environment, event, &data);
    }
}

fn resource() -> Option<&'static Resource> {
    RESOURCES.iter().find(|r| r.name == SUBSCRIPTIONS)
}
