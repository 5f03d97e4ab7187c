//! Pages of sessions in each generation's envelope.

use std::cmp::Ordering;
use std::collections::HashMap;

use axum::extract::Query;
use axum::http::Uri;
use bytes::Bytes;
use serde_json::{Value, json};

use crate::generation::Generation;
use crate::middleware::caller::Caller;
use crate::schema::error::{ApiError, Problem};
use crate::schema::fields::{FIELDS, Field};
use crate::schema::session::{Rendered, field_value};
use crate::state::app::App;
use crate::state::sessions::{Session, Status};

const DEFAULT_LIMIT: u64 = 20;

/// The page that a query asks for, written down.
pub(super) fn page(app: &App, caller: &Caller, query: &str) -> Result<Bytes, ApiError> {
    let query = Asked::read(caller.generation, query)?;
    let now = app.clock.now();
    let store = app.store();
    let render = |session| Rendered { generation: caller.generation, app, session, now };
    let matching = store
        .newest_first(caller.environment, query.before)
        .filter(|s| query.status.is_none_or(|wanted| s.status_at(now) == wanted));
    let (limit, offset) = (to_usize(query.limit), to_usize(query.offset));
    let body = match caller.generation {
        Generation::A => {
            let data: Vec<_> = matching.skip(offset).take(limit).map(render).collect();
            serde_json::to_vec(&json!({
                "data": data,
                "meta": {"current_page": query.page, "per_page": query.limit},
            }))
        }
        Generation::B | Generation::D => {
            let data: Vec<_> = matching.skip(offset).take(limit).map(render).collect();
            serde_json::to_vec(&data)
        }
        Generation::C => {
            let mut all: Vec<&Session> = matching.collect();
            if let Some((field, descending)) = query.sort {
                all.sort_by_cached_key(|s| {
                    SortKey::new(&field_value(&render(s), field), descending)
                });
            }
            let total = all.len();
            let data: Vec<_> = all.into_iter().skip(offset).take(limit).map(render).collect();
            serde_json::to_vec(&json!({
                "data": data,
                "pagination": {"limit": query.limit, "offset": query.offset, "total": total},
            }))
        }
        Generation::E => {
            let mut found: Vec<&Session> = matching.take(limit + 1).collect();
            let has_more = found.len() > limit;
            found.truncate(limit);
            let next = found.last().filter(|_| has_more).map(|s| cursor_of(s));
            let data: Vec<_> = found.into_iter().map(render).collect();
            serde_json::to_vec(&json!({
                "object": "list",
                "data": data,
                "has_more": has_more,
                "next_cursor": next,
                "limit": query.limit,
            }))
        }
    };
    body.map(Bytes::from).map_err(|e| ApiError::bad_request(e.to_string()))
}

struct Asked {
    limit: u64,
    offset: u64,
    page: u64,
    status: Option<Status>,
    sort: Option<(&'static Field, bool)>,
    before: Option<u64>,
}

impl Asked {
    fn read(generation: Generation, query: &str) -> Result<Self, ApiError> {
        use Generation::{A, B, C, D, E};
        let params = Params::read(query)?;
        let bounded = matches!(generation, C | E);
        let limit =
            params.number("limit", DEFAULT_LIMIT, 1, if bounded { 100 } else { u64::MAX })?;
        let page = if generation == A { params.number("page", 1, 1, u64::MAX)? } else { 1 };
        let offset = match generation {
            A => (page - 1).saturating_mul(limit),
            B | C | D => params.number("offset", 0, 0, u64::MAX)?,
            E => 0,
        };
        let status = match (generation, params.get("status")) {
            (C, _) | (_, None) => None,
            (_, Some(word)) => Some(Status::from_word(word).ok_or_else(|| {
                let known =
                    format!("must be one of open, {}, expired", generation.completed_word());
                ApiError::invalid(vec![Problem::new("status", &known)])
            })?),
        };
        let sort = match (generation, params.get("sort")) {
            (C, Some(sort)) => Some(read_sort(sort)?),
            _ => None,
        };
        let before = match (generation, params.get("cursor")) {
            (E, Some(cursor)) => Some(read_cursor(cursor).ok_or_else(ApiError::invalid_cursor)?),
            _ => None,
        };
        Ok(Self { limit, offset, page, status, sort, before })
    }
}

pub(super) struct Params(HashMap<String, String>);

impl Params {
    pub(super) fn read(query: &str) -> Result<Self, ApiError> {
        let refuse = || ApiError::bad_request("The query string cannot be read");
        let uri: Uri = format!("/?{query}").parse().map_err(|_| refuse())?;
        let Query(map) = Query::try_from_uri(&uri).map_err(|_| refuse())?;
        Ok(Self(map))
    }

    /// A parameter; an empty one counts as absent.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|v| !v.is_empty())
    }

    pub(super) fn number(
        &self,
        name: &'static str,
        default: u64,
        min: u64,
        max: u64,
    ) -> Result<u64, ApiError> {
        let Some(text) = self.get(name) else {
            return Ok(default);
        };
        match text.parse::<u64>() {
            Ok(n) if (min..=max).contains(&n) => Ok(n),
            _ => {
                let bounds = if max == u64::MAX {
                    format!("must be an integer of at least {min}")
                } else {
                    format!("must be an integer from {min} to {max}")
                };
                Err(ApiError::invalid(vec![Problem::new(name, &bounds)]))
            }
        }
    }
}

/// `created_at:desc`; the direction is ascending when it is left out.
fn read_sort(text: &str) -> Result<(&'static Field, bool), ApiError> {
    let (name, direction) = text.split_once(':').unwrap_or((text, "asc"));
    let field = FIELDS.iter().find(|f| f.name == name && f.shown_by(Generation::C));
    match (field, direction) {
        (Some(field), "asc") => Ok((field, false)),
        (Some(field), "desc") => Ok((field, true)),
        _ => Err(ApiError::invalid(vec![Problem::new(
            "sort",
            "must be a field and a direction, such as created_at:desc",
        )])),
    }
}

/// Opaque to the caller: the place of the last session seen, in a form that looks like nothing.
fn cursor_of(session: &Session) -> String {
    format!("c_{:016x}", session.seq.rotate_left(32) ^ CURSOR_MASK)
}

fn read_cursor(text: &str) -> Option<u64> {
    let hex = text.strip_prefix("c_").filter(|h| h.len() == 16)?;
    let raw = u64::from_str_radix(hex, 16).ok()?;
    Some((raw ^ CURSOR_MASK).rotate_left(32))
}

const CURSOR_MASK: u64 = 0x5ca1_ab1e_0ddb_a11e;

/// Orders values as a database column would: numbers by size, text by its characters, null last.
struct SortKey {
    null: bool,
    number: f64,
    text: String,
    descending: bool,
}

impl SortKey {
    fn new(value: &Value, descending: bool) -> Self {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(_) | Value::Null => String::new(),
            other => other.to_string(),
        };
        Self { null: value.is_null(), number: value.as_f64().unwrap_or(0.0), text, descending }
    }
}

impl Ord for SortKey {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_value =
            self.number.total_cmp(&other.number).then_with(|| self.text.cmp(&other.text));
        let by_value = if self.descending { by_value.reverse() } else { by_value };
        self.null.cmp(&other.null).then(by_value)
    }
}

impl PartialOrd for SortKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for SortKey {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for SortKey {}

fn to_usize(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}
