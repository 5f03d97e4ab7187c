//! Objects of every resource other than checkout sessions, in the order of their creation.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::environment::Environment;
use super::journal::{Journal, RecordKind, SavedRecords};
use super::time::{Millis, parse_day};

const SUBSCRIPTIONS: &str = "subscriptions";

/// An object of one resource.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Object {
    /// Name of the resource, such as `refunds`.
    pub(crate) resource: String,
    /// Its id, which is unique within the resource.
    pub(crate) id: String,
    /// Place in the order of creation.
    pub(crate) seq: u64,
    /// Environment of the key that created it.
    pub(crate) environment: Environment,
    /// Time of creation.
    pub(crate) created_at: Millis,
    /// Time of the last change.
    pub(crate) updated_at: Millis,
    /// Its fields as raw JSON, which needs a fifth of the memory of a parsed map.
    fields: Box<str>,
}

impl Object {
    /// A new object; its place in the order is assigned by [`ObjectStore::insert`].
    pub(crate) fn new(
        resource: &str,
        id: String,
        environment: Environment,
        now: Millis,
        fields: &Map<String, Value>,
    ) -> Self {
        let mut object = Self {
            resource: resource.to_owned(),
            id,
            seq: 0,
            environment,
            created_at: now,
            updated_at: now,
            fields: Box::default(),
        };
        object.set_fields(fields);
        object
    }

    /// The fields.
    pub(crate) fn fields(&self) -> Map<String, Value> {
        serde_json::from_str(&self.fields).unwrap_or_default()
    }

    /// Replaces the fields.
    pub(crate) fn set_fields(&mut self, fields: &Map<String, Value>) {
        self.fields = serde_json::to_string(fields).unwrap_or_default().into_boxed_str();
    }

    /// When the period of a subscription ends; None for any other object, and for one that is not
    /// billed.
    fn due_at(&self) -> Option<Millis> {
        if self.resource != SUBSCRIPTIONS {
            return None;
        }
        let fields = self.fields();
        let text = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default();
        let is_billed = matches!(text("status"), "active" | "trial" | "trialing");
        let ends = [text("next_billing_date"), text("end_date")].into_iter().filter_map(parse_day);
        ends.min().filter(|_| is_billed)
    }

    fn record_id(&self) -> String {
        format!("{}:{}", self.resource, self.id)
    }
}

/// The objects of one resource.
#[derive(Debug, Default)]
struct Collection {
    objects: HashMap<String, Object>,
    order: BTreeMap<u64, String>,
}

/// All objects of both environments.
#[derive(Debug, Default)]
pub(crate) struct ObjectStore {
    collections: HashMap<String, Collection>,
    /// The subscriptions that are billed, by the end of their period.
    due: BTreeSet<(Millis, String)>,
    last_seq: u64,
    journal: Journal,
}

impl ObjectStore {
    /// The objects of a data file.
    pub(crate) fn restored(journal: &Journal, saved: &SavedRecords) -> Self {
        let mut store = Self::default();
        for (_, object) in saved.of(RecordKind::Object) {
            store.put(object);
        }
        store.journal = journal.clone();
        store
    }

    /// Adds an object. False, and nothing happens, when its id is taken.
    pub(crate) fn insert(&mut self, mut object: Object) -> bool {
        if self.get(&object.resource, &object.id).is_some() {
            return false;
        }
        object.seq = self.last_seq + 1;
        self.put(object);
        true
    }

    fn put(&mut self, object: Object) {
        if object.resource == SUBSCRIPTIONS {
            self.forget_due(&object.id);
            if let Some(at) = object.due_at() {
                self.due.insert((at, object.id.clone()));
            }
        }
        self.last_seq = self.last_seq.max(object.seq);
        self.journal.put(RecordKind::Object, object.record_id(), &object);
        if !self.collections.contains_key(&object.resource) {
            self.collections.insert(object.resource.clone(), Collection::default());
        }
        if let Some(collection) = self.collections.get_mut(&object.resource) {
            collection.order.insert(object.seq, object.id.clone());
            collection.objects.insert(object.id.clone(), object);
        }
    }

    /// An object of either environment.
    pub(crate) fn get(&self, resource: &str, id: &str) -> Option<&Object> {
        self.collections.get(resource)?.objects.get(id)
    }

    /// An object of one environment; one of the other environment counts as absent.
    pub(crate) fn of(&self, environment: Environment, resource: &str, id: &str) -> Option<&Object> {
        self.get(resource, id).filter(|o| o.environment == environment)
    }

    /// Replaces an object after a change.
    pub(crate) fn replace(&mut self, object: Object) {
        if self.get(&object.resource, &object.id).is_some() {
            self.put(object);
        }
    }

    /// Removes an object of one environment. False when there is none.
    pub(crate) fn remove(&mut self, environment: Environment, resource: &str, id: &str) -> bool {
        if self.of(environment, resource, id).is_none() {
            return false;
        }
        if resource == SUBSCRIPTIONS {
            self.forget_due(id);
        }
        let collection = self.collections.get_mut(resource);
        let removed = collection.and_then(|c| {
            let object = c.objects.remove(id)?;
            c.order.remove(&object.seq);
            Some(object)
        });
        if let Some(object) = &removed {
            self.journal.delete(RecordKind::Object, object.record_id());
        }
        removed.is_some()
    }

    /// The billed subscription whose period ends first, and when that is.
    pub(crate) fn next_due(&self) -> Option<(Millis, String)> {
        self.due.first().cloned()
    }

    /// Bills a subscription no more until it changes.
    pub(crate) fn forget_due(&mut self, id: &str) {
        let due = self.get(SUBSCRIPTIONS, id).and_then(Object::due_at);
        if let Some(at) = due {
            self.due.remove(&(at, id.to_owned()));
        }
    }

    /// The objects of a resource in both environments, newest first.
    pub(crate) fn newest_first(&self, resource: &str) -> impl Iterator<Item = &Object> {
        let collection = self.collections.get(resource);
        collection
            .into_iter()
            .flat_map(|c| c.order.values().rev().filter_map(|id| c.objects.get(id)))
    }
}
