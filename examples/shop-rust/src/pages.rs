//! The pages, from `templates`, and an error as a page. They need no JavaScript.

use std::sync::LazyLock;

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use minijinja::{Environment, Value, context, path_loader};

pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

static PAGES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut pages = Environment::new();
    pages.set_loader(path_loader(concat!(env!("CARGO_MANIFEST_DIR"), "/templates")));
    pages.add_filter("money", money);
    pages
});

/// 15000 is "15 000 F CFA"; the line does not break at its spaces. The one price has five digits.
fn money(amount: i64) -> String {
    format!("{}\u{a0}{:03}\u{a0}F\u{a0}CFA", amount / 1000, amount % 1000)
}

pub(crate) fn page(name: &str, values: Value) -> Result<Html<String>, Failed> {
    Ok(Html(PAGES.get_template(name)?.render(values)?))
}

pub(crate) async fn not_found() -> Failed {
    rusqlite::Error::QueryReturnedNoRows.into()
}

/// An error as a response: 404 without an order, 503 where lomi. does not answer, else 500. With the
/// id of an order, the page has a link to it.
pub(crate) struct Failed(pub(crate) Failure, pub(crate) Option<String>);

impl<E: Into<Failure>> From<E> for Failed {
    fn from(error: E) -> Self {
        Self(error.into(), None)
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        let Self(error, order) = self;
        let (status, title, text) = if error.is::<lomi::Error>() {
            let text =
                "The payment service does not answer. Nothing is lost: try again in a minute.";
            (StatusCode::SERVICE_UNAVAILABLE, "Please try again", text)
        } else if matches!(error.downcast_ref(), Some(rusqlite::Error::QueryReturnedNoRows)) {
            (StatusCode::NOT_FOUND, "Not found", "There is no such page or order.")
        } else {
            (StatusCode::INTERNAL_SERVER_ERROR, "Please try again", "The shop has a problem.")
        };
        eprintln!("{title}: {error}");
        // A page that cannot be rendered, such as this one, is an error as well: without a page.
        let page = page("page.html", context! { title, text, order }).map_err(|_| status);
        (status, page).into_response()
    }
}
