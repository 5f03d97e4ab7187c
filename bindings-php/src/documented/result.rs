//! What a documented method returns: a model, a page as its documented model, or the triple of
//! `WithHttpInfo`.

use ext_php_rs::types::Zval;
use lomi::Response;
use lomi::binding::Decoded;

use crate::convert::decode::PhpSink;
use crate::response::{self, ResponseInfo, header_array, pairs};
use crate::table::Documented;
use crate::zend::{Array, Thrown, long};

/// What a documented method gives.
pub(super) fn result(
    operation: &'static Documented,
    response: Box<Response>,
    with_info: bool,
) -> Result<Zval, Thrown> {
    let mut value = decode(operation, &response)?;
    let triple = with_info.then(|| (response.status, header_array(pairs(&response.headers))));
    response::attach(&mut value, &ResponseInfo::from(*response));
    Ok(match triple {
        None => value,
        Some((status, headers)) => {
            [value, long(status.into()), headers].into_iter().collect::<Array>().finish()
        }
    })
}

fn decode(operation: &'static Documented, response: &Response) -> Result<Zval, Thrown> {
    let mut sink = match operation.list {
        Some(_) => PhpSink::documented().rows(),
        None => PhpSink::documented(),
    };
    Ok(match crate::convert::decode::decode(response, &mut sink)? {
        Decoded::Nothing => Zval::null(),
        Decoded::One(value) => value,
        Decoded::Rows(rows, info) => {
            let model = operation.list.ok_or_else(|| Thrown::defect("no model of the page"))?;
            page(model, rows, &info)?
        }
    })
}

/// A page as the documented model: `data` and `pagination`.
fn page(
    model: &'static lomi::binding::table::Model,
    rows: Vec<Zval>,
    info: &lomi::PageInfo,
) -> Result<Zval, Thrown> {
    let number = |value: Option<u64>| value.and_then(|value| i64::try_from(value).ok()).map(long);
    let mut pagination = Array::new();
    for (name, value) in [("limit", info.limit), ("offset", info.offset), ("total", info.total)] {
        if let Some(value) = number(value) {
            pagination.set(name, value);
        }
    }
    let made = |model, values| {
        crate::models::registry::of_model(model)
            .and_then(|class| crate::models::registry::build(class, values, None))
            .ok_or_else(|| Thrown::defect("a page cannot be made"))
    };
    let mut values = Array::new();
    values.set("data", rows.into_iter().collect::<Array>().finish());
    values.set("pagination", made(&lomi::binding::table::PAGINATION, pagination)?);
    made(model, values)
}
