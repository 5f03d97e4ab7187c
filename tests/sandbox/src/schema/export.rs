//! Exports: a file with the merchant's data is made in the background.

use serde_json::Value;

use crate::state::app::App;
use crate::state::objects::Object;
use crate::state::time::Millis;

/// Name of the resource.
pub(crate) const EXPORTS: &str = "exports";
/// How long a file is being made.
const MAKING_TIME: Millis = 5_000;
/// No document has the words of the status.
const READY: &str = "ready";

/// Whether the file is there. A test can set the status.
pub(crate) fn is_ready(app: &App, export: &Object) -> bool {
    match export.fields().get("status").and_then(Value::as_str) {
        Some(status) => status == READY,
        None => app.clock.now() >= export.created_at.saturating_add(MAKING_TIME),
    }
}

/// A field of an export that nobody has set.
pub(crate) fn export_value(app: &App, export: &Object, name: &str) -> Value {
    match (name, is_ready(app, export)) {
        ("status", true) => READY.into(),
        ("status", false) => "pending".into(),
        ("download_url", true) => format!("{}/files/{}", app.url, export.id).into(),
        ("filename", true) => file_name(export).into(),
        ("mime_type", true) => "text/csv".into(),
        _ => Value::Null,
    }
}

/// What the file contains, such as `transactions` of the type `transactions_csv`.
pub(crate) fn contents(export: &Object) -> String {
    let fields = export.fields();
    let kind = fields.get("type").and_then(Value::as_str).unwrap_or_default();
    let plain = kind.trim_end_matches("_csv").trim_end_matches("_pdf");
    let is_name = plain.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    if is_name && !plain.is_empty() { plain.to_owned() } else { "account_export".to_owned() }
}

/// The name of the file.
pub(crate) fn file_name(export: &Object) -> String {
    format!("{}.csv", contents(export))
}
