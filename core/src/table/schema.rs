//! The shape of the generated table: what the core and every binding know about the
//! API's models and operations. The table itself stands in `generated`.

use std::borrow::Cow;

use http::Method;

/// One kind of object that crosses the wire.
#[derive(Debug)]
pub struct Model {
    /// The schema's name in the spec.
    pub name: &'static str,
    /// The name of its class in each language.
    pub names: ClassNames,
    /// The field that identifies an object of this model.
    pub id: Option<&'static str>,
    /// The same, with the other names that the server has for it.
    pub ids: &'static [&'static str],
    /// A field whose truth tells this model from the one that was asked for.
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
    /// Its name on the wire.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Other names under which the server sends it.
    pub aliases: &'static [&'static str],
    /// The sibling that holds the same value under another name.
    pub mirrors: Option<&'static str>,
    /// The name to send it under, per spelling of the routes, where that is not its own.
    pub sent: &'static [(RouteStyle, &'static str)],
    /// Null is read as an empty object.
    pub null_is_empty: bool,
    /// An amount: a whole number of the currency's smallest unit.
    pub money: bool,
    /// A number must be larger than this.
    pub above: Option<i64>,
    /// A number must be at least this.
    pub least: Option<i64>,
    /// A text has at most so many characters.
    pub longest: Option<usize>,
}

/// What a field or parameter holds.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Text of any content, ids included where they are not UUIDs by documentation.
    Text,
    /// An identifier documented as UUID; opaque text to us.
    Uuid,
    /// A moment as ISO 8601 text.
    Time,
    /// True or false.
    Boolean,
    /// A whole number.
    Integer,
    /// A number that keeps every digit.
    Number,
    /// An object whose keys are the user's own.
    Map,
    /// A list of such objects.
    Maps,
    /// A list of words, or one text.
    Words,
    /// A word of an open set.
    Enum(&'static Enum),
    /// An object of another model.
    Model(&'static Model),
    /// A list of objects of another model.
    Models(&'static Model),
}

/// An open set of words.
#[derive(Debug)]
pub struct Enum {
    /// The schema's name in the spec.
    pub name: &'static str,
    /// The words known today.
    pub values: &'static [&'static str],
    /// Words that mean another one: (as sent, as read).
    pub reads: &'static [(&'static str, &'static str)],
    /// Dotted and lower-case routes mean the same word.
    pub folds: bool,
}

impl Enum {
    /// The word of the set that `sent` means, where it is written differently; nothing for any
    /// other word.
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

/// How the routes of the API are spelt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RouteStyle {
    /// As the generated clients were documented: `checkout_sessions`.
    Documented,
    /// As today's server has them: `checkout-sessions`.
    Current,
}

/// One operation of the API.
#[derive(Debug)]
pub struct Operation {
    /// Documented name, such as `create_checkout_session`.
    pub id: &'static str,
    /// The resource it belongs to, such as `checkout_sessions`.
    pub resource: &'static str,
    /// What it does: create, get, list, update or delete.
    pub verb: &'static str,
    /// HTTP method.
    pub method: Method,
    /// Path below the base URL, per spelling; what stands in braces the caller gives.
    pub paths: &'static [(RouteStyle, &'static str)],
    /// What the query may hold. Others are sent as they are.
    pub query_parameters: &'static [Parameter],
    /// The model of the body, where there is one.
    pub body: Option<&'static Model>,
    /// What a successful call gives.
    pub answer: Returns,
    /// The server is known to do the work once per idempotency key.
    pub keyed: bool,
    /// Repeating the call cannot do its work twice.
    pub replay_safe: bool,
}

/// One parameter of a path or a query.
#[derive(Debug)]
pub struct Parameter {
    /// Its name on the wire.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// A number must be at least this.
    pub least: Option<i64>,
    /// A number must be at most this.
    pub most: Option<i64>,
}

/// What a successful call gives.
#[derive(Debug, Clone, Copy)]
pub enum Returns {
    /// Nothing that matters; a body is kept as it came.
    Nothing,
    /// One object.
    One(&'static Model),
    /// One page of objects.
    Page(&'static Model),
    /// Whatever JSON the server sends (calls to endpoints outside the table).
    Any,
}

impl Model {
    /// Where a field stands in `fields`.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.fields.binary_search_by(|field| field.name.cmp(name)).ok()
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

impl Operation {
    /// The path template for one spelling of the routes.
    pub fn path(&self, routes: RouteStyle) -> Option<&'static str> {
        self.paths.iter().find(|(r, _)| *r == routes).map(|(_, path)| *path)
    }
}
