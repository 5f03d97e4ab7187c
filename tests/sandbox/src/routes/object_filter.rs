//! Filters of lists: the declared parameters of a query that name a field.

use serde_json::{Map, Value};

use super::query::Params;
use crate::generation::Generation;
use crate::schema::error::{ApiError, Problem};
use crate::schema::object::field_value;
use crate::schema::resource::{Field, Kind, Resource};
use crate::state::app::App;
use crate::state::objects::Object;
use crate::state::time::{Millis, parse_iso};

/// Parameters that select a part of the list, not rows by their fields.
const PAGING: &[&str] = &["limit", "offset", "sort", "page", "pageSize", "cursor"];

/// The filters of one query.
pub(super) struct Filters<'a> {
    app: &'a App,
    resource: &'static Resource,
    fields: Vec<(&'static Field, String)>,
    search: Option<String>,
    from: Option<Millis>,
    to: Option<Millis>,
}

impl<'a> Filters<'a> {
    /// Reads the parameters that this generation documents.
    pub(super) fn parse(
        app: &'a App,
        resource: &'static Resource,
        generation: Generation,
        params: &Params,
    ) -> Result<Self, ApiError> {
        let mut filters =
            Self { app, resource, fields: Vec::new(), search: None, from: None, to: None };
        let declared = resource.operation("list").map_or(&[][..], |list| list.parameters);
        for parameter in declared.iter().filter(|p| p.is_read_by(generation)) {
            let Some(value) = params.get(parameter.name) else {
                continue;
            };
            match parameter.name {
                name if PAGING.contains(&name) => {}
                "search" => filters.search = Some(value.to_lowercase()),
                "startDate" => filters.from = Some(date("startDate", value, 0)?),
                "endDate" => filters.to = Some(date("endDate", value, DAY)?),
                name => {
                    if let Some(field) = named_field(resource, name) {
                        filters.fields.push((field, value.to_owned()));
                    }
                }
            }
        }
        Ok(filters)
    }

    /// Whether an object passes.
    pub(super) fn pass(&self, object: &Object) -> bool {
        let in_time = self.from.is_none_or(|at| object.created_at >= at)
            && self.to.is_none_or(|at| object.created_at < at);
        if !in_time || (self.fields.is_empty() && self.search.is_none()) {
            return in_time;
        }
        let fields = object.fields();
        let shown = |field| field_value(self.app, self.resource, object, &fields, field);
        self.fields.iter().all(|(field, wanted)| is_one_of(&shown(field), wanted))
            && self.search.as_ref().is_none_or(|text| contains(&fields, text))
    }
}

const DAY: Millis = 24 * 60 * 60_000;

/// A time; a date alone stands for its beginning, and `whole_day` later for its end.
fn date(name: &'static str, text: &str, whole_day: Millis) -> Result<Millis, ApiError> {
    let day = || Some(parse_iso(&format!("{text}T00:00:00Z"))?.saturating_add(whole_day));
    parse_iso(text).or_else(day).ok_or_else(|| {
        ApiError::invalid(vec![Problem::new(name, "must be an ISO 8601 date or date-time")])
    })
}

/// The field that a parameter names: `customerId`, `statuses`, `type` of a transaction.
fn named_field(resource: &Resource, parameter: &str) -> Option<&'static Field> {
    let mut snake = String::new();
    for letter in parameter.chars() {
        if letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    let field = |name: &str| resource.field(name).filter(|f| f.kind != Kind::Object);
    field(&snake)
        .or_else(|| field(&format!("{snake}_code")))
        .or_else(|| field(&format!("{}_{snake}", resource.noun.replace(' ', "_"))))
        .or_else(|| field(snake.strip_suffix("es")?))
}

/// Whether a value is one of the comma-separated ones.
fn is_one_of(value: &Value, wanted: &str) -> bool {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    wanted.split(',').any(|one| one.trim().eq_ignore_ascii_case(&text))
}

fn contains(fields: &Map<String, Value>, text: &str) -> bool {
    fields.values().filter_map(Value::as_str).any(|v| v.to_lowercase().contains(text))
}
