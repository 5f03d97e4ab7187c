//! Languages of the pages and their texts.

use std::collections::HashMap;
use std::sync::LazyLock;

use axum::http::{HeaderMap, header};
use minijinja::Value;

static TEXTS: LazyLock<HashMap<String, Value>> = LazyLock::new(|| {
    type Texts = HashMap<String, HashMap<String, String>>;
    serde_json::from_str::<Texts>(include_str!("../../templates/texts.json"))
        .unwrap_or_default()
        .into_iter()
        .map(|(language, texts)| (language, Value::from_pairs(texts)))
        .collect()
});

/// The language of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    /// French, also the default.
    French,
    /// English.
    English,
}

impl Language {
    fn of_code(code: &str) -> Option<Self> {
        match code.get(..2)?.to_ascii_lowercase().as_str() {
            "fr" => Some(Self::French),
            "en" => Some(Self::English),
            _ => None,
        }
    }

    /// The language of `?lang=`, else the preferred one of `Accept-Language`.
    pub(super) fn of(query: &HashMap<String, String>, headers: &HeaderMap) -> Self {
        let chosen = query.get("lang").and_then(|l| Self::of_code(l));
        let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok());
        chosen.or_else(|| accepted.and_then(preferred)).unwrap_or(Self::French)
    }

    /// `fr` or `en`.
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::French => "fr",
            Self::English => "en",
        }
    }

    /// Whether amounts have the French form.
    pub(super) const fn is_french(self) -> bool {
        matches!(self, Self::French)
    }

    /// The texts of the page.
    pub(super) fn texts(self) -> Value {
        TEXTS.get(self.code()).cloned().unwrap_or_default()
    }
}

/// The supported language with the highest weight; among equals, the first.
fn preferred(header: &str) -> Option<Language> {
    let mut best: Option<(Language, f32)> = None;
    for part in header.split(',') {
        let (code, parameters) = part.trim().split_once(';').unwrap_or((part.trim(), ""));
        let weight = parameters.trim().strip_prefix("q=").map_or(1.0, |q| q.parse().unwrap_or(0.0));
        if let Some(language) = Language::of_code(code)
            && weight > best.map_or(0.0, |(_, w)| w)
        {
            best = Some((language, weight));
        }
    }
    best.map(|(language, _)| language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_with_the_highest_weight_is_used() {
        for (header, best) in [
            ("fr-FR,fr;q=0.9,en;q=0.8", Some(Language::French)),
            ("en-US,en;q=0.9", Some(Language::English)),
            ("fr;q=0.5, en;q=0.7", Some(Language::English)),
            ("de, es;q=0.5", None),
            ("en;q=0", None),
            ("", None),
        ] {
            assert_eq!(preferred(header), best, "{header}");
        }
    }

    #[test]
    fn both_languages_have_the_same_texts() {
        let texts: HashMap<String, HashMap<String, String>> =
            serde_json::from_str(include_str!("../../templates/texts.json")).unwrap();
        let names = |language: &str| {
            let mut names: Vec<_> = texts[language].keys().collect();
            names.sort();
            names
        };
        assert_eq!(names("fr"), names("en"));
    }
}
