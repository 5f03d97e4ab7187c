//! The file of an export: CSV with a line of names.

use serde_json::{Map, Value};

use super::export::contents;
use super::object::object_value;
use super::resource::Resource;
use super::table::RESOURCES;
use super::webhooks::attempt_row;
use crate::generation::Generation;
use crate::state::app::App;
use crate::state::environment::Environment;
use crate::state::objects::Object;
use crate::state::time::iso;

/// Columns of the file with webhook deliveries.
const DELIVERY: &[&str] = &[
    "log_id",
    "webhook_id",
    "event_type",
    "attempt_number",
    "success",
    "response_status",
    "request_duration_ms",
    "created_at",
];
/// Columns of the file with everything.
const ANY: &[&str] = &["resource", "id", "created_at", "data"];

/// The text of the file: what there is when it is downloaded.
pub(crate) fn export_file(app: &App, export: &Object) -> String {
    let environment = export.environment;
    let resource = match contents(export).as_str() {
        "transactions" | "statement" | "journal" => "transactions",
        "customers" => "customers",
        "logs" => "logs",
        "webhook_deliveries" => return deliveries(app, environment),
        _ => return everything(app, environment),
    };
    let Some(resource) = RESOURCES.iter().find(|r| r.name == resource) else {
        return String::new();
    };
    let shown = |name: &&str| resource.field(name).is_some_and(|f| f.is_shown_by(Generation::E));
    let names = resource.fields.iter().map(|field| field.name);
    let columns: Vec<&str> = names.filter(|name| shown(name) || *name == resource.id).collect();
    csv(&columns, &rows(app, environment, resource))
}

fn rows(app: &App, environment: Environment, resource: &Resource) -> Vec<Map<String, Value>> {
    let objects = app.objects();
    let own = objects.newest_first(resource.name).filter(|o| o.environment == environment);
    let values = own.map(|object| object_value(app, Generation::E, resource, object));
    values.filter_map(|row| row.as_object().cloned()).collect()
}

fn deliveries(app: &App, environment: Environment) -> String {
    let webhooks = app.webhooks();
    let attempts = webhooks.log.attempts(environment);
    let rows = attempts
        .filter_map(|(delivery, attempt)| attempt_row(app, delivery, attempt).as_object().cloned());
    csv(DELIVERY, &rows.collect::<Vec<_>>())
}

fn everything(app: &App, environment: Environment) -> String {
    let mut all = Vec::new();
    let objects = app.objects();
    for resource in RESOURCES {
        let own = objects.newest_first(resource.name).filter(|o| o.environment == environment);
        for object in own {
            let mut row = Map::new();
            row.insert("resource".to_owned(), resource.name.into());
            row.insert("id".to_owned(), object.id.as_str().into());
            row.insert("created_at".to_owned(), iso(object.created_at).into());
            let data = object_value(app, Generation::E, resource, object);
            row.insert("data".to_owned(), data.to_string().into());
            all.push(row);
        }
    }
    csv(ANY, &all)
}

/// A line of names and a line for each row, as RFC 4180 has them.
fn csv(columns: &[&str], rows: &[Map<String, Value>]) -> String {
    let mut text = columns.join(",");
    text.push_str("\r\n");
    for row in rows {
        let cells: Vec<String> = columns.iter().map(|name| cell(row.get(*name))).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    text
}

fn cell(value: Option<&Value>) -> String {
    let text = match value {
        None | Some(Value::Null) => return String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    if text.contains(['"', ',', '\r', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        let row = json!({"a": "x, \"y\"\n", "b": 10000.10, "c": null, "d": true});
        let rows = [row.as_object().unwrap().clone()];
        let columns = ["a", "b", "c", "d", "e"];
        assert_eq!(csv(&columns, &rows), "a,b,c,d,e\r\n\"x, \"\"y\"\"\n\",10000.1,,true,\r\n");
    }
}
