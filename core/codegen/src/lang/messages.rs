//! A function for each sentence of `core/spec/messages`, in every language.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use minijinja::{Environment, Value, context};
use serde::Deserialize;

use super::rustfmt::rustfmt;
use crate::outputs::Outputs;
use crate::template;

const FOLDER: &str = "core/spec/messages";
/// The messages of the bindings, which other crates use.
const PUBLIC: &str = "bindings";

/// A sentence. `{name}` is an argument, `{name:?}` one in quotes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    en: String,
    fr: String,
}

/// Renders the functions, one file per file of messages.
pub(crate) fn render(
    templates: &Environment<'_>,
    root: &Path,
    outputs: &mut Outputs,
) -> Result<(), String> {
    let mut paths: Vec<_> = std::fs::read_dir(root.join(FOLDER))
        .and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect())
        .map_err(|e| format!("{FOLDER}: {e}"))?;
    paths.sort();
    let mut write = |path: String, template: &str, context: Value| {
        let text = template::render(templates, template, context)?;
        outputs.add(path.clone(), rustfmt(&text).map_err(|e| format!("{path}: {e}"))?)
    };
    let mut areas = Vec::new();
    for path in paths {
        let area = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let wrong = |e: &dyn std::fmt::Display| format!("{FOLDER}/{area}.json: {e}");
        let text = std::fs::read_to_string(&path).map_err(|e| wrong(&e))?;
        let texts: BTreeMap<String, Text> = serde_json::from_str(&text).map_err(|e| wrong(&e))?;
        let mut messages = Vec::new();
        for (name, text) in &texts {
            messages.push(message(name, text).map_err(|e| wrong(&format_args!("{name}: {e}")))?);
        }
        let visibility = if area == PUBLIC { "pub" } else { "pub(crate)" };
        let is_public = area == PUBLIC;
        let context = context! { messages, visibility, is_public };
        write(format!("core/src/messages/{area}.rs"), "rust/messages_of.rs.j2", context)?;
        areas.push(context! { name => area, visibility });
    }
    write("core/src/messages.rs".into(), "rust/messages.rs.j2", context! { areas })
}

fn message(name: &str, text: &Text) -> Result<Value, String> {
    let english = arguments(&text.en)?;
    let french: BTreeSet<_> = arguments(&text.fr)?.into_iter().collect();
    if english.iter().cloned().collect::<BTreeSet<_>>() != french {
        return Err("the languages have different arguments".into());
    }
    if french.iter().any(|(name, is_quoted)| french.contains(&(name.clone(), !is_quoted))) {
        return Err("an argument is in quotes in one place and not in another".into());
    }
    for (language, sentence) in [("en", &text.en), ("fr", &text.fr)] {
        if sentence.trim() != sentence || sentence.is_empty() || sentence.ends_with('.') {
            return Err(format!(
                "{language}: a space at an end, a full stop at the end, or no text"
            ));
        }
    }
    let mut seen = BTreeSet::new();
    let arguments: Vec<Value> = english
        .into_iter()
        .filter(|(argument, _)| seen.insert(argument.clone()))
        .map(|(name, is_quoted)| context! { name, is_quoted })
        .collect();
    let plain = |sentence: &str| sentence.replace(":?}", "}");
    let (en, fr) = (quote(&plain(&text.en)), quote(&plain(&text.fr)));
    Ok(context! { name, arguments, about => text.en.as_str(), en, fr })
}

/// The arguments of a sentence, and whether each is in quotes.
fn arguments(sentence: &str) -> Result<Vec<(String, bool)>, String> {
    let mut found = Vec::new();
    let mut rest = sentence;
    while let Some((_, after)) = rest.split_once('{') {
        let (inside, after) = after.split_once('}').ok_or("a brace is not closed")?;
        let (name, is_quoted) = match inside.strip_suffix(":?") {
            Some(name) => (name, true),
            None => (inside, false),
        };
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_lowercase() || c == '_') {
            return Err(format!("{{{inside}}} is no argument"));
        }
        found.push((name.to_owned(), is_quoted));
        rest = after;
    }
    Ok(found)
}

/// A string literal of Rust.
fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn text(en: &str, fr: &str) -> Result<Value, String> {
        message("x", &Text { en: en.into(), fr: fr.into() })
    }

    #[test]
    fn both_languages_have_the_same_arguments() {
        assert!(text("{a} is not {b:?}", "{b:?} n'est pas {a}").is_ok());
        assert!(text("{a} is empty", "est vide").unwrap_err().contains("different arguments"));
        assert!(text("{a:?}", "{a}").unwrap_err().contains("different arguments"));
        let both = text("{a} is not {a:?}", "{a} n'est pas {a:?}");
        assert!(both.unwrap_err().contains("in one place"));
        assert!(text("{a", "{a}").unwrap_err().contains("not closed"));
        assert!(text("{A}", "{A}").unwrap_err().contains("no argument"));
        assert!(text("ends.", "finit").unwrap_err().contains("full stop"));
        assert!(text("text", "").unwrap_err().contains("no text"));
    }

    /// Sentences that are the same in both languages: words that French has too.
    const SAME: &[&str] = &["null"];

    fn root() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
    }

    /// The sentences of each area.
    fn areas() -> Vec<(String, BTreeMap<String, Text>)> {
        let entries = std::fs::read_dir(root().join(FOLDER)).unwrap();
        let read = entries.map(|entry| {
            let path = entry.unwrap().path();
            let area = path.file_stem().unwrap().to_string_lossy().into_owned();
            let file = std::fs::read_to_string(&path).unwrap();
            (area, serde_json::from_str(&file).unwrap())
        });
        read.collect()
    }

    /// Where sentences are used.
    const SOURCES: &[&str] = &[
        "core/src",
        "bindings-python/src",
        "bindings-python/python/lomi",
        "bindings-node/src",
        "bindings-node/runtime",
        "bindings-php/src",
        "bindings-php/frameworks/src",
        "bindings-uniffi/src",
        "bindings-uniffi/kotlin/src/main",
        "bindings-uniffi/ruby/lib",
    ];

    /// The names under which an area is imported.
    const MODULES: &[&str] = &["messages", "words", "shared", "kinds", "transport"];

    /// The text of every source file of a folder, without the generated functions.
    fn sources(folder: &Path, texts: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let extension = path.extension().and_then(|name| name.to_str()).unwrap_or_default();
            if path.is_dir() && !path.ends_with("core/src/messages") {
                sources(&path, texts);
            } else if ["rs", "py", "js", "php", "kt", "rb"].contains(&extension) {
                texts.push(std::fs::read_to_string(&path).unwrap());
            }
        }
    }

    #[test]
    fn every_sentence_is_used() {
        let mut texts = Vec::new();
        for folder in SOURCES {
            sources(&root().join(folder), &mut texts);
        }
        // The function by its path, or the name in quotes for `by_name`.
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let is_called = |text: &str, path: &str| {
            text.match_indices(path).any(|(at, _)| !text[at + path.len()..].starts_with(is_word))
        };
        for (area, sentences) in areas() {
            for name in sentences.keys() {
                let of = |module| format!("{module}::{name}");
                let mut names: Vec<_> = MODULES.iter().map(of).collect();
                if area == PUBLIC {
                    names.extend([format!("\"{name}\""), format!("'{name}'")]);
                }
                let is_used = names.iter().any(|name| texts.iter().any(|t| is_called(t, name)));
                assert!(is_used, "{area}.json: {name} is used nowhere");
            }
        }
    }

    #[test]
    fn every_sentence_is_translated_and_has_the_typography_of_french() {
        for (area, texts) in areas() {
            for (name, Text { en, fr }) in texts {
                let is_same = en == fr && !SAME.contains(&en.as_str());
                assert!(!is_same, "{area}.json: {name} is the same in French");
                let plain = fr.replace(":?}", "}");
                for mark in [": ", "; ", "?"] {
                    let mut before = plain.match_indices(mark).map(|(at, _)| &plain[..at]);
                    let is_spaced = before.all(|text| text.is_empty() || text.ends_with(' '));
                    assert!(is_spaced, "{area}.json: {name}: no space before {mark:?} in French");
                }
            }
        }
    }
}
