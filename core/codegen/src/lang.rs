//! One file per language: its generated files, their templates and the filters they use.

pub(crate) mod kotlin;
pub(crate) mod messages;
mod node;
mod php;
mod python;
mod ruby;
mod rust;
pub(crate) mod rustfmt;
mod sandbox;

use minijinja::Environment;

use crate::ir::Api;
use crate::outputs::Outputs;

type Render = fn(&Environment<'_>, &Api, &mut Outputs) -> Result<(), String>;

const LANGUAGES: [(&str, Render); 7] = [
    ("rust", rust::render),
    ("python", python::render),
    ("node", node::render),
    ("php", php::render),
    ("kotlin", kotlin::render),
    ("ruby", ruby::render),
    ("sandbox", sandbox::render),
];

/// Adds the filters of every language: names and types.
pub(crate) fn add_filters(templates: &mut Environment<'_>, api: &Api) {
    rust::add_filters(templates, api);
    python::add_filters(templates, api);
    php::add_filters(templates, api);
    node::add_filters(templates, api);
    kotlin::add_filters(templates, api);
    ruby::add_filters(templates, api);
}

/// Renders the files of every language and of the sandbox, or those of one of them.
pub(crate) fn render(
    templates: &Environment<'_>,
    api: &Api,
    only: Option<&str>,
    outputs: &mut Outputs,
) -> Result<(), String> {
    if let Some(only) = only
        && !LANGUAGES.iter().any(|(name, _)| *name == only)
    {
        let names = LANGUAGES.map(|(name, _)| name).join(", ");
        return Err(format!("--only {only}: the languages are {names}"));
    }
    for (name, render) in LANGUAGES {
        if only.is_none_or(|only| only == name) {
            render(templates, api, outputs)?;
        }
    }
    Ok(())
}
