//! The statements of the inbox in each language, and `docs/inbox.md`, from `core/spec/inbox.json`.

use std::path::Path;

use minijinja::value::Serde;
use minijinja::{Environment, Value, context};
use serde::{Deserialize, Serialize};

use crate::lang::rustfmt::rustfmt;
use crate::outputs::Outputs;
use crate::template;

const SPEC: &str = "core/spec/inbox.json";

/// Each generated file and its template.
const FILES: &[(&str, &str)] = &[
    ("core/src/inbox/statements.rs", "rust/inbox.rs.j2"),
    ("bindings-python/python/lomi/_inbox/statements.py", "python/inbox.py.j2"),
    ("bindings-node/runtime/inbox/statements.js", "node/inbox.js.j2"),
    ("bindings-php/frameworks/src/Inbox/Statements.php", "php/inbox.php.j2"),
    ("docs/inbox.md", "docs/inbox.md.j2"),
];

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Inbox {
    #[serde(rename = "about")]
    _about: String,
    table: String,
    /// The key of the row that has the cursor of `reconcile`.
    cursor_key: String,
    /// For how many days a handled event is kept.
    keep_days: u32,
    /// After how many repeated events `reconcile` stores its cursor.
    cursor_every: u32,
    /// The most characters of an event's name in the table.
    longest_name: u32,
    columns: Vec<Column>,
    dialects: Vec<Dialect>,
    /// Before and after the handler: the second fails if the handler has ended the transaction.
    savepoint: String,
    release_savepoint: String,
    load_cursor: String,
    delete_old: String,
    redis: Redis,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Column {
    name: String,
    meaning: String,
}

/// The statements that databases write differently.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Dialect {
    name: String,
    title: String,
    create: String,
    mark: String,
    store_cursor: String,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Redis {
    prefix: String,
    lease_seconds: u32,
    claim: Script,
    complete: Script,
    release: Script,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Script {
    meaning: String,
    script: Vec<String>,
}

/// Renders the statements and the page.
pub(crate) fn render(
    templates: &Environment<'_>,
    root: &Path,
    outputs: &mut Outputs,
) -> Result<(), String> {
    let text = std::fs::read_to_string(root.join(SPEC)).map_err(|e| format!("{SPEC}: {e}"))?;
    let inbox: Inbox = serde_json::from_str(&text).map_err(|e| format!("{SPEC}: {e}"))?;
    let inbox = Value::from(Serde(&inbox));
    for (path, template) in FILES {
        let context = context! { inbox => &inbox };
        let text = template::render(templates, template, context)?;
        let text = if path.ends_with(".rs") { rustfmt(&text)? } else { text };
        outputs.add((*path).into(), text)?;
    }
    Ok(())
}
