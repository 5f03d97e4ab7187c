//! Calls that the server may ask to confirm: no money has moved before. A `ConfirmationRequired`
//! that came from a call holds the call that confirms it.

use ext_php_rs::types::Zval;
use lomi::binding::{Target, nothing_to_confirm, table};
use lomi::{CallOptions, Input, Response};

use crate::client::state::ClientState;
use crate::convert::decode;
use crate::models::registry;
use crate::response;
use crate::zend::{
    Array, AsObject, Call, Class, ClassRef, Done, Thrown, get_property, handler, new_object,
    payload, payload_mut, payload_type, set_property,
};

/// The property of a `ConfirmationRequired` that holds its second call.
pub(crate) const PROPERTY: &str = "secondCall";

static SECOND_CALL: ClassRef = ClassRef::new();

/// The client and the arguments of a second call. A serialized one is empty.
#[derive(Clone, Default)]
struct SecondCall(Option<(ClientState, Target, Input, CallOptions)>);

payload_type!(SecondCall, |call, visit| if let Some((state, ..)) = &call.0 {
    state.sender.references(visit);
});

pub(crate) fn register() -> Result<(), String> {
    Class::new("LomiSDK\\Internal\\SecondCall")
        .with_transient_payload::<SecondCall>()
        .sealed()
        .method("__serialize(): array", handler(|call| call.give(Array::new().finish())))
        .method("__unserialize(array $data): void", handler(|_| Ok(())))
        .method("__debugInfo(): array", handler(|call| call.give(Array::new().finish())))
        .register(&SECOND_CALL)
}

/// Lets the result of a call confirm it, if the server asks for it. Returns whether it does.
pub(super) fn attach(
    value: &mut Zval,
    state: &ClientState,
    response: &Response,
) -> Result<bool, Thrown> {
    // Asked first: an error for every other response would cost a tenth of a call.
    if !response.asks_for_confirmation() {
        return Ok(false);
    }
    let Ok((target, input, options)) = response.confirmation() else { return Ok(false) };
    let class = registry::of_model(&table::CONFIRMATION_REQUIRED).and_then(|it| it.class.get());
    let (Some(scope), Some(class)) = (class, SECOND_CALL.get()) else {
        return Err(Thrown::defect("there is no ConfirmationRequired"));
    };
    let mut call = new_object(class)?;
    if let Some(payload) = call.object_mut().and_then(payload_mut::<SecondCall>) {
        *payload = SecondCall(Some((state.clone(), target, input, options)));
    }
    if let Some(object) = value.object_mut() {
        set_property(object, scope, PROPERTY, call);
    }
    Ok(true)
}

/// `ConfirmationRequired::confirm()`.
pub(crate) fn confirm(call: &mut Call<'_>) -> Done {
    let class = registry::of_model(&table::CONFIRMATION_REQUIRED).and_then(|it| it.class.get());
    let scope = class.ok_or_else(|| Thrown::defect("there is no ConfirmationRequired"))?;
    let held = get_property(call.handle()?, scope, PROPERTY);
    let second = held.handle().and_then(payload::<SecondCall>).and_then(|second| second.0.clone());
    let Some((state, target, input, options)) = second else {
        return Err(nothing_to_confirm().into());
    };
    let response = state.sender.call(target, input, options)?;
    response.check_confirmed()?;
    let mut value = decode::one(&response)?;
    response::attach(&mut value, &state.keep_response(response));
    call.give(value)
}
