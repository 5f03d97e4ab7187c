//! `LomiSDK\IdempotencyKey`: keys that make a repeated call safe.

use lomi::binding::messages;

use crate::convert::to_json;
use crate::zend::{Call, Class, ClassRef, Done, handler};

static KEY: ClassRef = ClassRef::new();

pub(crate) fn register() -> Result<(), String> {
    Class::new("LomiSDK\\IdempotencyKey")
        .sealed()
        .method("static random(): string", handler(random))
        .method("static forOrder($order, ?int $attempt = null): string", handler(for_order))
        .register(&KEY)
}

fn random(call: &mut Call<'_>) -> Done {
    call.give_string(&lomi::idempotency_key::random())
}

fn for_order(call: &mut Call<'_>) -> Done {
    let order = to_json::for_core(messages::the_order(), call.required(0)?)?;
    let attempt = match call.argument(1) {
        Some(attempt) => to_json::for_core(messages::the_attempt(), attempt)?,
        None => lomi::Value::Null,
    };
    call.give_string(&lomi::idempotency_key::for_attempt(order, attempt)?)
}
