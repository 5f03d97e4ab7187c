//! The template engine, and text that every language needs.

use std::path::Path;

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior, Value, path_loader};

use crate::case::snake;

/// The environment that loads templates from `core/codegen/templates`.
pub(crate) fn environment(root: &Path) -> Result<Environment<'static>, String> {
    let mut templates = Environment::new();
    templates.set_loader(path_loader(root.join("core/codegen/templates")));
    templates.set_undefined_behavior(UndefinedBehavior::Strict);
    let mut syntax = SyntaxConfig::builder();
    syntax.trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true);
    templates.set_syntax(syntax.build().map_err(|e| format!("{e:#}"))?);
    templates.add_filter("wrap", wrap);
    templates.add_filter("snake", snake);
    Ok(templates)
}

/// Renders one template.
pub(crate) fn render(
    templates: &Environment<'_>,
    name: &str,
    context: Value,
) -> Result<String, String> {
    templates
        .get_template(name)
        .and_then(|template| template.render(context))
        .map_err(|e| format!("{e:#}"))
}

/// An attribute of a value as a string; empty when it is missing.
pub(crate) fn attribute(value: &Value, name: &str) -> String {
    value.get_attr(name).map(|value| value.to_string()).unwrap_or_default()
}

/// Breaks a string into lines of at most `width` characters. Each line after the first starts with
/// `prefix`, which contains the indentation and the comment sign.
pub(crate) fn wrap(text: &str, width: usize, prefix: &str) -> String {
    let mut lines: Vec<String> = vec![String::new()];
    for word in text.split_whitespace() {
        let Some(line) = lines.last_mut() else { continue };
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
            lines.push(word.to_owned());
        } else {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.join(&format!("\n{prefix}"))
}
