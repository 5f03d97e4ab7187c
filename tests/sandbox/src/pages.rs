//! Pages for people: the hosted checkout page and the console.

mod checkout;
mod console;
mod form;

use std::collections::HashMap;
use std::sync::LazyLock;

use axum::Router;
use axum::extract::Query;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use minijinja::{Environment, Value};

use crate::state::app::Shared;

/// The routes.
pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/checkout/{id}", get(checkout::show))
        .route("/checkout/{id}/{action}", get(checkout::back).post(checkout::act))
}

/// The console, and the way to it.
pub(crate) fn console_routes() -> Router<Shared> {
    console::routes().route("/", get(|| async { Redirect::to("/_sandbox") }))
}

static TEMPLATES: LazyLock<Result<Environment<'static>, minijinja::Error>> = LazyLock::new(|| {
    let mut templates = Environment::new();
    for (name, source) in [
        ("base.html", include_str!("../templates/base.html")),
        ("style.css", include_str!("../templates/style.css")),
        ("checkout.html", include_str!("../templates/checkout.html")),
        ("prompt.html", include_str!("../templates/prompt.html")),
        ("message.html", include_str!("../templates/message.html")),
        ("console.css", include_str!("../templates/console.css")),
        ("console.html", include_str!("../templates/console.html")),
        ("console_lists.html", include_str!("../templates/console_lists.html")),
    ] {
        templates.add_template(name, source)?;
    }
    Ok(templates)
});

static TEXTS: LazyLock<HashMap<String, Value>> = LazyLock::new(|| {
    type Texts = HashMap<String, HashMap<String, String>>;
    serde_json::from_str::<Texts>(include_str!("../templates/texts.json"))
        .unwrap_or_default()
        .into_iter()
        .map(|(language, texts)| (language, Value::from_pairs(texts)))
        .collect()
});

/// The language of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    /// French: also for those who ask for neither.
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

    /// `?lang=`, else the best of `Accept-Language`.
    pub(crate) fn of(query: &HashMap<String, String>, headers: &HeaderMap) -> Self {
        let asked = query.get("lang").and_then(|l| Self::of_code(l));
        let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok());
        asked.or_else(|| accepted.and_then(best_of)).unwrap_or(Self::French)
    }

    /// `fr` or `en`.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::French => "fr",
            Self::English => "en",
        }
    }

    fn texts(self) -> Value {
        TEXTS.get(self.code()).cloned().unwrap_or_default()
    }
}

/// The supported language with the highest weight; the first of equals.
fn best_of(header: &str) -> Option<Language> {
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

/// A page from a template. Everything that goes into it is escaped.
fn page(status: StatusCode, template: &str, context: Value) -> Response {
    let rendered = match &*TEMPLATES {
        Ok(templates) => templates.get_template(template).and_then(|t| t.render(context)),
        Err(error) => {
            return (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response();
        }
    };
    match rendered {
        Ok(html) => {
            let mut response = (status, html).into_response();
            // Nothing from elsewhere, no script but the console's own, in nobody's frame.
            let policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; \
                          connect-src 'self'; frame-ancestors 'none'; base-uri 'none'";
            for (name, value) in [
                ("content-type", "text/html; charset=utf-8"),
                ("content-security-policy", policy),
                // Not `no-referrer`: with it a browser sends its own forms with `Origin: null`,
                // which the control API refuses.
                ("referrer-policy", "same-origin"),
                ("cache-control", "no-store"),
                ("x-content-type-options", "nosniff"),
            ] {
                response.headers_mut().insert(name, HeaderValue::from_static(value));
            }
            response
        }
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

/// A query string as a map.
type QueryMap = Query<HashMap<String, String>>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heaviest_language_wins() {
        for (header, best) in [
            ("fr-FR,fr;q=0.9,en;q=0.8", Some(Language::French)),
            ("en-US,en;q=0.9", Some(Language::English)),
            ("fr;q=0.5, en;q=0.7", Some(Language::English)),
            ("de, es;q=0.5", None),
            ("en;q=0", None),
            ("", None),
        ] {
            assert_eq!(best_of(header), best, "{header}");
        }
    }

    #[test]
    fn both_languages_have_the_same_texts() {
        let texts: HashMap<String, HashMap<String, String>> =
            serde_json::from_str(include_str!("../templates/texts.json")).unwrap();
        let names = |language: &str| {
            let mut names: Vec<_> = texts[language].keys().collect();
            names.sort();
            names
        };
        assert_eq!(names("fr"), names("en"));
        assert!(TEMPLATES.is_ok());
    }
}
