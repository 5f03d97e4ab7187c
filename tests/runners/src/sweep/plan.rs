//! Which operations each generation of the API has, by the spec.

use std::path::Path;

use anyhow::{Context, Result};
use lomi::RouteStyle;
use lomi::binding::table::{OPERATIONS, Operation};
use lomi_sandbox::Generation;
use serde_json::Value;

/// A generation of the API as the sandbox serves it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ApiGeneration {
    pub(crate) letter: char,
    /// The generation of a sandbox that serves it.
    pub(crate) sandbox: Generation,
    pub(crate) style: RouteStyle,
    /// The path of its base URL.
    pub(crate) base: &'static str,
    /// The least number of its operations: fewer mean that the spec was not read whole.
    pub(crate) least: usize,
}

const fn generation(
    letter: char,
    sandbox: Generation,
    style: RouteStyle,
    base: &'static str,
    least: usize,
) -> ApiGeneration {
    ApiGeneration { letter, sandbox, style, base, least }
}

pub(crate) const GENERATIONS: [ApiGeneration; 5] = [
    generation('A', Generation::D, RouteStyle::Current, "/v1", 42),
    generation('B', Generation::B, RouteStyle::Current, "", 52),
    generation('C', Generation::D, RouteStyle::Documented, "/v1", 84),
    generation('D', Generation::D, RouteStyle::Current, "", 93),
    generation('E', Generation::E, RouteStyle::Newest, "", 157),
];

/// The word of the option `routes` for a style.
pub(crate) fn routes(style: RouteStyle) -> &'static str {
    match style {
        RouteStyle::Documented => "documented",
        RouteStyle::Current => "current",
        RouteStyle::Newest => "newest",
    }
}

/// The operations of a generation, by name.
pub(crate) fn operations(
    root: &Path,
    generation: &ApiGeneration,
) -> Result<Vec<&'static Operation>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(root.join("core/spec/resources"))? {
        let file: Value = serde_json::from_str(&std::fs::read_to_string(entry?.path())?)?;
        let paths = file.get("paths").and_then(Value::as_object).context("a resource has paths")?;
        let items = paths.values().filter_map(Value::as_object).flatten();
        for (_, entry) in items {
            let facts = entry.get("x-lomi");
            let fact = |name| facts.and_then(|f| f.get(name)).and_then(Value::as_str);
            let Some(name) = fact("operation") else { continue };
            let is_there =
                fact("generations").is_some_and(|letters| letters.contains(generation.letter));
            // The server of the generated clients is known in their route style only.
            let is_served =
                generation.letter != 'C' || matches!(fact("routes"), None | Some("documented"));
            if is_there && is_served {
                names.push(name.to_owned());
            }
        }
    }
    names.sort();
    names.dedup();
    names.iter().map(|name| operation(name)).collect()
}

pub(crate) fn operation(name: &str) -> Result<&'static Operation> {
    let found = OPERATIONS.iter().copied().find(|operation| operation.id == name);
    found.with_context(|| format!("the table has no operation {name}"))
}
