//! `LomiSDK\Webhooks`: proving that a delivery comes from lomi., and reading it.

use ext_php_rs::types::Zval;
use lomi::binding::{messages, moment, seconds_from_zero};
use lomi::{webhook, webhook::VerifyOptions};

use crate::convert::decode::PhpSink;
use crate::convert::option::given;
use crate::zend::{
    Array, Call, Class, ClassRef, Done, Thrown, guarded, handler, long, string_zval,
};

/// How frameworks pass on the raw body, for the error about a changed one.
const RAW_BODY: &str = "file_get_contents('php://input'), Laravel, Symfony: $request->getContent()";

static WEBHOOKS: ClassRef = ClassRef::new();

pub(crate) fn register() -> Result<(), String> {
    Class::new("LomiSDK\\Webhooks")
        .method(
            "static constructEvent(string $payload, string $signature, \
             sensitive array|string|null $secret = null, int|float|null $maxAge = null, \
             int|float|null $receivedAt = null): LomiSDK\\Model\\Event",
            handler(construct_event),
        )
        .method("static sign(string $payload, sensitive string $secret): string", handler(sign))
        .method(
            "static verify(string $payload, string $signature, sensitive array|string $secret): \
             bool",
            handler(verify),
        )
        .method("static replayKey(LomiSDK\\Model\\Event $event): string", handler(replay_key))
        .method("static refusal(string $kind, ?string $code = null): ?array", handler(refusal))
        .method("static bodyTooLarge(): void", handler(body_too_large))
        .method("static bodyAlreadyRead(): void", handler(body_already_read))
        .constant("MAX_BODY", long(i64::try_from(webhook::MAX_BODY).unwrap_or(i64::MAX)))
        .register(&WEBHOOKS)
}

/// The body as bytes: it may not be UTF-8.
fn payload(call: &Call<'_>) -> Result<Vec<u8>, Thrown> {
    let given = call.required(0)?;
    match given.zend_str() {
        Some(text) => Ok(text.as_bytes().to_vec()),
        None => Err(call.wrong_type(
            0,
            "string (the raw body, as file_get_contents('php://input') gives it, not the \
             decoded array)",
            given,
        )),
    }
}

/// The header; empty where it is missing.
fn signature(call: &Call<'_>) -> Result<String, Thrown> {
    match call.argument(1) {
        Some(value) if value.is_string() => Ok(value
            .zend_str()
            .map(|text| String::from_utf8_lossy(text.as_bytes()).into_owned())
            .unwrap_or_default()),
        None => Ok(String::new()),
        Some(value) if value.is_null() => Ok(String::new()),
        Some(value) => Err(call.wrong_type(1, "string", value)),
    }
}

fn secrets(call: &Call<'_>) -> Result<Vec<String>, Thrown> {
    let given = call.argument(2).filter(|value| !value.is_null());
    let Some(given) = given else {
        let set = match crate::config::ini::webhook_secret()? {
            None => crate::config::environment::variable("LOMI_WEBHOOK_SECRET")?,
            set => set,
        };
        return match set {
            Some(secret) => Ok(vec![secret]),
            None => {
                let variable =
                    messages::of_ini_or_variable("lomi.webhook_secret", "LOMI_WEBHOOK_SECRET");
                Err(Thrown::configuration(messages::no_webhook_secret(variable)))
            }
        };
    };
    match given.array() {
        Some(table) => crate::zend::values(table)
            .map(|value| {
                value.string().ok_or_else(|| call.wrong_type(2, "a list of strings", value))
            })
            .collect(),
        None => Ok(vec![call.string(2)?]),
    }
}

fn seconds(call: &Call<'_>, position: usize, name: &str) -> Result<Option<f64>, Thrown> {
    let Some(value) = call.argument(position).filter(|value| !value.is_null()) else {
        return Ok(None);
    };
    let refused = || Thrown::validation(messages::not_seconds_from_zero(name, given(value)));
    value.coerce_to_double().map(Some).ok_or_else(refused)
}

fn construct_event(call: &mut Call<'_>) -> Done {
    let secrets = secrets(call)?;
    let secrets: Vec<&str> = secrets.iter().map(String::as_str).collect();
    let max_age = seconds(call, 3, "maxAge")?.map(|age| seconds_from_zero("maxAge", age));
    let received_at = seconds(call, 4, "receivedAt")?.map(|at| moment("receivedAt", at));
    let mut options = VerifyOptions::default();
    options.max_age = max_age.transpose()?;
    options.received_at = received_at.transpose()?;
    options.raw_body = Some(RAW_BODY);
    let verified = webhook::verify(&payload(call)?, &signature(call)?, &secrets, options)?;
    let event = guarded(|| verified.decode(&mut PhpSink::arrays()))??;
    call.give(event)
}

fn sign(call: &mut Call<'_>) -> Done {
    let secret = call.string(1)?;
    let signature = webhook::sign(&payload(call)?, &secret)?;
    call.give_string(&signature)
}

/// Whether a delivery is genuine. A wrong configuration still throws.
fn verify(call: &mut Call<'_>) -> Done {
    let secrets = secrets(call)?;
    let secrets: Vec<&str> = secrets.iter().map(String::as_str).collect();
    let payload = payload(call)?;
    match webhook::verify(&payload, &signature(call)?, &secrets, VerifyOptions::default()) {
        Ok(_) => call.give_bool(true),
        Err(error) if error.kind() == lomi::ErrorKind::Configuration => Err(error.into()),
        Err(_) => call.give_bool(false),
    }
}

/// The key that is equal when an event is delivered again.
fn replay_key(call: &mut Call<'_>) -> Done {
    let event = crate::convert::to_json::value(messages::the_event(), call.required(0)?)?;
    let key = webhook::replay_key_of_json(&event.to_string())?;
    call.give_string(&key)
}

/// Status and body of the response that refuses a delivery; null where the sender is not at
/// fault.
fn refusal(call: &mut Call<'_>) -> Done {
    let code = call.optional_string(1)?;
    let Some(refusal) = webhook::refusal_of(&call.string(0)?, code.as_deref()) else {
        return call.give(Zval::null());
    };
    let mut response = Array::new();
    response.set("status", long(i64::from(refusal.status)));
    response.set("body", string_zval(refusal.body));
    call.give(response.finish())
}

fn body_too_large(_: &mut Call<'_>) -> Done {
    Err(webhook::body_too_large().into())
}

fn body_already_read(_: &mut Call<'_>) -> Done {
    Err(webhook::body_already_read().into())
}
