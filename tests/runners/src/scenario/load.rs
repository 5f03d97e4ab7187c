//! Scenarios from their files.
//!
//! A file has an array of scenarios under `scenarios`, and under `let` values that several of them
//! use by name (`"@session"`). A scenario with `cases` is a table: it stands for one scenario per
//! case, in which `{word}` is the case's value `word`.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};

use super::Scenario;

/// Reads every file of the directory.
pub(crate) fn load(directory: &Path) -> Result<Vec<Scenario>> {
    let mut files: Vec<_> = std::fs::read_dir(directory)
        .with_context(|| format!("{} cannot be read", directory.display()))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    files.sort();
    let mut scenarios = Vec::new();
    let mut names = BTreeSet::new();
    for file in files {
        let text = std::fs::read_to_string(&file)?;
        let at = || format!("in {}", file.display());
        let mut whole: Value = serde_json::from_str(&text).with_context(at)?;
        let shared = match whole.get_mut("let").map(Value::take) {
            Some(Value::Object(shared)) => shared,
            _ => Map::new(),
        };
        let Some(Value::Array(entries)) = whole.get_mut("scenarios").map(Value::take) else {
            bail!("{}: the list `scenarios` is missing", file.display());
        };
        for entry in entries {
            for value in cases(substituted(entry, &shared).with_context(at)?).with_context(at)? {
                let name = value.get("name").and_then(Value::as_str).unwrap_or("?").to_owned();
                let mut scenario: Scenario = serde_json::from_value(value)
                    .with_context(|| format!("scenario {name} in {}", file.display()))?;
                scenario.serve = scenario
                    .serve
                    .into_iter()
                    .flat_map(|exchange| std::iter::repeat_n(exchange.clone(), exchange.times))
                    .collect();
                if !names.insert(name.clone()) {
                    bail!("two scenarios have the name {name}");
                }
                scenarios.push(scenario);
            }
        }
    }
    Ok(scenarios)
}

/// Replaces names by their shared values.
fn substituted(value: Value, shared: &Map<String, Value>) -> Result<Value> {
    Ok(match value {
        Value::String(text) => match text.strip_prefix('@') {
            Some(name) if name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') => {
                match shared.get(name) {
                    Some(value) => substituted(value.clone(), shared)?,
                    None => bail!("there is no shared value {text}"),
                }
            }
            _ => Value::String(text),
        },
        Value::Array(items) => {
            items.into_iter().map(|item| substituted(item, shared)).collect::<Result<_>>()?
        }
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| Ok((name, substituted(value, shared)?)))
            .collect::<Result<Map<_, _>>>()?
            .into(),
        other => other,
    })
}

/// One scenario per case of a table.
fn cases(mut scenario: Value) -> Result<Vec<Value>> {
    let cases = scenario.as_object_mut().and_then(|fields| fields.shift_remove("cases"));
    let Some(Value::Array(cases)) = cases else { return Ok(vec![scenario]) };
    cases
        .into_iter()
        .map(|case| {
            let Value::Object(values) = case else { bail!("a case must be an object") };
            let mut one = with_values(scenario.clone(), &values);
            let case = values.get("case").and_then(Value::as_str).context("a case has no name")?;
            if let Some(Value::String(name)) = one.get_mut("name") {
                *name = format!("{name}-{case}");
            }
            Ok(one)
        })
        .collect()
}

fn with_values(value: Value, values: &Map<String, Value>) -> Value {
    match value {
        Value::String(text) => {
            let whole = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
            if let Some(value) = whole.and_then(|name| values.get(name)) {
                return value.clone();
            }
            let mut text = text;
            for (name, value) in values {
                if let Some(value) = value.as_str() {
                    text = text.replace(&format!("{{{name}}}"), value);
                } else if !value.is_object() && !value.is_array() {
                    text = text.replace(&format!("{{{name}}}"), &value.to_string());
                }
            }
            Value::String(text)
        }
        Value::Array(items) => items.into_iter().map(|item| with_values(item, values)).collect(),
        Value::Object(fields) => {
            let fields = fields.into_iter().map(|(name, value)| (name, with_values(value, values)));
            // A case leaves a member out with the value null.
            Value::Object(fields.collect())
        }
        other => other,
    }
}
