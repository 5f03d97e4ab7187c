//! `LomiSDK\Response`: status, headers and ids of the request behind a result.

use std::rc::Rc;

use ext_php_rs::types::Zval;
use http::HeaderMap;
use lomi::Response;
use lomi::binding::messages;

use crate::zend::{
    Array, Call, Class, ClassRef, Done, Thrown, handler, long, new_object, payload, payload_mut,
    payload_type, string_zval,
};

pub(crate) static RESPONSE: ClassRef = ClassRef::new();

payload_type!(ResponseInfo);

/// Metadata of the request behind a result. Shared and immutable.
#[derive(Default, Clone)]
pub(crate) struct ResponseInfo(Option<Rc<Details>>);

struct Details {
    status: u16,
    headers: HeaderMap,
    request_id: String,
    idempotency_key: Option<String>,
    attempts: u32,
    replayed: Option<bool>,
    warning: Option<String>,
}

impl From<Response> for ResponseInfo {
    fn from(response: Response) -> Self {
        Self(Some(Rc::new(Details {
            replayed: response.replayed(),
            warning: response.warning(),
            status: response.status,
            headers: response.headers,
            request_id: response.request_id,
            idempotency_key: response.idempotency_key,
            attempts: response.attempts,
        })))
    }
}

impl ResponseInfo {
    /// The error with the request's id, idempotency key and attempts.
    pub(crate) fn describe(&self, error: lomi::Error) -> lomi::Error {
        let Some(details) = &self.0 else { return error };
        let key = details.idempotency_key.as_deref();
        error.of_call(&details.request_id, key, details.attempts)
    }
}

pub(crate) fn register() -> Result<(), String> {
    Class::new("LomiSDK\\Response")
        .sealed()
        .with_payload::<ResponseInfo>()
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

/// Stores the metadata in an object that carries it.
pub(crate) fn attach(value: &mut Zval, info: &ResponseInfo) {
    if let Some(carried) = value.object_mut().and_then(payload_mut::<ResponseInfo>) {
        *carried = info.clone();
    }
}

/// A `LomiSDK\Response`; null where there was no request.
pub(crate) fn object(info: &ResponseInfo) -> Result<Zval, Thrown> {
    if info.0.is_none() {
        return Ok(Zval::null());
    }
    let class = RESPONSE.get().ok_or_else(|| Thrown::defect("there is no Response"))?;
    let mut value = new_object(class)?;
    attach(&mut value, info);
    Ok(value)
}

/// Headers as PHP's HTTP libraries give them: name to list of values.
pub(crate) fn header_array<'h>(headers: impl Iterator<Item = (&'h str, &'h str)>) -> Zval {
    let mut grouped: Vec<(String, Vec<&str>)> = Vec::new();
    for (name, value) in headers {
        let name = usual_case(name);
        match grouped.iter_mut().find(|(details, _)| *details == name) {
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

/// The headers of a response as strings.
pub(crate) fn pairs(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap_or_default()))
}

/// Header names that are not usually written with one capital for each word.
const UNUSUAL: &[&str] = &["ETag", "WWW-Authenticate", "X-RateLimit-", "X-XSS-Protection"];

/// `content-type` to `Content-Type`. hyper gives names in lower case, however the server
/// wrote them.
fn usual_case(name: &str) -> String {
    for details in UNUSUAL {
        match name.get(..details.len()) {
            Some(start) if start.eq_ignore_ascii_case(details) && details.ends_with('-') => {
                return format!(
                    "{details}{}",
                    usual_case(name.get(details.len()..).unwrap_or_default())
                );
            }
            Some(_) if name.eq_ignore_ascii_case(details) => return (*details).to_owned(),
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

fn details<R>(call: &mut Call<'_>, read: impl FnOnce(&Details) -> R) -> Result<R, Thrown> {
    payload::<ResponseInfo>(call.handle()?)
        .and_then(|info| info.0.as_deref())
        .map(read)
        .ok_or_else(|| Thrown::validation(messages::made_by_call("LomiSDK\\Response")))
}

fn status(call: &mut Call<'_>) -> Done {
    let status = details(call, |details| details.status)?;
    call.give_long(status.into())
}

fn headers(call: &mut Call<'_>) -> Done {
    let headers = details(call, |details| header_array(pairs(&details.headers)))?;
    call.give(headers)
}

fn header(call: &mut Call<'_>) -> Done {
    let name = call.string(0)?;
    let value = details(call, |details| {
        details.headers.get(name.as_str()).and_then(|value| value.to_str().ok()).map(string_zval)
    })?;
    call.give(value.unwrap_or_else(Zval::null))
}

fn request_id(call: &mut Call<'_>) -> Done {
    let id = details(call, |details| string_zval(&details.request_id))?;
    call.give(id)
}

fn idempotency_key(call: &mut Call<'_>) -> Done {
    let key = details(call, |details| details.idempotency_key.as_deref().map(string_zval))?;
    call.give(key.unwrap_or_else(Zval::null))
}

fn attempts(call: &mut Call<'_>) -> Done {
    let attempts = details(call, |details| details.attempts)?;
    call.give_long(attempts.into())
}

fn replayed(call: &mut Call<'_>) -> Done {
    match details(call, |details| details.replayed)? {
        Some(replayed) => call.give_bool(replayed),
        None => call.give(Zval::null()),
    }
}

fn warning(call: &mut Call<'_>) -> Done {
    let warning = details(call, |details| details.warning.as_deref().map(string_zval))?;
    call.give(warning.unwrap_or_else(Zval::null))
}

fn debug_info(call: &mut Call<'_>) -> Done {
    let info = details(call, |details| {
        let mut array = Array::new();
        array.set("status", long(details.status.into()));
        array.set("requestId", string_zval(&details.request_id));
        array.set("attempts", long(details.attempts.into()));
        array.finish()
    });
    call.give(info.unwrap_or_else(|_| Array::new().finish()))
}
