//! Rules about operations beyond a single call: waiting, finding out, reconciling.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How to find out whether a call whose outcome is unknown has done its work: by a list or by
/// reading the object.
#[derive(Serialize, Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct Find {
    /// The operation that lists the objects.
    pub list: Option<String>,
    /// Field of a row: value of the call. A row with another value is not the object.
    #[serde(default)]
    pub same: BTreeMap<String, String>,
    /// The fields of `same` that the call need not have.
    #[serde(default)]
    pub optional: Vec<String>,
    /// The same for values that a server may write in another way.
    #[serde(default)]
    pub alike: BTreeMap<String, String>,
    /// Values that the object has whatever the call was.
    #[serde(default)]
    pub has: BTreeMap<String, String>,
    /// Parameter of the list: value of the call.
    #[serde(default)]
    pub filter: BTreeMap<String, String>,
    /// The parameter of the list with the first day.
    pub since: Option<String>,
    /// The object is listed only later, so that its absence shows nothing.
    #[serde(default)]
    pub listed_later: bool,
    /// The operation that reads the object.
    pub read: Option<String>,
    /// The field that shows whether the work was done, with its values.
    pub field: Option<FindField>,
    /// The fields of the call's body show it.
    #[serde(default)]
    pub sent: bool,
    /// The object's absence shows it.
    #[serde(default)]
    pub gone: bool,
}

/// The values of a field after the work, and before it.
#[derive(Serialize, Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct FindField {
    pub name: String,
    pub done: Vec<String>,
    pub not_done: Vec<String>,
}

/// When an object changes no more, and the method that waits for it.
#[derive(Serialize, Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct Wait {
    /// The name of the method, such as `wait`.
    pub verb: String,
    /// The same in camelCase.
    #[serde(skip_deserializing)]
    pub camel_verb: String,
    /// The field that has the state.
    pub field: String,
    /// Its final values.
    pub done: Vec<String>,
    /// A field that has a value only in a final state.
    pub present: Option<String>,
}

/// Which events the rows of a list stand for.
#[derive(Serialize, Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct Reconcile {
    /// Status of an object: the event that a webhook would have brought.
    pub events: BTreeMap<String, String>,
    /// States that are not final.
    pub pending: Vec<String>,
    /// The parameter of the list with the first day.
    pub since: Option<String>,
    /// Objects of any age may change, so the list is always read to its end.
    #[serde(default)]
    pub whole: bool,
}
