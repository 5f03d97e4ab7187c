//! PHP: the table of the documented classes, and the stubs that editors and phpstan read.

use std::collections::BTreeMap;

use minijinja::value::Serde;
use minijinja::{Environment, Value, context};

use super::rustfmt::rustfmt;
use crate::case::studly;
use crate::ir::{Api, EarlierClass, EarlierOperation, Operation, Resource, Returns, Role};
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
    ("UnprocessableEntityError", "\\LomiSDK\\ApiException"),
    ("RateLimitError", "\\LomiSDK\\ApiException"),
    ("ServerError", "\\LomiSDK\\ApiException"),
    ("APIStatusError", "\\LomiSDK\\ApiException"),
    ("UnsupportedOperationError", "\\LomiSDK\\ApiException"),
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
    let context = context! {
        api => Value::from(Serde(api)),
        resources => resources(api),
        earlier => earlier(api),
        earlier_models => Value::from(Serde(earlier_models(api))),
        exceptions => Value::from(Serde(EXCEPTIONS)),
    };
    let path = "bindings-php/src/table/generated.rs";
    let text = render_template(templates, "php/generated.rs.j2", context.clone())?;
    outputs.add(path.into(), rustfmt(&text).map_err(|e| format!("{path}: {e}"))?)?;
    let text = render_template(templates, "php/stubs.php.j2", context)?;
    outputs.add("bindings-php/lomi.stubs.php".into(), text)
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

/// The classes of earlier generated clients, each method with its operation.
fn earlier(api: &Api) -> Vec<Value> {
    let methods = |class: &EarlierClass| -> Vec<Value> {
        let with_operation = |method: &EarlierOperation| {
            let operation = api.operations.iter().find(|operation| operation.id == method.id);
            context! { name => method.name.clone(), operation => Value::from(Serde(operation)) }
        };
        class.operations.iter().map(with_operation).collect()
    };
    api.earlier_classes
        .iter()
        .map(|class| context! { class => class.class.clone(), methods => methods(class) })
        .collect()
}

/// The models that had another name in earlier generated clients, with their name now. Pages of
/// one resource lent their name to the model of every page's numbers.
fn earlier_models(api: &Api) -> Vec<(String, String)> {
    let mut names = Vec::new();
    for class in &api.earlier_classes {
        let Some(earlier) = &class.list else { continue };
        let listed = class.operations.iter().find_map(|method| {
            let operation = api.operations.iter().find(|operation| operation.id == method.id)?;
            match &operation.returns {
                Returns::Page(of) => Some(of),
                _ => None,
            }
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
    templates.add_filter("php_constant", |word: &str| word.to_uppercase().replace(['-', '.'], "_"));
    let names: BTreeMap<String, String> =
        api.models.iter().map(|m| (m.name.clone(), m.names.php.clone())).collect();
    let of_field = names.clone();
    templates.add_filter("php_read", move |field: Value| {
        let (kind, of) = (text(&field, "kind"), text(&field, "of"));
        read_type(&kind, of_field.get(&of).map_or("", String::as_str))
    });
    let of_field = names.clone();
    templates.add_filter("php_write", move |field: Value| {
        let (kind, of) = (text(&field, "kind"), text(&field, "of"));
        write_type(&kind, of_field.get(&of).map_or("", String::as_str))
    });
    templates.add_filter("php_name", move |schema: &str| {
        names.get(schema).cloned().unwrap_or_else(|| schema.to_owned())
    });
    templates.add_filter("studly", |name: &str| studly(name));
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
        "model" => format!("\\LomiSDK\\Model\\{of}"),
        "models" => format!("list<\\LomiSDK\\Model\\{of}>"),
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
