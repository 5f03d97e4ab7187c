//! `LomiSDK\LomiClient`: `$client->checkoutSessions->create([...], [options])`.

use std::path::Path;
use std::rc::Rc;

use ext_php_rs::types::{ZendObject, Zval};
use lomi::binding::{Download, Downloaded, Offline, Target, messages};
use lomi::{Input, Secret};

use crate::client::options::{self, ClientOptions};
use crate::client::resource;
use crate::client::state::{ClientPayload, ClientState, in_its_language, state_of};
use crate::convert::decode;
use crate::convert::option::{bytes, string};
use crate::response;
use crate::send::cancellation::CLIENT;
use crate::send::sender::Sender;
use crate::table::RESOURCES;
use crate::zend::{
    Array, Call, Class, Done, Thrown, bytes_zval, handler, long, new_object, payload_mut,
    set_property, string_zval,
};

pub(crate) fn register() -> Result<(), String> {
    let mut class = Class::new("LomiSDK\\LomiClient")
        .with_payload::<ClientPayload>()
        .method(
            "__construct(sensitive ?string $apiKey = null, sensitive array $options = [])",
            handler(construct),
        )
        .method(
            "request(string $method, string $path, sensitive array $options = [])",
            handler(request),
        )
        .method(
            "findOutcome(sensitive $errorOrJson, array $options = []): LomiSDK\\FoundOutcome",
            handler(crate::client::find_outcome::find_outcome),
        )
        .method(
            "reconcile($since): LomiSDK\\MissedEvents",
            handler(crate::client::missed_events::reconcile),
        )
        .method(
            "static replay(string $file, sensitive array $options = []): LomiSDK\\LomiClient",
            handler(replay),
        )
        .method(
            "download(sensitive string $url, sensitive array $options = []): string|int",
            handler(download),
        )
        .method("prewarm(): void", handler(prewarm))
        .method(
            "pool(iterable $calls, int $concurrency = 64): array",
            handler(crate::client::pool::run),
        )
        .method("getLastResponse()", handler(last_response))
        .private_static(crate::send::cancellation::LAST)
        .method(
            "static getLastCancelled(): ?LomiSDK\\Exception\\CancelledError",
            handler(|call| call.give(crate::send::cancellation::last())),
        )
        .method("__debugInfo(): array", handler(debug_info));
    for resource in RESOURCES {
        class = class.public(resource.property, Zval::null());
    }
    class.register(&CLIENT)
}

fn construct(call: &mut Call<'_>) -> Done {
    let key = call.optional_string(0)?;
    let given = options::client_options(key, call.argument(1))?;
    set_up(call.this()?, given)
}

/// A client whose calls are answered from a recording.
fn replay(call: &mut Call<'_>) -> Done {
    let file = call.string(0)?;
    crate::config::ini::check_open_basedir(&file)?;
    give_client(call, 1, Offline::replay(Path::new(&file))?)
}

/// Returns a client that sends nothing; its options are the argument at a position.
pub(super) fn give_client(call: &mut Call<'_>, position: usize, offline: Offline) -> Done {
    let mut given = options::client_options(None, call.argument(position))?;
    if given.http.is_some() {
        return Err(Thrown::configuration(messages::http_client_without_sending()));
    }
    given.builder.offline = Some(offline);
    let class = CLIENT.get().ok_or_else(|| Thrown::defect("there is no LomiClient"))?;
    let mut value = new_object(class)?;
    if let Some(object) = value.object_mut() {
        set_up(object, given)?;
    }
    call.give(value)
}

fn set_up(object: &mut ZendObject, given: ClientOptions) -> Done {
    let ClientOptions { builder, http, certificates, mut reporter } = given;
    let client = lomi::Client::with(builder)?;
    crate::send::log::warn(&client.config().warnings)?;
    reporter.stderr = crate::config::environment::wants_log()?;
    let certificates = Some(certificates);
    let sender = Sender { client, http, certificates, reporter: reporter.wanted() };
    let client = ClientPayload(Some(ClientState { sender, last: Rc::default() }));
    if let Some(mine) = payload_mut::<ClientPayload>(object) {
        *mine = client.clone();
    }
    let scope = CLIENT.get().ok_or_else(|| Thrown::defect("there is no LomiClient"))?;
    for (name, resource) in resource::build_all(&client)? {
        set_property(object, scope, name, resource);
    }
    Ok(())
}

/// Calls any other endpoint; `query`, `body` and `headers` are among the options.
fn request(call: &mut Call<'_>) -> Done {
    in_its_language(call, send)
}

fn send(call: &mut Call<'_>) -> Done {
    let method = call.string(0)?.to_ascii_uppercase();
    let method = http::Method::from_bytes(method.as_bytes())
        .map_err(|_| Thrown::validation(messages::no_method(&method)))?;
    let path = call.string(1)?;
    let mut input = Input::default();
    let others = ["query", "body", "json"];
    let options = options::call_options(call.argument(2), &others, |name, value| {
        match name {
            "query" => input.query = options::query(Some(value))?,
            _ => input.body = Some(crate::convert::to_json::for_core(messages::the_body(), value)?),
        }
        Ok(())
    })?;
    let state = state_of(call.handle()?)?;
    let response = state.sender.call(Target::Raw { method, path }, input, options)?;
    let value = decode::one(&response)?;
    drop(state.keep_response(response));
    call.give(value)
}

/// Downloads a file that the API links to: its bytes, or the size of the file with the option `to`.
fn download(call: &mut Call<'_>) -> Done {
    in_its_language(call, save)
}

fn save(call: &mut Call<'_>) -> Done {
    let mut download = Download { url: Secret::new(call.string(0)?), to: None, max_bytes: None };
    let take = |name: &str, value: &Zval| {
        match name {
            "to" => {
                let to = string(name, value)?;
                crate::config::ini::check_open_basedir(&to)?;
                download.to = Some(to.into());
            }
            _ => download.max_bytes = Some(bytes(name, value)?),
        }
        Ok(())
    };
    let options = options::call_options(call.argument(1), &["to", "max_bytes"], take)?;
    let state = state_of(call.handle()?)?;
    let response = state.sender.call(Target::Download(download), Input::default(), options)?;
    let value = match response.downloaded() {
        Some(Downloaded::Saved(size)) => long(i64::try_from(size).unwrap_or(i64::MAX)),
        Some(Downloaded::Bytes(bytes)) => bytes_zval(bytes),
        None => return Err(Thrown::defect("a download has no result")),
    };
    drop(state.keep_response(response));
    call.give(value)
}

/// Opens a connection for the next call.
fn prewarm(call: &mut Call<'_>) -> Done {
    in_its_language(call, |call| state_of(call.handle()?)?.sender.prewarm())
}

fn last_response(call: &mut Call<'_>) -> Done {
    let info = state_of(call.handle()?)?.last.borrow().clone();
    let object = response::object(&info)?;
    call.give(object)
}

/// What `print_r` and `var_dump` show: no key.
fn debug_info(call: &mut Call<'_>) -> Done {
    let mut info = Array::new();
    if let Ok(state) = state_of(call.handle()?) {
        let config = state.sender.client.config();
        let key = config.api_key.as_ref().map_or_else(String::new, lomi::Secret::masked);
        info.set("apiKey", string_zval(&key));
        info.set("baseUrl", string_zval(&lomi::binding::redact(&config.base_url)));
    }
    call.give(info.finish())
}
