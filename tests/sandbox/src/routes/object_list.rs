//! Lists of every resource in the table, in each generation's envelope.

use axum::extract::{Extension, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use super::cursor::{cursor_of, parse_cursor};
use super::object_filter::Filters;
use super::query::{Params, to_usize};
use super::sort::{SortKey, sort_by};
use crate::generation::Generation;
use crate::middleware::caller::Caller;
use crate::schema::error::ApiError;
use crate::schema::object::{field_value, object_value};
use crate::schema::resource::Resource;
use crate::schema::responses::json_response;
use crate::schema::rules::{Envelope, ListForm, Paging, list_form};
use crate::state::app::{App, SharedApp};
use crate::state::objects::Object;

/// GET of a collection.
pub(super) async fn list(
    State(app): State<SharedApp>,
    Extension(resource): Extension<&'static Resource>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Response {
    match page(&app, resource, &caller, query.as_deref().unwrap_or_default()) {
        Ok(body) => json_response(StatusCode::OK, &body),
        Err(error) => caller.refuse(error),
    }
}

/// The part of a list that a query selects.
struct Part {
    limit: u64,
    offset: u64,
    page: u64,
    /// Only rows before this place in the order of creation.
    before: u64,
}

impl Part {
    fn parse(form: ListForm, generation: Generation, params: &Params) -> Result<Self, ApiError> {
        let bounded = matches!(generation, Generation::C | Generation::E);
        let most = if bounded { 100 } else { u64::MAX };
        let limit = |name| params.number(name, form.limit, 1, most);
        let mut part = Self { limit: u64::MAX, offset: 0, page: 1, before: u64::MAX };
        match form.paging {
            Paging::Whole => {}
            Paging::Offset => {
                part.limit = limit("limit")?;
                part.offset = params.number("offset", 0, 0, u64::MAX)?;
            }
            Paging::Page => {
                part.limit = limit("pageSize")?;
                part.page = params.number("page", 1, 1, u64::MAX)?;
                part.offset = (part.page - 1).saturating_mul(part.limit);
            }
            Paging::Cursor => {
                part.limit = limit("limit")?;
                if let Some(cursor) = params.get("cursor") {
                    part.before = parse_cursor(cursor).ok_or_else(ApiError::invalid_cursor)?;
                }
            }
        }
        Ok(part)
    }
}

fn page(
    app: &App,
    resource: &'static Resource,
    caller: &Caller,
    query: &str,
) -> Result<Value, ApiError> {
    let generation = caller.generation;
    let params = Params::parse(query)?;
    let form = list_form(resource.name, generation);
    let part = Part::parse(form, generation, &params)?;
    let filters = Filters::parse(app, resource, generation, &params)?;
    let sort = match (generation, params.get("sort")) {
        (Generation::C, Some(text)) => {
            Some(sort_by(text, |name| resource.field(name).filter(|f| f.is_shown_by(generation)))?)
        }
        _ => None,
    };
    let objects = app.objects();
    let mut all: Vec<&Object> = objects
        .newest_first(resource.name)
        .filter(|o| o.environment == caller.environment && filters.pass(o))
        .collect();
    if let Some((field, descending)) = sort {
        all.sort_by_cached_key(|o| {
            SortKey::new(&field_value(app, resource, o, &o.fields(), field), descending)
        });
    }
    let total = all.len();
    let rest = all.into_iter().filter(|o| o.seq < part.before).skip(to_usize(part.offset));
    let mut rows: Vec<&Object> = rest.take(to_usize(part.limit.saturating_add(1))).collect();
    let has_more = rows.len() > to_usize(part.limit);
    rows.truncate(to_usize(part.limit));
    let next = rows.last().filter(|_| has_more).map(|o| cursor_of(o.seq));
    let data: Vec<Value> =
        rows.iter().map(|o| object_value(app, generation, resource, o)).collect();
    let (limit, offset) = (part.limit, part.offset);
    Ok(match form.envelope {
        Envelope::Bare => Value::Array(data),
        Envelope::Pagination => json!({
            "data": data,
            "pagination": {"limit": limit, "offset": offset, "total": total},
        }),
        Envelope::Flat => {
            json!({"total": data.len(), "limit": limit, "offset": offset, "data": data})
        }
        Envelope::FlatWithoutTotal => json!({"data": data, "limit": limit, "offset": offset}),
        Envelope::Success => json!({"success": true, "data": data}),
        Envelope::Customers => {
            // As on the server, an empty page does not know the total.
            let total = if data.is_empty() && generation == Generation::B { 0 } else { total };
            json!({
                "customers": data,
                "pagination": {
                    "page": part.page,
                    "pageSize": limit,
                    "totalCount": total,
                    "totalPages": total.div_ceil(to_usize(limit)),
                },
            })
        }
        Envelope::Cursor => {
            let mut body = json!({
                "object": "list",
                "data": data,
                "has_more": has_more,
                "next_cursor": next,
                "limit": limit,
            });
            if let (Some(body), "customers") = (body.as_object_mut(), resource.name) {
                body.insert("total_count".to_owned(), total.into());
            }
            body
        }
    })
}
