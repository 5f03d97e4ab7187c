//! `LomiSDK\Response`: the facts of the request behind a result.

use std::rc::Rc;

use ext_php_rs::types::Zval;
use http::HeaderMap;
use lomi::Reply;

use crate::zend::{
    Array, Call, Class, ClassRef, Done, Thrown, handler, long, new_object, payload, payload_mut,
    payload_type, string_zval,
};

pub(crate) static RESPONSE: ClassRef = ClassRef::new();

payload_type!(Facts);

/// What is known about the request behind a result. Shared, never changed.
#[derive(Default, Clone)]
pub(crate) struct Facts(Option<Rc<Known>>);

struct Known {
    status: u16,
    headers: HeaderMap,
    request_id: String,
    idempotency_key: Option<String>,
    attempts: u32,
    replayed: Option<bool>,
    warning: Option<String>,
}

impl From<Reply> for Facts {
    fn from(reply: Reply) -> Self {
        Self(Some(Rc::new(Known {
            replayed: reply.replayed(),
            warning: reply.warning(),
            status: reply.status,
            headers: reply.headers,
            request_id: reply.request_id,
            idempotency_key: reply.idempotency_key,
            attempts: reply.attempts,
        })))
    }
}

impl Facts {
    /// Says in an error which request it is about.
    pub(crate) fn describe(&self, error: &mut lomi::Error) {
        if let Some(known) = &self.0 {
            error.request_id = Some(known.request_id.clone());
            error.idempotency_key.clone_from(&known.idempotency_key);
            error.attempts = known.attempts;
        }
    }
}

pub(crate) fn register() -> Result<(), String> {
    Class::new("LomiSDK\\Response")
        .sealed()
        .holds::<Facts>()
        .method("getStatus(): int", handler(status))
        .method("getHeaders(): array", handler(headers))
        .method("getHeader(string $name): ?string", handler(header))
        .method("getRequestId(): string", handler(request_id))
        .method("getIdempotencyKey(): ?string", handler(idempotency_key))
        .method("getAttempts(): int", handler(attempts))
        .method("getReplayed(): ?bool", handler(replayed))
        .method("getWarning(): ?string", handler(warning))
        .method("__debugInfo(): array", handler(debug_info))
        .register(&RESPONSE)
}

/// Puts the facts into an object that carries them.
pub(crate) fn attach(value: &mut Zval, facts: &Facts) {
    if let Some(carried) = value.object_mut().and_then(payload_mut::<Facts>) {
        *carried = facts.clone();
    }
}

/// A `LomiSDK\Response`; null where nothing is known.
pub(crate) fn object(facts: &Facts) -> Result<Zval, Thrown> {
    if facts.0.is_none() {
        return Ok(Zval::null());
    }
    let class = RESPONSE.get().ok_or_else(|| Thrown::defect("there is no Response"))?;
    let mut value = new_object(class)?;
    attach(&mut value, facts);
    Ok(value)
}

/// Headers as PHP's HTTP libraries give them: name to list of values.
pub(crate) fn header_array<'h>(headers: impl Iterator<Item = (&'h str, &'h str)>) -> Zval {
    let mut grouped: Vec<(String, Vec<&str>)> = Vec::new();
    for (name, value) in headers {
        let name = usual_case(name);
        match grouped.iter_mut().find(|(known, _)| *known == name) {
            Some((_, values)) => values.push(value),
            None => grouped.push((name, vec![value])),
        }
    }
    let mut array = Array::new();
    for (name, values) in grouped {
        array.set(&name, values.into_iter().map(string_zval).collect::<Array>().finish());
    }
    array.finish()
}

/// The headers of an answer as text.
pub(crate) fn pairs(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap_or_default()))
}

/// Names whose usual spelling is not one capital for each word.
const UNUSUAL: &[&str] = &["ETag", "WWW-Authenticate", "X-RateLimit-", "X-XSS-Protection"];

/// `content-type` to `Content-Type`. hyper gives names in lower case, however the server
/// wrote them.
fn usual_case(name: &str) -> String {
    for known in UNUSUAL {
        match name.get(..known.len()) {
            Some(start) if start.eq_ignore_ascii_case(known) && known.ends_with('-') => {
                return format!(
                    "{known}{}",
                    usual_case(name.get(known.len()..).unwrap_or_default())
                );
            }
            Some(_) if name.eq_ignore_ascii_case(known) => return (*known).to_owned(),
            _ => {}
        }
    }
    let mut start = true;
    name.chars()
        .map(|letter| {
            let shown = if start { letter.to_ascii_uppercase() } else { letter };
            start = letter == '-';
            shown
        })
        .collect()
}

fn known<R>(call: &mut Call<'_>, read: impl FnOnce(&Known) -> R) -> Result<R, Thrown> {
    payload::<Facts>(call.handle()?)
        .and_then(|facts| facts.0.as_deref())
        .map(read)
        .ok_or_else(|| Thrown::validation("a LomiSDK\\Response is made by a call, not by new"))
}

fn status(call: &mut Call<'_>) -> Done {
    let status = known(call, |known| known.status)?;
    call.give_long(status.into())
}

fn headers(call: &mut Call<'_>) -> Done {
    let headers = known(call, |known| header_array(pairs(&known.headers)))?;
    call.give(headers)
}

fn header(call: &mut Call<'_>) -> Done {
    let name = call.text(0)?;
    let value = known(call, |known| {
        known.headers.get(name.as_str()).and_then(|value| value.to_str().ok()).map(string_zval)
    })?;
    call.give(value.unwrap_or_else(Zval::null))
}

fn request_id(call: &mut Call<'_>) -> Done {
    let id = known(call, |known| string_zval(&known.request_id))?;
    call.give(id)
}

fn idempotency_key(call: &mut Call<'_>) -> Done {
    let key = known(call, |known| known.idempotency_key.as_deref().map(string_zval))?;
    call.give(key.unwrap_or_else(Zval::null))
}

fn attempts(call: &mut Call<'_>) -> Done {
    let attempts = known(call, |known| known.attempts)?;
    call.give_long(attempts.into())
}

fn replayed(call: &mut Call<'_>) -> Done {
    match known(call, |known| known.replayed)? {
        Some(replayed) => call.give_bool(replayed),
        None => call.give(Zval::null()),
    }
}

fn warning(call: &mut Call<'_>) -> Done {
    let warning = known(call, |known| known.warning.as_deref().map(string_zval))?;
    call.give(warning.unwrap_or_else(Zval::null))
}

fn debug_info(call: &mut Call<'_>) -> Done {
    let info = known(call, |known| {
        let mut array = Array::new();
        array.set("status", long(known.status.into()));
        array.set("requestId", string_zval(&known.request_id));
        array.set("attempts", long(known.attempts.into()));
        array.finish()
    });
    call.give(info.unwrap_or_else(|_| Array::new().finish()))
}
