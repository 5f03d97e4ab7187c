//! Pages rendered from templates.

use std::sync::LazyLock;

use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use minijinja::{Environment, Value};

static TEMPLATES: LazyLock<Result<Environment<'static>, minijinja::Error>> = LazyLock::new(|| {
    let mut templates = Environment::new();
    for (name, source) in [
        ("base.html", include_str!("../../templates/base.html")),
        ("style.css", include_str!("../../templates/style.css")),
        ("checkout.html", include_str!("../../templates/checkout.html")),
        ("prompt.html", include_str!("../../templates/prompt.html")),
        ("message.html", include_str!("../../templates/message.html")),
        ("console.css", include_str!("../../templates/console.css")),
        ("console.html", include_str!("../../templates/console.html")),
        ("console_lists.html", include_str!("../../templates/console_lists.html")),
    ] {
        templates.add_template(name, source)?;
    }
    Ok(templates)
});

/// A page from a template. Values are escaped.
pub(super) fn page(status: StatusCode, template: &str, context: Value) -> Response {
    let rendered = match &*TEMPLATES {
        Ok(templates) => templates.get_template(template).and_then(|t| t.render(context)),
        Err(error) => {
            return (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response();
        }
    };
    match rendered {
        Ok(html) => {
            let mut response = (status, html).into_response();
            // No external resources, no scripts but the console's, no frames.
            let policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; \
                          connect-src 'self'; frame-ancestors 'none'; base-uri 'none'";
            for (name, value) in [
                ("content-type", "text/html; charset=utf-8"),
                ("content-security-policy", policy),
                // With `no-referrer` a browser would send the forms of the page with `Origin: null`,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_templates_are_valid() {
        assert!(TEMPLATES.is_ok());
    }
}
