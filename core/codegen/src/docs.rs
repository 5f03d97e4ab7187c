//! `docs/options.md`: the options and error members of each language, from
//! `core/spec/options.json`.

pub(crate) mod inbox;
pub(crate) mod reference;

use std::collections::BTreeMap;
use std::path::Path;

use minijinja::{Environment, Value, context};
use serde::Deserialize;

use crate::outputs::Outputs;
use crate::template;

const LIST: &str = "core/spec/options.json";
const PAGE: &str = "docs/options.md";

/// The languages of a table, each with its title.
const LANGUAGES: &[(&str, &str)] = &[
    ("python", "Python"),
    ("node", "Node"),
    ("php", "PHP"),
    ("rust", "Rust"),
    ("ruby", "Ruby"),
    ("kotlin", "Kotlin, Java"),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    #[serde(rename = "about")]
    _about: String,
    client: Vec<Row>,
    call: Vec<Row>,
    wait: Vec<Row>,
    download: Vec<Row>,
    webhook: Vec<Row>,
    error: Vec<Row>,
    configuration: Vec<Row>,
    /// Settings of `Configuration` that are accepted and change nothing, by language.
    without_effect: BTreeMap<String, Vec<String>>,
    /// What has the options of a section, by section and language.
    classes: BTreeMap<String, BTreeMap<String, String>>,
}

/// One option or error member.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    #[serde(rename = "type")]
    kind: String,
    unit: Option<String>,
    default: Option<String>,
    meaning: String,
    python: Option<String>,
    node: Option<String>,
    php: Option<String>,
    rust: Option<String>,
    ruby: Option<String>,
    kotlin: Option<String>,
    /// Why a language has no such option.
    #[serde(default)]
    why_not: BTreeMap<String, String>,
}

impl Row {
    fn name_in(&self, language: &str) -> Option<&str> {
        match language {
            "python" => self.python.as_deref(),
            "node" => self.node.as_deref(),
            "php" => self.php.as_deref(),
            "ruby" => self.ruby.as_deref(),
            "kotlin" => self.kotlin.as_deref(),
            _ => self.rust.as_deref(),
        }
    }

    /// The name in a language, or a dash and the reason.
    fn cell(&self, language: &str) -> Result<String, String> {
        match (self.name_in(language), self.why_not.get(language)) {
            (Some(name), None) => Ok(format!("`{name}`")),
            (None, Some(reason)) => Ok(format!("- ({reason})")),
            (None, None) => Ok("-".to_owned()),
            (Some(_), Some(_)) => {
                Err(format!("{LIST}: {} has a name and a reason for {language}", self.name))
            }
        }
    }
}

/// Renders the page.
pub(crate) fn render(
    templates: &Environment<'_>,
    root: &Path,
    outputs: &mut Outputs,
) -> Result<(), String> {
    let text = std::fs::read_to_string(root.join(LIST)).map_err(|e| format!("{LIST}: {e}"))?;
    let list: List = serde_json::from_str(&text).map_err(|e| format!("{LIST}: {e}"))?;
    let sections = [
        ("client", "Options of a client", "They hold for every call of the client.", &list.client),
        (
            "call",
            "Options of a call",
            "They hold for one call and override the client's.",
            &list.call,
        ),
        (
            "wait",
            "Options of a wait",
            "The methods `wait` read an object again and again until it changes no more. They have \
             the options of a call too.",
            &list.wait,
        ),
        (
            "download",
            "Options of a download",
            "A download fetches a file that the API links to. It sends neither the key nor the \
             client's headers.",
            &list.download,
        ),
        (
            "webhook",
            "Arguments of a webhook check",
            "The helpers for frameworks take the same secret and maximum age.",
            &list.webhook,
        ),
        ("error", "Members of an error", "Every error of this SDK has them.", &list.error),
        (
            "configuration",
            "Settings of `Configuration`",
            "They are for the documented classes, whose names are those of the generated clients.",
            &list.configuration,
        ),
    ];
    let sections = sections
        .into_iter()
        .map(|(key, title, about, rows)| section(&list, key, title, about, rows))
        .collect::<Result<Vec<_>, _>>()?;
    let context = context! { sections, without_effect => without_effect(&list) };
    outputs.add(PAGE.into(), template::render(templates, "docs/options.md.j2", context)?)
}

fn section(
    list: &List,
    key: &str,
    title: &str,
    about: &str,
    rows: &[Row],
) -> Result<Value, String> {
    let classes = list.classes.get(key).ok_or_else(|| format!("{LIST}: no classes for {key}"))?;
    let languages: Vec<(&str, Value)> = LANGUAGES
        .iter()
        .filter_map(|(language, title)| {
            let classes = classes.get(*language)?;
            Some((*language, context! { title => *title, classes => classes.as_str() }))
        })
        .collect();
    let has_defaults = rows.iter().any(|row| row.default.is_some());
    let rows = rows
        .iter()
        .map(|row| {
            let mut cells: Vec<String> = languages
                .iter()
                .map(|(language, _)| row.cell(language))
                .collect::<Result<_, _>>()?;
            let unit = row.unit.as_ref().map(|unit| format!(", {unit}")).unwrap_or_default();
            cells.push(format!("{}{unit}", row.kind));
            if has_defaults {
                cells.push(row.default.clone().unwrap_or_default());
            }
            cells.push(row.meaning.clone());
            match cells.iter().find(|cell| cell.contains('|')) {
                Some(cell) => Err(format!("{LIST}: a cell of a table must not contain |: {cell}")),
                None => Ok(cells),
            }
        })
        .collect::<Result<Vec<_>, String>>()?;
    let languages: Vec<Value> = languages.into_iter().map(|(_, language)| language).collect();
    Ok(context! { title, about, languages, has_defaults, rows })
}

/// The settings of `Configuration` that change nothing, by language.
fn without_effect(list: &List) -> Vec<Value> {
    LANGUAGES
        .iter()
        .filter_map(|(language, title)| {
            let names = list.without_effect.get(*language)?;
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            Some(context! { title => *title, names => names.join(", ") })
        })
        .collect()
}
