//! The pages, from `templates`. They need no JavaScript.

use std::sync::LazyLock;

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use minijinja::value::Serde;
use minijinja::{Environment, Error, Value, context};

use crate::orders::Order;

pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

static PAGES: LazyLock<Result<Environment<'static>, Error>> = LazyLock::new(|| {
    let mut pages = Environment::new();
    pages.add_filter("money", money);
    pages.add_template("page.html", include_str!("../templates/page.html"))?;
    pages.add_template("product.html", include_str!("../templates/product.html"))?;
    pages.add_template("order.html", include_str!("../templates/order.html"))?;
    pages.add_template("orders.html", include_str!("../templates/orders.html"))?;
    Ok(pages)
});

pub(crate) fn page(name: &str, values: Value) -> Result<Html<String>, Failed> {
    Ok(Html(PAGES.as_ref()?.get_template(name)?.render(values)?))
}

/// 15000 is "15 000 F CFA"; the line does not break at its spaces.
fn money(amount: i64) -> String {
    let digits = amount.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push('\u{a0}');
        }
        text.push(digit);
    }
    text + "\u{a0}F\u{a0}CFA"
}

pub(crate) async fn not_found() -> Response {
    let text = "There is no such page or order.";
    let found = page("page.html", context! { title => "Not found", text });
    (StatusCode::NOT_FOUND, found).into_response()
}

/// An error as a response: 503 where lomi. did not answer, else 500.
pub(crate) struct Failed {
    error: Failure,
    order: Option<Order>,
}

impl<E: Into<Failure>> From<E> for Failed {
    fn from(error: E) -> Self {
        Self { error: error.into(), order: None }
    }
}

impl Failed {
    pub(crate) fn of(order: Order) -> impl FnOnce(Failure) -> Self {
        |error| Self { error, order: Some(order) }
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        eprintln!("{}", self.error);
        if !self.error.is::<lomi::Error>() {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
        let text = "The payment service does not answer. Nothing is lost: try again in a minute.";
        let values = context! { title => "Please try again", text, order => Serde(self.order) };
        (StatusCode::SERVICE_UNAVAILABLE, page("page.html", values)).into_response()
    }
}
