//! A model as JSON and as an array; its original values, response and session.

use ext_php_rs::types::Zval;
use lomi::Value;
use lomi::binding::messages;

use crate::models::registry::{CONTAINER, ORIGINALS, read_slot, slot};
use crate::response::ResponseInfo;
use crate::zend::{Call, Done, Thrown, new_object, object_zval, payload};

fn json(call: &mut Call<'_>) -> Result<Value, Thrown> {
    let this = object_zval(call.handle()?);
    crate::convert::to_json::value(messages::the_value(), &this)
}

/// The set fields as a plain object, as documented.
pub(crate) fn json_serialize(call: &mut Call<'_>) -> Done {
    let value = json(call)?;
    let value = crate::convert::from_json::object(&value)?;
    call.give(value)
}

pub(crate) fn to_array(call: &mut Call<'_>) -> Done {
    let value = match crate::convert::copied::model(call.handle()?) {
        Some(value) => value,
        None => crate::convert::from_json::array(&json(call)?),
    };
    call.give(value)
}

pub(crate) fn pretty(call: &mut Call<'_>) -> Done {
    let text = format!("{:#}", json(call)?);
    // `JSON_PRETTY_PRINT` indents by four.
    let text: Vec<String> = text
        .lines()
        .map(|line| {
            let spaces = line.len() - line.trim_start_matches(' ').len();
            format!("{}{}", " ".repeat(spaces), line)
        })
        .collect();
    call.give_string(&text.join("\n"))
}

pub(crate) fn compact(call: &mut Call<'_>) -> Done {
    let text = json(call)?.to_string();
    call.give_string(&text)
}

/// A value as the server sent it, where decoding changed it.
pub(crate) fn original(call: &mut Call<'_>) -> Done {
    let name = call.string(0)?;
    let this = call.handle()?;
    let kept = read_slot(this, ORIGINALS).array().and_then(|table| table.get(name.as_str()));
    let plain = || read_slot(this, CONTAINER).array().and_then(|table| table.get(name.as_str()));
    let value = kept.or_else(plain).map_or_else(Zval::null, |v| v.dereference().shallow_clone());
    call.give(value)
}

pub(crate) fn last_response(call: &mut Call<'_>) -> Done {
    let info = payload::<ResponseInfo>(call.handle()?).cloned().unwrap_or_default();
    let object = crate::response::object(&info)?;
    call.give(object)
}

/// The session itself: what create gives is one, or an invoice to pay first.
pub(crate) fn session(call: &mut Call<'_>) -> Done {
    call.give_this()
}

/// There is no session: throws, with the invoice.
pub(crate) fn payment_required(call: &mut Call<'_>) -> Done {
    let mut error = lomi::binding::payment_required_error(&json(call)?);
    let this = call.handle()?;
    if let Some(info) = payload::<ResponseInfo>(this) {
        error = info.describe(error);
    }
    let exception = crate::errors::payment_required(&error, object_zval(this))?;
    Err(Thrown::Object(exception))
}

/// Makes what `var_export` wrote.
pub(crate) fn set_state(call: &mut Call<'_>) -> Done {
    let state = call.required(0)?.shallow_clone();
    let class = call.called_class().ok_or_else(|| Thrown::defect("there is no class"))?;
    let mut value = new_object(class)?;
    if let (Some(state), Some(object)) = (state.array(), value.object_mut()) {
        let places = ["container", "originals", "openAPINullablesSetToNull"];
        for (place, name) in places.into_iter().enumerate() {
            if let Some(part) = state.get(name).filter(|part| part.is_array()) {
                *slot(object, place) = part.shallow_clone();
            }
        }
    }
    call.give(value)
}
