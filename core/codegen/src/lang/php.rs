//! PHP: the table of the documented classes, and the stubs that editors and phpstan read.

use std::collections::BTreeMap;

use minijinja::value::Serde;
use minijinja::{Environment, Value, context};

use super::rustfmt::rustfmt;
use crate::case::studly;
use crate::ir::{
    Api, EarlierClass, EarlierOperation, Field, Model, Operation, Resource, Returns, Role,
};
use crate::outputs::Outputs;
use crate::template::{attribute as text, render as render_template};

/// The exceptions below `LomiSDK\\ApiException`, each with its parent. The names are those
/// of the core's `ErrorKind::class_name`; a test of the extension compares them.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("ConfigurationError", "\\LomiSDK\\ApiException"),
    ("ValidationError", "\\LomiSDK\\ApiException"),
    ("APIConnectionError", "\\LomiSDK\\ApiException"),
    ("APITimeoutError", "APIConnectionError"),
    ("TLSError", "\\LomiSDK\\ApiException"),
    ("UnexpectedResponseError", "\\LomiSDK\\ApiException"),
    ("UnexpectedRedirectError", "\\LomiSDK\\ApiException"),
    ("ResponseTooLargeError", "\\LomiSDK\\ApiException"),
    ("BadRequestError", "\\LomiSDK\\ApiException"),
    ("AuthenticationError", "\\LomiSDK\\ApiException"),
    ("PermissionDeniedError", "\\LomiSDK\\ApiException"),
    ("NotFoundError", "\\LomiSDK\\ApiException"),
    ("ConflictError", "\\LomiSDK\\ApiException"),
    ("IdempotencyConflictError", "ConflictError"),
    ("ConfirmationTokenError", "BadRequestError"),
    ("UnprocessableEntityError", "\\LomiSDK\\ApiException"),
    ("RateLimitError", "\\LomiSDK\\ApiException"),
    ("ServerError", "\\LomiSDK\\ApiException"),
    ("APIStatusError", "\\LomiSDK\\ApiException"),
    ("UnsupportedOperationError", "\\LomiSDK\\ApiException"),
    ("StillPendingError", "\\LomiSDK\\ApiException"),
    ("PaginationLoopError", "\\LomiSDK\\ApiException"),
    ("CancelledError", "\\LomiSDK\\ApiException"),
    ("SignatureVerificationError", "\\LomiSDK\\ApiException"),
    ("WebhookPayloadError", "\\LomiSDK\\ApiException"),
    ("InternalError", "\\LomiSDK\\ApiException"),
    ("PaymentRequiredError", "\\LomiSDK\\ApiException"),
];

pub(super) fn render(
    templates: &Environment<'_>,
    api: &Api,
    outputs: &mut Outputs,
) -> Result<(), String> {
    let shared = shared_fields(api);
    let context = context! {
        models => models(api, &shared),
        traits => traits(&shared),
        api => Value::from(Serde(api)),
        resources => resources(api),
        earlier => earlier(api),
        shared_operations => shared_operations(api),
        api_classes => api_classes(api),
        earlier_models => Value::from(Serde(earlier_models(api))),
        exceptions => Value::from(Serde(EXCEPTIONS)),
    };
    let path = "bindings-php/src/table/generated.rs";
    let text = render_template(templates, "php/generated.rs.j2", context.clone())?;
    outputs.add(path.into(), rustfmt(&text).map_err(|e| format!("{path}: {e}"))?)?;
    let text = render_template(templates, "php/stubs.php.j2", context)?;
    outputs.add("bindings-php/lomi.stubs.php".into(), tabs(&text))
}

/// Indents by tabs: spaces would be a tenth of the stubs.
fn tabs(text: &str) -> String {
    let mut lines = String::with_capacity(text.len());
    for line in text.lines() {
        let code = line.trim_start_matches("    ");
        lines.extend(std::iter::repeat_n('\t', (line.len() - code.len()) / 4));
        lines.push_str(code);
        lines.push('\n');
    }
    lines
}

/// The resources, each with its operations.
fn resources(api: &Api) -> Vec<Value> {
    let with_operations = |resource: &Resource| {
        let operations: Vec<&Operation> =
            api.operations.iter().filter(|o| o.resource == resource.name).collect();
        context! { operations => Value::from(Serde(&operations)), ..Value::from(Serde(resource)) }
    };
    api.resources.iter().map(with_operations).collect()
}

/// The classes of operations, now and in earlier generated clients.
fn api_classes(api: &Api) -> Vec<String> {
    let current = api.resources.iter().filter_map(|it| it.documented.as_ref()).map(|it| &it.class);
    current.chain(api.earlier_classes.iter().map(|it| &it.class)).cloned().collect()
}

/// The classes of earlier generated clients: each method with its operation and the class that
/// has it now, and the resources whose methods they have under the same names.
fn earlier(api: &Api) -> Vec<Value> {
    let with_methods = |class: &EarlierClass| {
        let mut traits: Vec<String> = Vec::new();
        let mut methods = Vec::new();
        for method in &class.operations {
            let Some(operation) = operation(api, method) else { continue };
            let resource = api.resources.iter().find(|it| it.name == operation.resource);
            let Some(resource) = resource else { continue };
            let shared = has_all_methods(api, class, resource);
            if shared && !traits.contains(&resource.studly) {
                traits.push(resource.studly.clone());
            }
            methods.push(context! {
                name => method.name.clone(),
                operation => Value::from(Serde(operation)),
                class => resource.documented.as_ref().map(|it| it.class.clone()),
                shared,
            });
        }
        context! { class => class.class.clone(), traits, methods }
    };
    api.earlier_classes.iter().map(with_methods).collect()
}

/// The resources whose methods a class of earlier clients has under the same names.
fn shared_operations(api: &Api) -> Vec<String> {
    let shared =
        |it: &&Resource| api.earlier_classes.iter().any(|class| has_all_methods(api, class, it));
    api.resources.iter().filter(shared).map(|it| it.studly.clone()).collect()
}

fn operation<'a>(api: &'a Api, method: &EarlierOperation) -> Option<&'a Operation> {
    api.operations.iter().find(|operation| operation.id == method.id)
}

/// Whether a class has all operations of a resource, under their own names.
fn has_all_methods(api: &Api, class: &EarlierClass, resource: &Resource) -> bool {
    let mut operations =
        api.operations.iter().filter(|it| it.resource == resource.name && it.documented);
    resource.documented.is_some()
        && operations.all(|it| class.operations.iter().any(|method| method.name == it.camel_id))
}

/// The models that had another name in earlier generated clients, with their name now. Pages of
/// one resource lent their name to the model of every page's numbers.
fn earlier_models(api: &Api) -> Vec<(String, String)> {
    let mut names = Vec::new();
    for class in &api.earlier_classes {
        let Some(earlier) = &class.list else { continue };
        let listed =
            class.operations.iter().find_map(|method| match &operation(api, method)?.returns {
                Returns::Page(of) => Some(of),
                _ => None,
            });
        let list = api.models.iter().find(|m| m.role == Role::List && m.of.as_ref() == listed);
        let Some(now) = list.map(|list| &list.names.php) else { continue };
        names.push((earlier.clone(), now.clone()));
        let numbers = format!("{now}Pagination");
        if api.models.iter().any(|model| model.names.php == numbers) {
            names.push((format!("{earlier}Pagination"), numbers));
        }
    }
    names
}

/// Fields that several models have: what is sent of a resource and comes back, or most pages.
struct SharedFields<'a> {
    /// The name of the trait in the stubs.
    name: String,
    fields: Vec<&'a Field>,
    /// The request of which these are all fields; its array type is that of the others.
    all_of: Option<&'a Model>,
    models: Vec<&'a Model>,
}

/// The fields of each resource's requests, where its other requests have the same ones and the
/// resource itself has them too; and what most pages have.
fn shared_fields(api: &Api) -> Vec<SharedFields<'_>> {
    let with_role = |role| api.models.iter().filter(move |model| model.role == role);
    let mut shared: Vec<SharedFields<'_>> = Vec::new();
    for first in with_role(Role::Request) {
        let Some(of) = first.of.as_deref() else { continue };
        let Some(resource) = api.models.iter().find(|model| model.name == of) else { continue };
        let requests = with_role(Role::Request).filter(|model| model.of.as_deref() == Some(of));
        let models: Vec<_> = requests.chain([resource]).collect();
        let is_first = models.first().is_some_and(|model| model.name == first.name);
        if is_first && models.iter().all(|model| first.fields.iter().all(|it| has(model, it))) {
            let name = format!("{}Members", first.names.php);
            let fields = first.fields.iter().collect();
            shared.push(SharedFields { name, fields, all_of: Some(first), models });
        }
    }
    let pages: Vec<_> = with_role(Role::List).collect();
    let have = |field: &Field| pages.iter().filter(|model| has(model, field)).count();
    let mut fields: Vec<&Field> = Vec::new();
    for field in pages.iter().flat_map(|page| &page.fields) {
        if have(field) * 2 > pages.len() && !fields.iter().any(|known| known.name == field.name) {
            fields.push(field);
        }
    }
    let has_all = |page: &&Model| fields.iter().all(|field| has(page, field));
    let models = pages.iter().copied().filter(has_all).collect();
    shared.push(SharedFields { name: "PageMembers".into(), fields, all_of: None, models });
    shared
}

/// Whether a model has a field, and the stubs would say the same of it.
fn has(model: &Model, field: &Field) -> bool {
    let same =
        |own: &Field| own.name == field.name && own.kind == field.kind && own.doc == field.doc;
    model.fields.iter().any(same)
}

fn traits(shared: &[SharedFields<'_>]) -> Vec<Value> {
    let made = |it: &SharedFields<'_>| {
        context! { name => it.name.clone(), fields => Value::from(Serde(&it.fields)) }
    };
    shared.iter().map(made).collect()
}

/// The models, each with the trait that it uses, its other fields, and the model that takes the
/// same array.
fn models(api: &Api, shared: &[SharedFields<'_>]) -> Vec<Value> {
    let with_members = |model: &Model| {
        let found = shared.iter().find(|it| it.models.iter().any(|known| known.name == model.name));
        let is_own = |field: &&Field| {
            !found.is_some_and(|it| it.fields.iter().any(|known| known.name == field.name))
        };
        let own: Vec<&Field> = model.fields.iter().filter(is_own).collect();
        let like = found
            .and_then(|it| it.all_of)
            .filter(|first| first.name != model.name && first.fields.len() == model.fields.len());
        context! {
            shared => found.map(|it| &it.name),
            own => Value::from(Serde(&own)),
            like => like.map(|first| &first.names.php),
            ..Value::from(Serde(model))
        }
    };
    api.models.iter().map(with_members).collect()
}

/// Filters for PHP templates.
pub(super) fn add_filters(templates: &mut Environment<'_>, api: &Api) {
    let lists: BTreeMap<String, String> = api
        .models
        .iter()
        .filter(|model| model.role == Role::List)
        .filter_map(|model| Some((model.of.clone()?, model.name.clone())))
        .collect();
    templates.add_filter("php_list", move |operation: Value| {
        lists.get(&text(&operation, "returned_model")).cloned().unwrap_or_default()
    });
    templates.add_filter("php_arguments", arguments);
    templates.add_filter("php_brief", brief);
    templates.add_filter("php_constant", |word: &str| word.to_uppercase().replace(['-', '.'], "_"));
    let names: BTreeMap<String, String> =
        api.models.iter().map(|m| (m.name.clone(), m.names.php.clone())).collect();
    let unions = api.unions.iter().map(|union| {
        let classes = union.models.iter().filter_map(|model| names.get(&model.name));
        let classes: Vec<&str> = classes.map(String::as_str).collect();
        (union.name.clone(), classes.join("|"))
    });
    let unions: BTreeMap<String, String> = unions.collect();
    let mut of_field = names.clone();
    of_field.extend(unions);
    let of_read = of_field.clone();
    templates.add_filter("php_read", move |field: Value| {
        let (kind, of) = (text(&field, "kind"), text(&field, "of"));
        read_type(&kind, of_read.get(&of).map_or("", String::as_str))
    });
    templates.add_filter("php_write", move |field: Value| {
        let (kind, of) = (text(&field, "kind"), text(&field, "of"));
        write_type(&kind, of_field.get(&of).map_or("", String::as_str))
    });
    templates.add_filter("php_name", move |schema: &str| {
        names.get(schema).cloned().unwrap_or_else(|| schema.to_owned())
    });
    templates.add_filter("studly", |name: &str| studly(name));
}

/// A description with a short note about the generations of the API: the long one would be a
/// thirtieth of the stubs. `(API generations B, C, D and E.)` is `(API B-E.)`.
fn brief(doc: &str) -> String {
    let Some((text, note)) = doc.rsplit_once("(API generation") else { return doc.to_owned() };
    let Some((names, rest)) = note.split_once(".)") else { return doc.to_owned() };
    let names: Vec<char> = names.chars().filter(char::is_ascii_uppercase).collect();
    let follows = |pair: &[char]| matches!(pair, [a, b] if *a as u32 + 1 == *b as u32);
    let runs: Vec<String> = names
        .chunk_by(|a, b| follows(&[*a, *b]))
        .map(|run| match run {
            [first, _, .., last] => format!("{first}-{last}"),
            few => few.iter().map(char::to_string).collect::<Vec<_>>().join(", "),
        })
        .collect();
    format!("{text}(API {}.){rest}", runs.join(", "))
}

/// An operation's arguments as PHP declares them: path, body, documented query.
fn arguments(operation: Value) -> String {
    let mut declared = Vec::new();
    for parameter in list(&operation, "path_parameters") {
        declared.push(format!("${}", text(&parameter, "name")));
    }
    let body = operation.get_attr("body").unwrap_or_default();
    if !body.is_none() {
        declared.push(format!("${}", text(&body, "name")));
    }
    for parameter in list(&operation, "query_parameters") {
        if parameter.get_attr("documented").is_ok_and(|value| value.is_true()) {
            let default = parameter.get_attr("default").unwrap_or_default();
            let default = if default.is_none() { "null".to_owned() } else { default.to_string() };
            declared.push(format!("${} = {default}", text(&parameter, "name")));
        }
    }
    declared.join(", ")
}

fn list(value: &Value, name: &str) -> Vec<Value> {
    value
        .get_attr(name)
        .ok()
        .and_then(|items| items.try_iter().ok().map(Iterator::collect))
        .unwrap_or_default()
}

/// Type that a getter returns.
fn read_type(kind: &str, of: &str) -> String {
    match kind {
        "time" => "\\DateTime".into(),
        "boolean" => "bool".into(),
        "integer" => "int".into(),
        "number" => "int|float|string".into(),
        "map" => "array<string, mixed>".into(),
        "maps" => "list<array<string, mixed>>".into(),
        "words" => "list<string>|string".into(),
        "model" => of.into(),
        "one_of" => format!("{of}|array<string, mixed>"),
        "models" => format!("list<{of}>"),
        _ => "string".into(),
    }
}

/// Type that a setter accepts.
fn write_type(kind: &str, of: &str) -> String {
    match kind {
        "time" => "\\DateTimeInterface|string".into(),
        "map" => "array<string, mixed>|object".into(),
        kind => read_type(kind, of),
    }
}
