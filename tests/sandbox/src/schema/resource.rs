//! The types of the table of resources.

use crate::generation::Generation;
use crate::options::Family;

/// One resource of the API.
#[derive(Debug)]
pub(crate) struct Resource {
    /// Name, such as `payment_links`.
    pub(crate) name: &'static str,
    /// What one of them is called, such as `payment link`.
    pub(crate) noun: &'static str,
    /// The field with the id.
    pub(crate) id: &'static str,
    /// The name of its objects in the spec.
    pub(crate) model: &'static str,
    /// Create, get, list, update and delete, as far as the resource has them.
    pub(crate) operations: &'static [Operation],
    /// Fields of requests and responses, in the order of their names.
    pub(crate) fields: &'static [Field],
}

/// One operation of a resource.
#[derive(Debug)]
pub(crate) struct Operation {
    /// `create`, `get`, `list`, `update` or `delete`.
    pub(crate) verb: &'static str,
    /// Whether the server reads an idempotency key.
    pub(crate) keyed: bool,
    /// Whether generation E requires an idempotency key.
    pub(crate) required: bool,
    /// Whether it has two steps in generation E.
    pub(crate) asks: bool,
    /// Its paths.
    pub(crate) paths: &'static [Route],
    /// Parameters of the query.
    pub(crate) parameters: &'static [Parameter],
}

/// A path of an operation.
#[derive(Debug)]
pub(crate) struct Route {
    /// `documented`, `current` or `newest`.
    pub(crate) style: &'static str,
    /// The path, with the names of parameters in braces.
    pub(crate) path: &'static str,
    /// Generations that have it there.
    pub(crate) generations: &'static str,
}

impl Route {
    /// Whether a generation has it.
    pub(crate) fn is_of(&self, generation: Generation) -> bool {
        self.generations.contains(generation.letter())
    }

    /// Whether it is a route of a family.
    pub(crate) fn is_in(&self, family: Family) -> bool {
        match family {
            Family::A => self.style != "documented" && self.is_of(Generation::A),
            Family::C => self.style == "documented" && self.is_of(Generation::C),
            Family::Current => {
                self.style != "documented" && self.generations.contains(['B', 'D', 'E'])
            }
        }
    }
}

/// A parameter of a query.
#[derive(Debug)]
pub(crate) struct Parameter {
    /// Name on the wire.
    pub(crate) name: &'static str,
    /// Generations that read it.
    pub(crate) generations: &'static str,
}

/// One field of a resource.
#[derive(Debug)]
pub(crate) struct Field {
    /// Name on the wire.
    pub(crate) name: &'static str,
    /// Type of its value.
    pub(crate) kind: Kind,
    /// Generations that have it.
    pub(crate) generations: &'static str,
    /// Whether responses have it.
    pub(crate) read: bool,
    /// Whether requests have it.
    pub(crate) write: bool,
    /// The field that has the same value under another name.
    pub(crate) mirrors: Option<&'static str>,
    /// Whether an absent value is shown as an empty object.
    pub(crate) empty: bool,
    /// Whether it is an amount of money.
    pub(crate) money: bool,
    /// The lowest number.
    pub(crate) least: Option<i64>,
    /// A number must be higher than this.
    pub(crate) above: Option<i64>,
    /// The maximum length of a string, in characters.
    pub(crate) longest: Option<usize>,
}

/// Type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text, also an id.
    Text,
    /// An absolute http or https URL.
    Url,
    /// An e-mail address.
    Email,
    /// An ISO 8601 time.
    Time,
    /// `true` or `false`.
    Boolean,
    /// A number with all its digits.
    Number,
    /// A JSON object.
    Object,
    /// An array of JSON objects.
    Objects,
    /// An array of texts, or one text.
    Words,
    /// One of these words.
    OneOf(&'static [&'static str]),
}

impl Resource {
    /// Whether it has routes and state of its own, other than those that follow from the table.
    pub(crate) fn has_own_routes(&self) -> bool {
        matches!(self.name, "checkout_sessions" | "webhook_delivery_logs" | "webhooks")
    }

    /// The first part of its paths in the documents of the generated SDKs, such as `payment_links`.
    pub(crate) fn documented(&self) -> Option<&'static str> {
        let operation = self.operation("list")?;
        let route = operation.paths.iter().find(|route| route.is_in(Family::C))?;
        route.path.split('/').nth(1)
    }

    /// Whether an operation with a path of today's server is among its own.
    pub(crate) fn is_current(&self, first: &str) -> bool {
        let routes = self.operations.iter().flat_map(|o| o.paths);
        let mut current = routes.filter(|route| route.style != "documented");
        current.any(|route| route.path.split('/').nth(1) == Some(first))
    }

    /// An operation, if the resource has it.
    pub(crate) fn operation(&self, verb: &str) -> Option<&'static Operation> {
        self.operations.iter().find(|o| o.verb == verb)
    }

    /// A field by its name.
    pub(crate) fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|f| f.name == name)
    }

    /// The noun at the start of a sentence.
    pub(crate) fn title(&self) -> String {
        let (first, rest) = self.noun.split_at(1);
        format!("{}{rest}", first.to_ascii_uppercase())
    }
}

impl Field {
    /// Whether a request of this generation has it.
    pub(crate) fn is_read_by(&self, generation: Generation) -> bool {
        self.write && self.generations.contains(generation.letter())
    }

    /// Whether a response of this generation has it.
    pub(crate) fn is_shown_by(&self, generation: Generation) -> bool {
        self.read && self.generations.contains(generation.letter())
    }
}

impl Parameter {
    /// Whether a list of this generation has it.
    pub(crate) fn is_read_by(&self, generation: Generation) -> bool {
        self.generations.contains(generation.letter())
    }
}
