//! Lists of checkout sessions in each generation's envelope.

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use bytes::Bytes;
use serde_json::json;

use super::cursor::{cursor_of, parse_cursor};
use super::query::{Params, to_usize};
use super::sort::{SortKey, parse_sort};
use crate::generation::Generation;
use crate::middleware::caller::Caller;
use crate::schema::error::{ApiError, Problem};
use crate::schema::fields::Field;
use crate::schema::responses::json_bytes;
use crate::schema::session::{SessionView, field_value};
use crate::state::app::{App, SharedApp};
use crate::state::sessions::{Session, Status};

const DEFAULT_LIMIT: u64 = 20;

/// GET of the collection.
pub(super) async fn list(
    State(app): State<SharedApp>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Response {
    match page(&app, &caller, query.as_deref().unwrap_or_default()) {
        Ok(body) => json_bytes(StatusCode::OK, body),
        Err(error) => caller.refuse(error),
    }
}

/// The body of the page that a query requests.
fn page(app: &App, caller: &Caller, query: &str) -> Result<Bytes, ApiError> {
    let query = ListQuery::parse(caller.generation, query)?;
    let now = app.clock.now();
    let sessions = app.sessions();
    let view = |session| SessionView { generation: caller.generation, app, session, now };
    let matching = sessions
        .newest_first(caller.environment, query.before)
        .filter(|s| query.status.is_none_or(|wanted| s.status_at(now) == wanted));
    let (limit, offset) = (to_usize(query.limit), to_usize(query.offset));
    let body = match caller.generation {
        Generation::A => {
            let data: Vec<_> = matching.skip(offset).take(limit).map(view).collect();
            serde_json::to_vec(&json!({
                "data": data,
                "meta": {"current_page": query.page, "per_page": query.limit},
            }))
        }
        Generation::B | Generation::D => {
            let data: Vec<_> = matching.skip(offset).take(limit).map(view).collect();
            serde_json::to_vec(&data)
        }
        Generation::C => {
            let mut all: Vec<&Session> = matching.collect();
            if let Some((field, descending)) = query.sort {
                all.sort_by_cached_key(|s| SortKey::new(&field_value(&view(s), field), descending));
            }
            let total = all.len();
            let data: Vec<_> = all.into_iter().skip(offset).take(limit).map(view).collect();
            serde_json::to_vec(&json!({
                "data": data,
                "pagination": {"limit": query.limit, "offset": query.offset, "total": total},
            }))
        }
        Generation::E => {
            let mut rows: Vec<&Session> = matching.take(limit + 1).collect();
            let has_more = rows.len() > limit;
            rows.truncate(limit);
            let next = rows.last().filter(|_| has_more).map(|s| cursor_of(s.seq));
            let data: Vec<_> = rows.into_iter().map(view).collect();
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

struct ListQuery {
    limit: u64,
    offset: u64,
    page: u64,
    status: Option<Status>,
    sort: Option<(&'static Field, bool)>,
    before: Option<u64>,
}

impl ListQuery {
    fn parse(generation: Generation, query: &str) -> Result<Self, ApiError> {
        use Generation::{A, B, C, D, E};
        let params = Params::parse(query)?;
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
                let expected =
                    format!("must be one of open, {}, expired", generation.completed_word());
                ApiError::invalid(vec![Problem::new("status", &expected)])
            })?),
        };
        let sort = match (generation, params.get("sort")) {
            (C, Some(sort)) => Some(parse_sort(sort)?),
            _ => None,
        };
        let before = match (generation, params.get("cursor")) {
            (E, Some(cursor)) => Some(parse_cursor(cursor).ok_or_else(ApiError::invalid_cursor)?),
            _ => None,
        };
        Ok(Self { limit, offset, page, status, sort, before })
    }
}
