//! The part of OpenAPI that the document may use, with our extension `x-lomi`.

use serde::Deserialize;
use serde_json::{Map, Number, Value};

use crate::ir::{Find, Reconcile, Wait};

/// A JSON object in the order of the document, whose values are parsed later.
pub(super) type Ordered = Map<String, Value>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)] // `info` and `security` are for readers and other tools
pub(super) struct Document {
    pub(super) openapi: String,
    info: Value,
    pub(super) servers: Vec<ServerEntry>,
    security: Value,
    pub(super) paths: Ordered,
    pub(super) components: Components,
}

/// The file of a resource: its paths and schemas, and the class of the generated clients.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ResourceFile {
    pub(super) resource: String,
    pub(super) documented: Option<DocumentedEntry>,
    pub(super) paths: Ordered,
    pub(super) schemas: Ordered,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DocumentedEntry {
    pub(super) class: String,
    pub(super) module: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ServerEntry {
    pub(super) url: String,
    pub(super) description: String,
    #[serde(rename = "x-lomi")]
    pub(super) lomi: ServerExtension,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ServerExtension {
    pub(super) environment: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[allow(dead_code)]
pub(super) struct Components {
    security_schemes: Value,
    responses: Value,
    pub(super) schemas: Ordered,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Schema {
    #[serde(rename = "type")]
    pub(super) type_: Option<String>,
    pub(super) description: String,
    #[serde(rename = "$ref")]
    pub(super) reference: Option<String>,
    #[serde(rename = "enum")]
    pub(super) values: Option<Vec<String>>,
    pub(super) properties: Option<Ordered>,
    #[serde(rename = "x-lomi")]
    pub(super) lomi: SchemaExtension,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SchemaExtension {
    pub(super) names: NamesEntry,
    pub(super) id: Option<String>,
    pub(super) marker: Option<String>,
    #[serde(default, rename = "idOptional")]
    pub(super) id_optional: bool,
    pub(super) writes: Option<String>,
    pub(super) lists: Option<String>,
    /// A request body with fields of its own.
    #[serde(default)]
    pub(super) body: bool,
    #[serde(default)]
    pub(super) documented: bool,
    #[serde(default)]
    pub(super) open: bool,
    #[serde(default)]
    pub(super) reads: Map<String, Value>,
    #[serde(default)]
    pub(super) folds: bool,
    /// Field of a request body: the generations of the API whose documents require it.
    #[serde(default)]
    pub(super) required: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NamesEntry {
    pub(super) rust: String,
    pub(super) python: String,
    pub(super) node: String,
    pub(super) php: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Property {
    #[serde(rename = "type")]
    pub(super) type_: Option<String>,
    pub(super) format: Option<String>,
    #[serde(default)]
    pub(super) description: String,
    #[serde(rename = "$ref")]
    pub(super) reference: Option<String>,
    pub(super) one_of: Option<Value>,
    pub(super) items: Option<Box<Items>>,
    pub(super) additional_properties: Option<bool>,
    #[serde(default)]
    pub(super) read_only: bool,
    #[serde(default)]
    pub(super) write_only: bool,
    pub(super) minimum: Option<Number>,
    pub(super) exclusive_minimum: Option<Number>,
    pub(super) maximum: Option<Number>,
    pub(super) max_length: Option<u64>,
    pub(super) default: Option<Value>,
    #[serde(rename = "x-lomi")]
    pub(super) lomi: Option<PropertyExtension>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Items {
    #[serde(rename = "type")]
    pub(super) type_: Option<String>,
    #[serde(rename = "$ref")]
    pub(super) reference: Option<String>,
    pub(super) additional_properties: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PropertyExtension {
    pub(super) generations: String,
    #[serde(default)]
    pub(super) documented: bool,
    #[serde(default)]
    pub(super) aliases: Vec<String>,
    pub(super) mirrors: Option<String>,
    #[serde(default)]
    pub(super) sent: Map<String, Value>,
    pub(super) null: Option<String>,
    /// Some responses have it beside the object, as in `{"data": {...}, "secret": "..."}`.
    #[serde(default)]
    pub(super) beside: bool,
    #[serde(default)]
    pub(super) money: bool,
    pub(super) one_of: Option<UnionEntry>,
}

/// The models that a field may have, by the value of another field.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UnionEntry {
    pub(super) name: String,
    pub(super) by: String,
    /// Value of the other field to schema.
    pub(super) models: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct OperationEntry {
    #[serde(rename = "operationId")]
    #[allow(dead_code)]
    id: String,
    pub(super) summary: String,
    pub(super) description: String,
    #[serde(rename = "x-lomi")]
    pub(super) lomi: OperationExtension,
    #[serde(default)]
    pub(super) parameters: Vec<ParameterEntry>,
    pub(super) request_body: Option<BodyEntry>,
    pub(super) responses: Ordered,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct OperationExtension {
    pub(super) operation: String,
    pub(super) verb: String,
    /// The route style of the path; when it is missing, the path is the same in all of them. The
    /// newest API has the path of `current` unless there is another one for it.
    pub(super) routes: Option<String>,
    pub(super) idempotency: Option<String>,
    /// `page`: the current server pages this list by number, and its response does not say so.
    pub(super) paging: Option<String>,
    #[serde(default)]
    pub(super) alternatives: Vec<String>,
    #[serde(default)]
    pub(super) replay_safe: bool,
    /// The field of the body that identifies the object: with it, the call can be repeated.
    pub(super) natural_key: Option<String>,
    /// When the object of a read changes no more.
    pub(super) wait: Option<Wait>,
    /// How to find out whether a call whose outcome is unknown has done its work.
    pub(super) find: Option<Find>,
    /// Which events the rows of a list stand for.
    pub(super) reconcile: Option<Reconcile>,
    /// What the vendor's TypeScript client calls it, such as `coupons.list`.
    pub(super) typescript: Option<String>,
    /// Which generations of the API have the operation at this path.
    pub(super) generations: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ParameterEntry {
    pub(super) name: String,
    #[serde(rename = "in")]
    pub(super) place: String,
    #[serde(default)]
    pub(super) required: bool,
    pub(super) description: String,
    pub(super) schema: Property,
    #[serde(rename = "x-lomi")]
    pub(super) lomi: Option<PropertyExtension>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BodyEntry {
    #[allow(dead_code)]
    required: bool,
    #[serde(rename = "x-lomi-name")]
    pub(super) name: String,
    pub(super) content: Content,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ResponseEntry {
    #[allow(dead_code)]
    pub(super) description: Option<String>,
    #[serde(rename = "$ref")]
    #[allow(dead_code)]
    pub(super) reference: Option<String>,
    pub(super) content: Option<Content>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Content {
    #[serde(rename = "application/json")]
    pub(super) json: Media,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Media {
    pub(super) schema: Reference,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Reference {
    #[serde(rename = "$ref")]
    pub(super) reference: Option<String>,
}
