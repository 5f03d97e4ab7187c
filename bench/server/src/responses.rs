//! The canned responses. One session has the 35 documented fields; a list has as many rows as its
//! query's `limit` says, and 10,000 in all, or as many as a first part of the path `/rows-N` says.
//!
//! Rows differ as sessions of one merchant do: in their ids, times, buyers, orders and, one among a
//! few, in title, amount and status. Under `/checkout/sessions`, the route of another API, the
//! same fields come in the envelope of that API, with the members `id` and `object` that its
//! clients look for.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hyper::{Method, StatusCode, Uri};
use serde_json::{Map, Value, json};

/// How long a path with `/slow` takes.
pub(crate) const SLOW: Duration = Duration::from_millis(20);
const ROWS: usize = 10_000;
const FIRST: [&str; 8] =
    ["Awa", "Ibrahima", "Fatou", "Mamadou", "Aminata", "Kouassi", "Adjoua", "Moussa"];
const LAST: [&str; 7] = ["Diop", "Ndiaye", "Traoré", "Koné", "Kouamé", "Sarr", "Ouattara"];
const SOLD: [(&str, u32); 3] =
    [("Coffee Beans - 1kg", 15000), ("Attiéké, 5 kg", 4500), ("Pagne wax, 6 yards", 22000)];
const STATUS: [&str; 4] = ["completed", "open", "completed", "expired"];

/// Which page: rows, the first of them, and all there are; in the other API's envelope or not.
type Page = (usize, usize, usize, bool);

thread_local! {
    /// Pages are made once: the server has one thread.
    static PAGES: RefCell<HashMap<Page, Bytes>> = RefCell::default();
}

#[derive(Clone)]
pub(crate) struct Responses {
    session: Arc<Map<String, Value>>,
    ours: Bytes,
    theirs: Bytes,
}

impl Responses {
    pub(crate) fn make() -> Self {
        let session: Map<String, Value> =
            serde_json::from_str(include_str!("session.json")).unwrap_or_default();
        let mut theirs = session.clone();
        theirs.insert("id".into(), json!("cs_00000007"));
        theirs.insert("object".into(), json!("checkout.session"));
        let text = |session: &Map<_, _>| Value::Object(session.clone()).to_string().into();
        Self { ours: text(&session), theirs: text(&theirs), session: Arc::new(session) }
    }

    /// The response to this request.
    pub(crate) fn find(&self, method: &Method, uri: &Uri) -> (StatusCode, Bytes) {
        let other = uri.path().contains("/checkout/sessions");
        let one = || if other { self.theirs.clone() } else { self.ours.clone() };
        if method == Method::POST {
            return (StatusCode::CREATED, one());
        }
        let Some(limit) = number(uri, "limit") else { return (StatusCode::OK, one()) };
        let total = rows(uri).unwrap_or(ROWS);
        let after = number(uri, "starting_after").map(|row| row + 1);
        let offset = after.or_else(|| number(uri, "offset")).unwrap_or(0);
        (StatusCode::OK, self.page((limit, offset, total, other)))
    }

    fn page(&self, page: Page) -> Bytes {
        if let Some(bytes) = PAGES.with_borrow(|pages| pages.get(&page).cloned()) {
            return bytes;
        }
        let (limit, offset, total, other) = page;
        let end = total.min(offset + limit);
        let rows: Vec<Value> = (offset..end).map(|number| self.row(number, other)).collect();
        let body = match other {
            false => {
                let pagination = json!({"limit": limit, "offset": offset, "total": total});
                json!({"data": rows, "pagination": pagination})
            }
            true => {
                let more = end < total;
                json!({"object": "list", "data": rows, "has_more": more, "url": "/v1/checkout/sessions"})
            }
        };
        let bytes = Bytes::from(body.to_string());
        if total <= ROWS {
            PAGES.with_borrow_mut(|pages| pages.insert(page, bytes.clone()));
        }
        bytes
    }

    fn row(&self, number: usize, other: bool) -> Value {
        let mut row = (*self.session).clone();
        let (first, last) = (pick(&FIRST, number), pick(&LAST, number));
        let (title, amount) = pick(&SOLD, number);
        let status = pick(&STATUS, number);
        let time = |year: u32, second: u32| {
            let (day, hour, minute) = (1 + number % 28, number % 24, number % 60);
            let thousandth = number % 1000;
            json!(format!("{year}-11-{day:02}T{hour:02}:{minute:02}:{second}.{thousandth:03}Z"))
        };
        let id = |a: usize, b: usize| json!(format!("{:08x}-0000-4000-8000-{:012x}", a, b));
        let changed = [
            ("checkout_session_id", id(number, number * 7919)),
            ("customer_id", id(number * 13, number * 104_729)),
            ("amount", json!(amount)),
            ("title", json!(title)),
            ("status", json!(status)),
            ("customer_name", json!(format!("{first} {last}"))),
            ("customer_email", json!(format!("{first}.{last}{number}@example.com").to_lowercase())),
            ("customer_phone", json!(format!("+2217{:08}", number * 7919 % 100_000_000))),
            ("created_at", time(2025, 16)),
            ("updated_at", time(2025, 48)),
            ("expires_at", time(2026, 16)),
            ("metadata", json!({"order": (100_000 + number).to_string(), "source": "web"})),
        ];
        for (name, value) in changed {
            row.insert(name.to_owned(), value);
        }
        if number.is_multiple_of(5) {
            row.insert("public_description".into(), Value::Null);
        }
        if other {
            row.insert("id".into(), json!(format!("cs_{number:08}")));
            row.insert("object".into(), json!("checkout.session"));
        }
        Value::Object(row)
    }
}

/// Each in turn.
fn pick<T: Copy + Default>(list: &[T], number: usize) -> T {
    list.get(number % list.len()).copied().unwrap_or_default()
}

/// The number in this parameter of the query, also behind a prefix such as `cs_`.
fn number(uri: &Uri, name: &str) -> Option<usize> {
    let mut pairs = uri.query()?.split('&').filter_map(|pair| pair.split_once('='));
    let value = pairs.find(|(found, _)| *found == name)?.1;
    value.rsplit('_').next()?.parse().ok()
}

/// How many rows a list has: the path starts with `/rows-N`.
fn rows(uri: &Uri) -> Option<usize> {
    uri.path().strip_prefix("/rows-")?.split('/').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(path: &str) -> Value {
        let uri: Uri = path.parse().unwrap_or_default();
        serde_json::from_slice(&Responses::make().find(&Method::GET, &uri).1).unwrap_or_default()
    }

    #[test]
    fn pages_end_where_the_rows_end() {
        let page = get("/v1/checkout_sessions?limit=100&offset=9950");
        assert_eq!(page["data"].as_array().map(Vec::len), Some(50));
        assert_eq!(page["pagination"]["total"], 10_000);
        assert_eq!(page["data"][0].as_object().map(Map::len), Some(35));
        let page = get("/rows-100000/v1/checkout_sessions?limit=100&offset=99900");
        assert_eq!(page["data"].as_array().map(Vec::len), Some(100));
        assert_eq!(page["pagination"]["total"], 100_000);
    }

    #[test]
    fn the_other_api_pages_by_the_last_row() {
        let page = get("/v1/checkout/sessions?limit=2&starting_after=cs_00000099");
        assert_eq!(page["data"][0]["id"], "cs_00000100");
        assert_eq!(page["data"][0].as_object().map(Map::len), Some(37));
        assert_eq!(page["has_more"], true);
    }

    #[test]
    fn a_create_gets_a_session_of_35_fields() {
        let uri = Uri::from_static("/v1/checkout_sessions");
        let (status, body) = Responses::make().find(&Method::POST, &uri);
        let session: Map<String, Value> = serde_json::from_slice(&body).unwrap_or_default();
        assert_eq!((status, session.len()), (StatusCode::CREATED, 35));
    }
}
