//! One room per language: which files it gets, from which template, with which words.

mod node;
mod php;
mod python;
mod rust;

use std::path::Path;

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior, Value, path_loader};

use crate::ir::Api;
use crate::outputs::Outputs;
use rust::studly;

pub(crate) fn render(root: &Path, api: &Api) -> Result<Outputs, String> {
    let mut templates = Environment::new();
    templates.set_loader(path_loader(root.join("core/codegen/templates")));
    templates.set_undefined_behavior(UndefinedBehavior::Strict);
    let mut syntax = SyntaxConfig::builder();
    syntax.trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true);
    templates.set_syntax(syntax.build().map_err(|e| format!("{e:#}"))?);
    templates.add_filter("wrap", wrap);
    templates.add_filter("snake", snake);
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

/// One template filled in.
fn fill(templates: &Environment<'_>, name: &str, words: Value) -> Result<String, String> {
    templates
        .get_template(name)
        .and_then(|template| template.render(words))
        .map_err(|e| format!("{e:#}"))
}

/// Breaks a sentence into lines of at most `width` characters, each after the first
/// starting with `prefix` (which holds the indentation and the comment sign).
fn wrap(text: &str, width: usize, prefix: &str) -> String {
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

/// `CheckoutSession` to `checkout_session`.
fn snake(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}
