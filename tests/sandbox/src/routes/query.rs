//! Query strings.

use std::collections::HashMap;

use axum::extract::Query;
use axum::http::Uri;

use crate::schema::error::{ApiError, Problem};

/// The parameters of a query string.
pub(super) struct Params(HashMap<String, String>);

impl Params {
    /// Parses a query string.
    pub(super) fn parse(query: &str) -> Result<Self, ApiError> {
        let refuse = || ApiError::bad_request("The query string cannot be read");
        let uri: Uri = format!("/?{query}").parse().map_err(|_| refuse())?;
        let Query(map) = Query::try_from_uri(&uri).map_err(|_| refuse())?;
        Ok(Self(map))
    }

    /// A parameter; an empty one counts as absent.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|v| !v.is_empty())
    }

    /// A number within bounds, or `default` when it is absent.
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

/// A number of rows as the type of lengths.
pub(super) fn to_usize(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}
