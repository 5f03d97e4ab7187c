//! The intermediate representation of the API, which is all that templates see. Names, kinds and
//! order are decided before; templates only lay out text.

mod digest;
mod rules;

use serde::Serialize;

pub(crate) use digest::digest;
pub use rules::{Find, FindField, Reconcile, Wait};

#[derive(Serialize)]
pub struct Api {
    pub version: String,
    /// Two halves of a binding that carry the same digest number operations, models and fields alike.
    pub digest: String,
    pub servers: Vec<Server>,
    pub models: Vec<Model>,
    pub enums: Vec<Enum>,
    pub unions: Vec<Union>,
    /// In the order of their names.
    pub resources: Vec<Resource>,
    /// Classes of earlier generated clients.
    pub earlier_classes: Vec<EarlierClass>,
    /// By resource, and within one by verb.
    pub operations: Vec<Operation>,
}

/// One resource: what a client has as a property, such as `checkout_sessions`.
#[derive(Serialize)]
pub struct Resource {
    pub name: String,
    pub camel: String,
    /// The name of its class, such as `CheckoutSessions`.
    pub studly: String,
    /// The name in words, such as `checkout sessions`.
    pub words: String,
    /// Its class in the generated clients, if it has one.
    pub documented: Option<DocumentedClass>,
}

/// A class of earlier generated clients: operations of resources, under other names.
#[derive(Serialize)]
pub struct EarlierClass {
    pub class: String,
    /// Its module in Python; `None` if only PHP has it.
    pub module: Option<String>,
    /// The name of the class of its pages in PHP, if it is another one.
    pub list: Option<String>,
    pub operations: Vec<EarlierOperation>,
}

#[derive(Serialize)]
pub struct EarlierOperation {
    /// The name of the method in PHP, such as `customersGet`.
    pub name: String,
    /// The documented name, such as `list_customers`.
    pub id: String,
}

#[derive(Serialize)]
pub struct DocumentedClass {
    /// Such as `CheckoutSessionsApi`.
    pub class: String,
    /// The module of that class in Python, such as `checkout_sessions_api`.
    pub module: String,
}

#[derive(Serialize)]
pub struct Server {
    pub url: String,
    pub description: String,
    pub environment: String,
}

/// The name of one thing in each language.
#[derive(Serialize, Clone)]
pub struct Names {
    pub rust: String,
    pub python: String,
    pub node: String,
    pub php: String,
}

#[derive(Serialize, Clone)]
pub struct Model {
    /// The schema's name in the spec.
    pub name: String,
    pub names: Names,
    /// The resource whose file describes it; `None` for what resources share.
    pub resource: Option<String>,
    pub doc: String,
    pub role: Role,
    /// The field that identifies a resource.
    pub id: Option<String>,
    /// Some responses lack that field.
    pub id_optional: bool,
    /// A field that only this model has: it tells it from the model that a call returns otherwise.
    pub marker: Option<String>,
    /// The schema that a request body writes, or that a list contains.
    pub of: Option<String>,
    /// Sorted by name.
    pub fields: Vec<Field>,
}

/// What a model is for.
#[derive(Serialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Something the server sends.
    Response,
    /// Something the caller sends.
    Request,
    /// A page of a list.
    List,
}

#[derive(Serialize, Clone)]
pub struct Field {
    pub name: String,
    pub doc: String,
    #[serde(flatten)]
    pub kind: Kind,
    /// The server sends it.
    pub read: bool,
    /// The caller may send it.
    pub write: bool,
    /// Part of the documented generated clients.
    pub documented: bool,
    /// Which documented generations of the API have it, such as "ABCDE".
    pub generations: String,
    /// Which of them require it in this request body, such as "D".
    pub required: String,
    /// Other names under which the server sends it.
    pub aliases: Vec<String>,
    /// The field that has the same value under another name.
    pub mirrors: Option<String>,
    /// Names under which it is sent, by route style, where they differ.
    pub sent: Vec<SentAs>,
    /// Null is read as an empty object.
    pub null_is_empty: bool,
    /// Some responses have it beside the object.
    pub beside: bool,
    /// An amount in the currency's smallest unit.
    pub money: bool,
    pub minimum: Option<String>,
    pub exclusive_minimum: Option<String>,
    pub maximum: Option<String>,
    pub max_length: Option<u64>,
}

#[derive(Serialize, Clone)]
pub struct SentAs {
    pub routes: String,
    pub name: String,
}

/// The kinds of value that the API has.
#[derive(Serialize, Clone, PartialEq, Eq)]
#[serde(tag = "kind", content = "of", rename_all = "snake_case")]
pub enum Kind {
    Text,
    Uri,
    Email,
    Uuid,
    Time,
    Boolean,
    Integer,
    /// A number with all its digits.
    Number,
    /// An object with arbitrary keys.
    Map,
    /// A list of such objects.
    Maps,
    /// A list of strings, or one string.
    Words,
    /// A value of an open enum; the name of its schema.
    Enum(String),
    /// One object of another model.
    Model(String),
    /// A list of objects of another model.
    Models(String),
    /// An object whose model another field names; the name of the union.
    OneOf(String),
}

/// The models that a field may have, by the value of another field of the same object.
#[derive(Serialize)]
pub struct Union {
    /// The name of its type in every language.
    pub name: String,
    /// The names of the other field in JSON.
    pub by: Vec<String>,
    /// The enum of that field.
    pub set: String,
    pub doc: String,
    pub models: Vec<UnionModel>,
}

/// One model of a union, with the values that name it.
#[derive(Serialize)]
pub struct UnionModel {
    pub name: String,
    pub values: Vec<String>,
}

#[derive(Serialize)]
pub struct Enum {
    pub name: String,
    pub names: Names,
    pub doc: String,
    pub documented: bool,
    pub values: Vec<String>,
    /// Values that are read as another one.
    pub reads: Vec<ReadAs>,
    /// Dotted and lower-case forms are read as the same value.
    pub folds: bool,
}

#[derive(Serialize)]
pub struct ReadAs {
    pub word: String,
    pub as_word: String,
}

#[derive(Serialize)]
pub struct Operation {
    /// The documented name, such as create_checkout_session.
    pub id: String,
    /// The generated clients have it: it is a method of the documented class.
    pub documented: bool,
    /// The same in camelCase.
    pub camel_id: String,
    pub summary: String,
    pub doc: String,
    pub resource: String,
    pub camel_resource: String,
    pub verb: String,
    /// The same in camelCase.
    pub camel_verb: String,
    pub method: String,
    /// Path of each route style, in the order of the spec.
    pub paths: Vec<Path>,
    pub path_parameters: Vec<Parameter>,
    pub query_parameters: Vec<Parameter>,
    /// The name of the type of the query's parameters, if there are any.
    pub params: Option<String>,
    pub body: Option<Body>,
    #[serde(flatten)]
    pub returns: Returns,
    /// Models that a successful response can have instead.
    pub alternatives: Vec<String>,
    /// Which servers deduplicate this operation by idempotency key.
    pub idempotency: Idempotency,
    /// The field of the body that identifies the object: with it, the call can be repeated.
    pub natural_key: Option<String>,
    /// How the pages of a list are requested if a response does not say where it stands.
    pub paging: Paging,
    /// The call can be repeated without a second effect.
    pub replay_safe: bool,
    /// The documented statuses: success first.
    pub statuses: Vec<u16>,
    /// The read can be repeated until its object changes no more.
    pub wait: Option<Wait>,
    /// How to find out whether a call whose outcome is unknown has done its work.
    pub find: Option<Find>,
    /// Which events the rows of a list stand for.
    pub reconcile: Option<Reconcile>,
}

/// Which servers deduplicate an operation by idempotency key.
#[derive(Serialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Idempotency {
    /// None that is known.
    Unknown,
    /// Every server that has the operation.
    Keyed,
    /// The newest API.
    Newest,
    /// The newest API, which moves nothing before a second call with a token.
    Confirmed,
}

/// How the pages of a bare list are requested.
#[derive(Serialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Paging {
    Offset,
    Number,
    /// The response is the whole list.
    Whole,
}

#[derive(Serialize)]
pub struct Path {
    pub routes: String,
    pub template: String,
    /// What the vendor's TypeScript client calls it, such as `coupons.list`.
    pub typescript: Option<String>,
    /// Which generations of the API have the operation at this path, such as "BDE".
    pub generations: String,
}

#[derive(Serialize, Clone)]
pub struct Parameter {
    pub name: String,
    pub camel_name: String,
    pub doc: String,
    #[serde(flatten)]
    pub kind: Kind,
    pub documented: bool,
    pub generations: String,
    pub minimum: Option<String>,
    pub maximum: Option<String>,
    pub default: Option<String>,
}

#[derive(Serialize)]
pub struct Body {
    /// The argument's documented name, such as checkout_sessions_create.
    pub name: String,
    pub model: String,
}

/// The result of a successful call.
#[derive(Serialize)]
#[serde(tag = "returns", content = "returned_model", rename_all = "snake_case")]
pub enum Returns {
    Nothing,
    One(String),
    Page(String),
    /// Any JSON: the API's documents do not describe it.
    Any,
}
