//! The hooks of a `LomiSDK\Configuration`.

use crate::documented::settings::{Settings, change, settings};
use crate::send::hook::Hook;
use crate::zend::{Call, Done, Thrown};

use ext_php_rs::types::Zval;

/// The hook among the arguments; nothing where it is null.
fn given(call: &Call<'_>, name: &'static str) -> Result<Option<Hook>, Thrown> {
    let value = Some(call.required(0)?).filter(|value| !value.is_null());
    value.map(|value| Hook::new(name, value)).transpose()
}

fn give(call: &mut Call<'_>, read: impl Fn(&Settings) -> Option<&Hook>) -> Done {
    let hook = read(settings(call.handle()?)?).map(|hook| hook.callable().shallow_clone());
    call.give(hook.unwrap_or_else(Zval::null))
}

pub(super) fn set_on_request(call: &mut Call<'_>) -> Done {
    let hook = given(call, "on_request")?;
    change(call, |settings| settings.on_request = hook)
}

pub(super) fn get_on_request(call: &mut Call<'_>) -> Done {
    give(call, |settings| settings.on_request.as_ref())
}

pub(super) fn set_on_response(call: &mut Call<'_>) -> Done {
    let hook = given(call, "on_response")?;
    change(call, |settings| settings.on_response = hook)
}

pub(super) fn get_on_response(call: &mut Call<'_>) -> Done {
    give(call, |settings| settings.on_response.as_ref())
}
