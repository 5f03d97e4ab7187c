//! The operations of a resource as methods.

use minijinja::value::Serde;
use minijinja::{Value, context};

use super::names::{Names, property};
use crate::ir::{Operation, Returns};

/// What the templates need to know of an operation.
pub(super) fn words(names: &Names, operation: &Operation) -> Value {
    let model = names.of_returned(operation);
    let asks = operation.alternatives.iter().any(|name| name == "ConfirmationRequired");
    let result = match &operation.returns {
        Returns::One(_) if !operation.alternatives.is_empty() => format!("{model}Outcome"),
        Returns::Page(_) => format!("Page<{model}>"),
        _ => model.clone(),
    };
    let how = match &operation.returns {
        Returns::One(_) if asks => "confirmable",
        Returns::One(_) => "one",
        Returns::Page(_) => "page",
        Returns::Any => "any",
        Returns::Nothing => "nothing",
    };
    let body = operation.body.as_ref().map(|body| names.of(&body.model));
    let taken = body.clone().or_else(|| operation.params.clone());
    let ids: Vec<String> = operation.path_parameters.iter().map(|p| property(&p.name)).collect();
    let path: String = operation
        .path_parameters
        .iter()
        .map(|p| format!(".path(\"{}\", {})", p.name, property(&p.name)))
        .collect();
    let input = match (&body, &operation.params) {
        (Some(_), _) => format!("Input(){path}.body(body)"),
        (None, Some(_)) => format!("Input(){path}.query(query)"),
        _ if path.is_empty() => "Input.NONE".to_owned(),
        _ => format!("Input(){path}"),
    };
    context! {
        doc => &operation.doc, verb => &operation.camel_verb, constant => operation.id.to_uppercase(),
        parameters => ids.iter().map(|id| format!("{id}: String, ")).collect::<String>(),
        passed => ids.iter().map(|id| format!("{id}, ")).collect::<String>(),
        ids, taken, is_body => body.is_some(), argument => if body.is_some() { "body" } else { "query" },
        confirmation => if asks { format!(", ::{model}Confirmation") } else { String::new() },
        result, how, input, wait => operation.wait.as_ref().map(|wait| Value::from(Serde(wait))),
    }
}
