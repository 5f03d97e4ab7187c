//! One file per language: its generated files, their templates and the filters they use.

mod node;
mod php;
mod python;
mod rust;
mod rustfmt;
mod sandbox;

use minijinja::Environment;

use crate::ir::Api;
use crate::outputs::Outputs;

/// Renders the files of every language, and of the sandbox.
pub(crate) fn render(
    templates: &Environment<'_>,
    api: &Api,
    outputs: &mut Outputs,
) -> Result<(), String> {
    let mut templates = templates.clone();
    rust::add_filters(&mut templates, api);
    php::add_filters(&mut templates, api);
    node::add_filters(&mut templates, api);
    rust::render(&templates, api, outputs)?;
    python::render(&templates, api, outputs)?;
    node::render(&templates, api, outputs)?;
    php::render(&templates, api, outputs)?;
    sandbox::render(&templates, api, outputs)
}
