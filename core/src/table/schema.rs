//! The types of the generated table. Its data is in `models` and `operations`.

use std::borrow::Cow;

use http::Method;

use super::name_start::start_of;

/// A type of object in requests or responses.
#[derive(Debug)]
pub struct Model {
    /// The schema's name in the spec.
    pub name: &'static str,
    /// The name of its class in each language.
    pub names: ClassNames,
    /// The field that identifies an object of this model.
    pub id: Option<&'static str>,
    /// The names that the server uses for that field.
    pub ids: &'static [&'static str],
    /// Whether a response may lack that field, as that of a bank withdrawal does.
    pub id_optional: bool,
    /// A boolean field that is true if a response is of this model instead of the operation's.
    pub marker: Option<&'static str>,
    /// Sorted by name.
    pub fields: &'static [Field],
}

/// The name of one class in each language.
#[derive(Debug)]
pub struct ClassNames {
    /// In Rust.
    pub rust: &'static str,
    /// In Python.
    pub python: &'static str,
    /// In Node.
    pub node: &'static str,
    /// In PHP, below `LomiSDK\Model`.
    pub php: &'static str,
}

/// One field of a model.
#[derive(Debug)]
pub struct Field {
    /// Its name in JSON.
    pub name: &'static str,
    /// The first bytes of the name, as a number in the same order.
    pub(super) start: u64,
    /// The type of its value.
    pub kind: Kind,
    /// Other names under which the server sends it.
    pub aliases: &'static [&'static str],
    /// The field that carries the same value under another name.
    pub mirrors: Option<&'static str>,
    /// The name to send it under in a route style, if that is not its own.
    pub sent: &'static [(RouteStyle, &'static str)],
    /// Whether null is read as an empty object.
    pub null_is_empty: bool,
    /// Whether some responses have it beside the object, as in `{"data": {...}, "secret": "..."}`.
    pub beside: bool,
    /// Whether it is an amount in the currency's smallest unit.
    pub money: bool,
    /// A number must be larger than this.
    pub above: Option<i64>,
    /// A number must be at least this.
    pub least: Option<i64>,
    /// The most characters of a string.
    pub longest: Option<usize>,
}

/// The type of a field or parameter.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Any string, such as an id that is not documented as a UUID.
    Text,
    /// An id that is documented as a UUID; an opaque string to this library.
    Uuid,
    /// A time as an ISO 8601 string.
    Time,
    /// True or false.
    Boolean,
    /// A whole number.
    Integer,
    /// A number that keeps every digit.
    Number,
    /// An object with names of the merchant's choice.
    Map,
    /// A list of such objects.
    Maps,
    /// A list of strings, or a single string.
    Words,
    /// An open enum.
    Enum(&'static Enum),
    /// An object of another model.
    Model(&'static Model),
    /// A list of objects of another model.
    Models(&'static Model),
    /// An object whose model another field names.
    OneOf(&'static Union),
}

/// The models that a field may have, by the value of another field of the same object.
#[derive(Debug)]
pub struct Union {
    /// The names of the other field in JSON.
    pub by: &'static [&'static str],
    /// The enum of that field.
    pub set: &'static Enum,
    /// Its values that name a model.
    pub models: &'static [(&'static str, &'static Model)],
}

impl Union {
    /// The model that a value of the other field names.
    pub fn model(&self, value: &str) -> Option<&'static Model> {
        let canonical = self.set.canonical(value);
        let value = canonical.as_deref().unwrap_or(value);
        self.models.iter().find(|(word, _)| *word == value).map(|(_, model)| *model)
    }
}

/// An open enum: other words may be added.
#[derive(Debug)]
pub struct Enum {
    /// The schema's name in the spec.
    pub name: &'static str,
    /// The words known today.
    pub values: &'static [&'static str],
    /// Words that are read as another one: (as sent, as read).
    pub reads: &'static [(&'static str, &'static str)],
    /// Whether dotted and lower-case forms are the same word.
    pub folds: bool,
}

impl Enum {
    /// The canonical form of a word, if `sent` is another form of it; else `None`.
    pub fn canonical(&self, sent: &str) -> Option<Cow<'static, str>> {
        if let Some((_, word)) = self.reads.iter().find(|(other, _)| *other == sent) {
            return Some(Cow::Borrowed(word));
        }
        if !self.folds {
            return None;
        }
        let mut folded = sent.to_ascii_uppercase().replace('.', "_");
        if let Some(stem) = folded.strip_suffix("_CANCELED") {
            folded = format!("{stem}_CANCELLED");
        }
        (folded != sent).then_some(Cow::Owned(folded))
    }
}

/// The style of the API's routes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RouteStyle {
    /// The style in which the generated clients were documented: `checkout_sessions`.
    Documented,
    /// The style of the current server: `checkout-sessions`.
    Current,
    /// The style of the newest API, which has renamed some routes of the current server.
    Newest,
}

/// Which servers do the work of an operation once per idempotency key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Idempotency {
    /// None that is known.
    Unknown,
    /// Every server that has the operation.
    Keyed,
    /// The newest API. Older servers ignore the key.
    Newest,
    /// The newest API, which does nothing before a second call with a token. Only that API makes
    /// such tokens.
    Confirmed,
}

/// How the pages of a list are requested if a response says nothing about its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paging {
    /// By the number of rows to skip.
    Offset,
    /// By number, from 1.
    Number,
    /// The response is the whole list.
    Whole,
}

/// One operation of the API.
#[derive(Debug)]
pub struct Operation {
    /// Documented name, such as `create_checkout_session`.
    pub id: &'static str,
    /// The resource it belongs to, such as `checkout_sessions`.
    pub resource: &'static str,
    /// What it does, such as create, get, list or cancel: the name of its method.
    pub verb: &'static str,
    /// HTTP method.
    pub method: Method,
    /// Path below the base URL in each route style, with the names of parameters in braces.
    pub paths: &'static [(RouteStyle, &'static str)],
    /// The parameters of the query. Others are sent unchanged.
    pub query_parameters: &'static [Parameter],
    /// The model of the body, if there is one.
    pub body: Option<&'static Model>,
    /// What a successful call returns.
    pub returns: Returns,
    /// Models that a successful response can have instead, each with a marker.
    pub alternatives: &'static [&'static Model],
    /// Which servers do the work once per idempotency key.
    pub idempotency: Idempotency,
    /// The field of the body that identifies the object: the server does the work once for each
    /// value.
    pub natural_key: Option<&'static str>,
    /// How pages are requested if a response says nothing about its position, as bare lists do.
    pub paging: Paging,
    /// Whether a repeated call cannot do its work twice.
    pub replay_safe: bool,
    /// How to tell that the object of a read changes no more.
    pub wait: Option<Wait>,
    /// How to find out whether a call whose outcome is unknown has done its work.
    pub find: Option<Find>,
    /// Which events the rows of a list stand for.
    pub reconcile: Option<Reconcile>,
}

/// Which events the rows of a list stand for.
#[derive(Debug)]
pub struct Reconcile {
    /// (status, the event that a webhook would have brought).
    pub events: &'static [(&'static str, &'static str)],
    /// States that are not final.
    pub pending: &'static [&'static str],
    /// The parameter of the list with the first day.
    pub since: Option<&'static str>,
    /// Whether objects of any age may change.
    pub is_whole: bool,
}

/// How to find out whether a call whose outcome is unknown has done its work.
#[derive(Debug)]
pub enum Find {
    /// The new object is looked for in a list.
    List(FindInList),
    /// The object of the path is read.
    Read(FindByReading),
}

/// Which rows of a list may be the object that a call has created. A field of a row is compared with
/// a value of the call: of its path or its body, `customer.phone` for a field of an object there.
#[derive(Debug)]
pub struct FindInList {
    /// The operation that lists the objects.
    pub list: &'static str,
    /// (field, value of the call). A row with another value is not the object.
    pub same: &'static [(&'static str, &'static str)],
    /// The fields of `same` that the call need not have.
    pub optional: &'static [&'static str],
    /// (field, value of the call), for values that a server may write in another way: a row with
    /// another one may be the object all the same.
    pub alike: &'static [(&'static str, &'static str)],
    /// Values that the object has whatever the call was.
    pub has: &'static [(&'static str, &'static str)],
    /// (parameter of the list, value of the call).
    pub filter: &'static [(&'static str, &'static str)],
    /// The parameter of the list with the first day.
    pub since: Option<&'static str>,
    /// Whether the object is listed as soon as it is created.
    pub listed_at_once: bool,
}

/// What the object of a call's path says about the call.
#[derive(Debug)]
pub struct FindByReading {
    /// The operation that reads the object.
    pub read: &'static str,
    /// What is read from it.
    pub by: ReadSign,
}

/// What shows that a call has changed an object.
#[derive(Debug)]
pub enum ReadSign {
    /// A field has one of the first values; with one of the others the work was not done.
    Field(&'static str, &'static [&'static str], &'static [&'static str]),
    /// The fields of the call's body have the values that were sent.
    Sent,
    /// There is no such object any more.
    Gone,
    /// Nothing does: the object is shown to the caller.
    Nothing,
}

/// When an object changes no more.
#[derive(Debug)]
pub struct Wait {
    /// The field that has the state.
    pub field: &'static str,
    /// Its final values.
    pub done: &'static [&'static str],
    /// A field that has a value only in a final state.
    pub present: Option<&'static str>,
}

/// One parameter of a path or a query.
#[derive(Debug)]
pub struct Parameter {
    /// Its name in JSON.
    pub name: &'static str,
    /// The type of its value.
    pub kind: Kind,
    /// A number must be at least this.
    pub least: Option<i64>,
    /// A number must be at most this.
    pub most: Option<i64>,
}

/// What a successful call returns.
#[derive(Debug, Clone, Copy)]
pub enum Returns {
    /// No value; the body is not read.
    Nothing,
    /// One object.
    One(&'static Model),
    /// One page of objects.
    Page(&'static Model),
    /// Any JSON, for endpoints outside the table.
    Any,
}

impl Model {
    /// The position of a field in `fields`.
    pub fn position(&self, name: &str) -> Option<usize> {
        let start = start_of(name);
        let order = |field: &Field| field.start.cmp(&start).then_with(|| field.name.cmp(name));
        self.fields.binary_search_by(order).ok()
    }

    /// A field by name.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.get(self.position(name)?)
    }

    /// The field that lists `name` among its aliases.
    pub(crate) fn aliased(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.aliases.contains(&name))
    }
}

/// A field with only a name and a kind.
pub const fn field(name: &'static str, kind: Kind) -> Field {
    Field {
        name,
        start: start_of(name),
        kind,
        aliases: &[],
        mirrors: None,
        sent: &[],
        null_is_empty: false,
        beside: false,
        money: false,
        above: None,
        least: None,
        longest: None,
    }
}

impl Field {
    /// The name to send it under in a route style, if that is not its own.
    pub(crate) fn sent_as(&self, routes: RouteStyle) -> Option<&'static str> {
        // The newest API has renamed routes, not fields.
        let routes = match routes {
            RouteStyle::Newest => RouteStyle::Current,
            other => other,
        };
        self.sent.iter().find(|(r, _)| *r == routes).map(|(_, other)| *other)
    }
}

impl Operation {
    /// The path template in a route style. The newest API has the path of the current server where
    /// it has not renamed it.
    pub fn path(&self, routes: RouteStyle) -> Option<&'static str> {
        self.own_path(routes).or_else(|| match routes {
            RouteStyle::Newest => self.own_path(RouteStyle::Current),
            RouteStyle::Documented | RouteStyle::Current => None,
        })
    }

    /// The path template that only this route style has.
    pub(crate) fn own_path(&self, routes: RouteStyle) -> Option<&'static str> {
        self.paths.iter().find(|(r, _)| *r == routes).map(|(_, path)| *path)
    }
}
