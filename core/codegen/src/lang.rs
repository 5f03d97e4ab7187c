//! One file per language: its generated files, their templates and the filters they use.

mod node;
mod php;
mod python;
mod rust;
mod rustfmt;
mod template;

use std::path::Path;

use crate::ir::Api;
use crate::outputs::Outputs;

/// Renders the files of every language.
pub(crate) fn render(root: &Path, api: &Api) -> Result<Outputs, String> {
    let mut templates = template::environment(root)?;
    rust::add_filters(&mut templates, api);
    php::add_filters(&mut templates, api);
    node::add_filters(&mut templates, api);
    let mut outputs = Outputs::default();
    rust::render(&templates, api, &mut outputs)?;
    python::render(&templates, api, &mut outputs)?;
    node::render(&templates, api, &mut outputs)?;
    php::render(&templates, api, &mut outputs)?;
    Ok(outputs)
}
