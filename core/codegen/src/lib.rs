//! Generates source files from the API's description. `spec` parses the document and rejects
//! unsupported parts, `ir` is the representation that templates see, `lang` has one file per
//! language, `docs` renders the table of options, `outputs` writes or compares the files.

mod case;
mod docs;
pub mod ir;
mod lang;
mod outputs;
mod spec;
mod template;

use std::path::{Path, PathBuf};

pub use outputs::{Outputs, Report};

/// Generates all files in memory, or those of one language. The error names the place in the spec, or the template, that is
/// wrong.
pub fn generate(root: &Path, only: Option<&str>) -> Result<Outputs, String> {
    let mut templates = template::environment(root)?;
    let mut outputs = Outputs::default();
    let api = read(root)?;
    lang::add_filters(&mut templates, &api);
    lang::render(&templates, &api, only, &mut outputs)?;
    if only.is_some() {
        outputs.keep_others();
        return Ok(outputs);
    }
    lang::messages::render(&templates, root, &mut outputs)?;
    docs::render(&templates, root, &mut outputs)?;
    docs::inbox::render(&templates, root, &mut outputs)?;
    docs::reference::render(&templates, &api, &mut outputs)?;
    Ok(outputs)
}

/// The models of the spec.
pub fn models(root: &Path) -> Result<Vec<ir::Model>, String> {
    Ok(read(root)?.models)
}

fn read(root: &Path) -> Result<ir::Api, String> {
    let folder = root.join("core/spec");
    let text =
        |path: &Path| std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()));
    let shared = text(&folder.join("openapi.json"))?;
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder.join("resources"))
        .and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect())
        .map_err(|e| format!("core/spec/resources: {e}"))?;
    paths.sort();
    let mut resources = Vec::new();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        resources.push((name, text(&path)?));
    }
    let earlier = text(&folder.join("earlier_classes.json"))?;
    spec::read(&shared, &resources, &earlier, env!("CARGO_PKG_VERSION"))
}
