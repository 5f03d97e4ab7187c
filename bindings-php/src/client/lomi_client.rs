//! `LomiSDK\LomiClient`: `$client->checkoutSessions->create([...], [options])`.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::OnceLock;

use ext_php_rs::types::Zval;
use lomi::Value;
use lomi::schema::Answer;
use lomi::{Decoded, Input, Reply, Target};

use crate::client::options::{self, SetUp};
use crate::convert::decode::{self, PhpSink};
use crate::response::{self, Facts};
use crate::send::sender::Road;
use crate::table::APIS;
use crate::table::{Api, Argument, Documented};
use crate::zend::{
    Array, Call, Class, ClassRef, Done, Thrown, handler, new_object, payload, payload_mut,
    payload_type, set_property, string_zval,
};

pub(crate) static CLIENT: ClassRef = ClassRef::new();
static RESOURCES: OnceLock<Vec<ClassRef>> = OnceLock::new();

/// A client's road and its last answer, shared by its resources.
#[derive(Clone, Default)]
pub(crate) struct Held(Option<Shared>);

/// Every holder has a road of its own, so that each PHP value in it has one owner.
pub(crate) struct Shared {
    pub(crate) road: Road,
    last: Rc<RefCell<Facts>>,
}

impl Clone for Shared {
    fn clone(&self) -> Self {
        Self { road: self.road.share(), last: Rc::clone(&self.last) }
    }
}

payload_type!(Held, |held, visit| if let Some(shared) = &held.0 {
    shared.road.references(visit);
});

/// What a method of a resource does.
struct Verb {
    operation: &'static Documented,
    later: bool,
}

pub(crate) fn register() -> Result<(), String> {
    let mut class = Class::new("LomiSDK\\LomiClient")
        .holds::<Held>()
        .method(
            "__construct(sensitive ?string $apiKey = null, sensitive array $options = [])",
            handler(construct),
        )
        .method(
            "request(string $method, string $path, sensitive array $options = [])",
            handler(request),
        )
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
    let mut resources = Vec::new();
    for api in APIS {
        class = class.public(api.resource, Zval::null());
        let resource = ClassRef::new();
        declare(api).register(&resource)?;
        resources.push(resource);
    }
    class.register(&CLIENT)?;
    RESOURCES.set(resources).map_err(|_| "the resources are registered twice".to_owned())
}

fn declare(api: &'static Api) -> Class {
    let name = api.class.trim_end_matches("Api");
    let mut class = Class::new(format!("LomiSDK\\Resource\\{name}")).sealed().holds::<Held>();
    for operation in api.operations {
        let mut declared = String::new();
        for argument in operation.arguments {
            match argument {
                Argument::Path(_) => declared += "string $id, ",
                Argument::Body(_) => declared += "array|object $fields, ",
                Argument::Query { .. } => {}
            }
        }
        if matches!(operation.operation.answer, Answer::Page(_)) {
            declared += "array $query = [], ";
        }
        for (suffix, later) in [("", false), ("Async", true)] {
            let verb = operation.operation.verb;
            class = class.method_about(
                format!("{verb}{suffix}({declared}sensitive array $options = [])"),
                handler(call_verb),
                Verb { operation, later },
            );
        }
    }
    class
}

fn construct(call: &mut Call<'_>) -> Done {
    let key = call.optional_text(0)?;
    let SetUp { builder, http, logger } = options::of_client(key, call.argument(1))?;
    let client = lomi::Client::with(builder)?;
    crate::send::sender::warn(&client.config().warnings)?;
    let logs = crate::config::environment::wants_log()?;
    let road = Road { http, logs, logger, ..Road::own(client) };
    let held = Held(Some(Shared { road, last: Rc::default() }));
    let this = call.this()?;
    if let Some(mine) = payload_mut::<Held>(this) {
        *mine = held.clone();
    }
    let scope = CLIENT.get().ok_or_else(|| Thrown::defect("there is no LomiClient"))?;
    for (api, class) in APIS.iter().zip(RESOURCES.get().into_iter().flatten()) {
        let class = class.get().ok_or_else(|| Thrown::defect("a resource is missing"))?;
        let mut resource = new_object(class)?;
        if let Some(carried) = resource.object_mut().and_then(payload_mut::<Held>) {
            *carried = held.clone();
        }
        set_property(this, scope, api.resource, resource);
    }
    Ok(())
}

pub(crate) fn shared(object: crate::zend::Object<'_>) -> Result<Shared, Thrown> {
    payload::<Held>(object).and_then(|held| held.0.clone()).ok_or_else(|| {
        Thrown::configuration("the client was not set up; was its constructor called?")
    })
}

impl Shared {
    /// Remembers an answer's facts, and gives them on.
    pub(crate) fn heard(&self, reply: Reply) -> Facts {
        let facts = Facts::from(reply);
        *self.last.borrow_mut() = facts.clone();
        facts
    }
}

fn call_verb(call: &mut Call<'_>) -> Done {
    let verb = call.about::<Verb>()?;
    let operation = verb.operation;
    let mut input = Input::default();
    let mut position = 0;
    for argument in operation.arguments {
        match argument {
            Argument::Path(name) => {
                let value = crate::convert::to_json::for_core(name, call.required(position)?)?;
                input.path.insert((*name).to_owned(), value);
                position += 1;
            }
            Argument::Body(_) => {
                let value = match crate::convert::to_json::body(
                    call.required(position)?,
                    operation.operation.body,
                )? {
                    // An empty PHP array is an object without fields here.
                    Value::Array(items) if items.is_empty() => Value::Object(Default::default()),
                    value => value,
                };
                input.body = Some(value);
                position += 1;
            }
            Argument::Query { .. } => {}
        }
    }
    let is_page = matches!(operation.operation.answer, Answer::Page(_));
    if is_page {
        input.query = options::query(call.argument(position))?;
        position += 1;
    }
    let options = options::of_call(call.argument(position), |_, _| Ok(false))?;
    let shared = shared(call.handle()?)?;
    let target = Target::Operation(operation.operation);
    // What the pages behind this one are asked for with.
    let again = is_page.then(|| (input.clone(), options.clone()));
    let exchange = shared.road.prepare(target, input, options)?;
    let finish = move |ending: Option<Shared>, reply: Reply| -> Result<Zval, Thrown> {
        let ending = ending.ok_or_else(|| Thrown::defect("the call has no client"))?;
        if let Some((input, options)) = again {
            return crate::client::page::build(ending, operation.operation, input, options, reply);
        }
        let mut value = one(&reply)?;
        response::attach(&mut value, &ending.heard(reply));
        Ok(value)
    };
    let result = match verb.later {
        false => {
            let reply = shared.road.run(exchange)?;
            finish(Some(shared), reply)?
        }
        true => {
            let road = shared.road.share();
            crate::client::promise::start(road, Some(shared), exchange, Box::new(finish))?
        }
    };
    call.give(result)
}

fn one(reply: &Reply) -> Result<Zval, Thrown> {
    Ok(match decode::decode(reply, &mut PhpSink::arrays())? {
        Decoded::One(value) => value,
        _ => Zval::null(),
    })
}

/// Any other endpoint: `query`, `body` and `headers` stand among the options.
fn request(call: &mut Call<'_>) -> Done {
    let method = call.text(0)?.to_ascii_uppercase();
    let method = http::Method::from_bytes(method.as_bytes())
        .map_err(|_| Thrown::validation(format!("{method:?} is no HTTP method")))?;
    let path = call.text(1)?;
    let mut input = Input::default();
    let options = options::of_call(call.argument(2), |name, value| {
        match name {
            "query" => input.query = options::query(Some(value))?,
            "body" | "json" => {
                input.body = Some(crate::convert::to_json::for_core("the body", value)?)
            }
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    let shared = shared(call.handle()?)?;
    let reply = shared.road.call(Target::Raw { method, path }, input, options)?;
    let value = match decode::decode(&reply, &mut PhpSink::arrays())? {
        Decoded::One(value) => value,
        _ => Zval::null(),
    };
    drop(shared.heard(reply));
    call.give(value)
}

fn last_response(call: &mut Call<'_>) -> Done {
    let facts = shared(call.handle()?)?.last.borrow().clone();
    let object = response::object(&facts)?;
    call.give(object)
}

/// What `print_r` and `var_dump` show: no key.
fn debug_info(call: &mut Call<'_>) -> Done {
    let mut info = Array::new();
    if let Ok(shared) = shared(call.handle()?) {
        let config = shared.road.client.config();
        let key = config.api_key.as_ref().map_or_else(String::new, lomi::Secret::masked);
        info.set("apiKey", string_zval(&key));
        info.set("baseUrl", string_zval(&lomi::redact(&config.base_url)));
    }
    call.give(info.finish())
}
