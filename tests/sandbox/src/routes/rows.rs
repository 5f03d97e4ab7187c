//! Lists of rows other than checkout sessions.

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use super::query::Params;
use crate::generation::Generation;
use crate::middleware::caller::Caller;
use crate::schema::responses::json_response;

/// A page of rows in the generation's list envelope.
pub(super) fn page(caller: &Caller, query: &str, rows: Vec<Value>, default: u64) -> Response {
    let bounds = Params::parse(query).and_then(|params| {
        let limit = params.number("limit", default, 1, u64::MAX)?;
        Ok((limit, params.number("offset", 0, 0, u64::MAX)?))
    });
    let (limit, offset) = match bounds {
        Ok(bounds) => bounds,
        Err(error) => return caller.refuse(error),
    };
    let total = rows.len();
    let to_usize = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
    let shown: Vec<Value> = rows.into_iter().skip(to_usize(offset)).take(to_usize(limit)).collect();
    let body = match caller.generation {
        Generation::C => json!({
            "data": shown,
            "pagination": {"limit": limit, "offset": offset, "total": total},
        }),
        Generation::E => {
            let has_more = offset.saturating_add(limit) < total as u64;
            json!({"object": "list", "data": shown, "has_more": has_more, "next_cursor": null, "limit": limit})
        }
        _ => Value::Array(shown),
    };
    json_response(StatusCode::OK, &body)
}
