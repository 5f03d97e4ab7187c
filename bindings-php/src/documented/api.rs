//! The documented classes: `LomiSDK\Api\CheckoutSessionsApi` and its kin, each operation
//! in its five documented forms.

use std::sync::OnceLock;

use ext_php_rs::types::{ZendObject, Zval};
use ext_php_rs::zend::ClassEntry;
use lomi::{CallOptions, Decoded, Input, Reply, Target, Value};

use crate::convert::decode::PhpSink;
use crate::documented::configuration::{self, CONFIGURATION};
use crate::documented::header_selector::HEADER_SELECTOR;
use crate::response::{self, Facts, header_array, pairs};
use crate::send::psr18;
use crate::send::sender::Road;
use crate::table::{APIS, Api, Argument, Documented};
use crate::zend::{
    Array, AsObject, Call, Class, ClassRef, Done, Thrown, get_property, handler, interned_zval,
    long, new_object, set_property, string_zval,
};

const JSON: &str = "application/json";

static CLASSES: OnceLock<Vec<ClassRef>> = OnceLock::new();

/// Which operation a method is, in which of its forms.
struct Method {
    operation: &'static Documented,
    form: Form,
}

#[derive(Clone, Copy, PartialEq)]
enum Form {
    Model,
    WithHttpInfo,
    Async,
    AsyncWithHttpInfo,
    Request,
}

const FORMS: &[(Form, &str)] = &[
    (Form::Model, ""),
    (Form::WithHttpInfo, "WithHttpInfo"),
    (Form::Async, "Async"),
    (Form::AsyncWithHttpInfo, "AsyncWithHttpInfo"),
    (Form::Request, "Request"),
];

/// Each class stands in `LomiSDK\Api`; the documents also name it without.
pub(crate) fn register() -> Result<(), String> {
    let mut classes = Vec::new();
    for api in APIS {
        let class = ClassRef::new();
        declare(api).register(&class)?;
        let short = ClassRef::new();
        Class::new(format!("LomiSDK\\{}", api.class)).extends(class.raw()).register(&short)?;
        classes.push(class);
    }
    CLASSES.set(classes).map_err(|_| "the Api classes are registered twice".to_owned())
}

fn declare(api: &'static Api) -> Class {
    let mut class = Class::new(format!("LomiSDK\\Api\\{}", api.class))
        .constant("contentTypes", content_types(api))
        .protected("client", Zval::null())
        .protected("config", Zval::null())
        .protected("headerSelector", Zval::null())
        .protected("hostIndex", long(0))
        .method(
            "__construct($client = null, ?LomiSDK\\Configuration $config = null, \
             ?LomiSDK\\HeaderSelector $selector = null, int $hostIndex = 0)",
            handler(construct),
        )
        .method("setHostIndex($hostIndex): void", handler(set_host_index))
        .method("getHostIndex()", handler(get_host_index))
        .method("getConfig()", handler(get_config))
        .method("protected createHttpClientOption()", handler(create_http_client_option));
    for operation in api.operations {
        for (form, suffix) in FORMS {
            let comma = if operation.declared.is_empty() { "" } else { ", " };
            let declaration = format!(
                "{}{suffix}({}{comma}string $contentType = '{JSON}')",
                operation.name, operation.declared
            );
            let method = Method { operation, form: *form };
            class = class.method_about(declaration, handler(call_operation), method);
        }
    }
    class
}

/// Operation to content types, built so that the engine may keep it.
fn content_types(api: &Api) -> Zval {
    let mut types = crate::zend::Permanent::new();
    for operation in api.operations {
        let mut list = crate::zend::Permanent::new();
        list.push(interned_zval(JSON));
        types.set(operation.name, list.finish());
    }
    types.finish()
}

/// The class that declares the four properties: scope for reading them.
fn scope(object: &ZendObject) -> Result<&'static ClassEntry, Thrown> {
    CLASSES
        .get()
        .into_iter()
        .flatten()
        .filter_map(ClassRef::get)
        .find(|class| object.instance_of(class))
        .ok_or_else(|| Thrown::defect("the object is of no Api class"))
}

fn construct(call: &mut Call<'_>) -> Done {
    let client = call.argument(0).filter(|value| !value.is_null()).map(Zval::shallow_clone);
    if let Some(given) = &client
        && !given.handle().is_some_and(psr18::is_client)
    {
        return Err(call.wrong_type(0, "?GuzzleHttp\\ClientInterface", given));
    }
    let given = |call: &Call<'_>, position: usize, class: &ClassRef, name: &str| match call
        .argument(position)
        .filter(|value| !value.is_null())
    {
        None => Ok(None),
        Some(value) => {
            let class = class.get().ok_or_else(|| Thrown::defect("a class is missing"))?;
            match value.handle().filter(|object| object.instance_of(class)) {
                Some(_) => Ok(Some(value.shallow_clone())),
                None => Err(call.wrong_type(position, &format!("?{name}"), value)),
            }
        }
    };
    let config = match given(call, 1, &CONFIGURATION, "LomiSDK\\Configuration")? {
        Some(config) => config,
        None => configuration::default()?,
    };
    let selector = match given(call, 2, &HEADER_SELECTOR, "LomiSDK\\HeaderSelector")? {
        Some(selector) => selector,
        None => {
            let class = HEADER_SELECTOR.get().ok_or_else(|| Thrown::defect("no HeaderSelector"))?;
            new_object(class)?
        }
    };
    let index = match call.argument(3) {
        Some(_) => call.integer(3)?,
        None => 0,
    };
    let this = call.this()?;
    let scope = scope(this)?;
    set_property(this, scope, "client", client.unwrap_or_else(Zval::null));
    set_property(this, scope, "config", config);
    set_property(this, scope, "headerSelector", selector);
    set_property(this, scope, "hostIndex", long(index));
    Ok(())
}

fn set_host_index(call: &mut Call<'_>) -> Done {
    let index = call.integer(0)?;
    let this = call.this()?;
    let scope = scope(this)?;
    set_property(this, scope, "hostIndex", long(index));
    Ok(())
}

fn property(call: &mut Call<'_>, name: &str) -> Result<Zval, Thrown> {
    let this = call.this()?;
    let scope = scope(this)?;
    Ok(get_property(this.into(), scope, name))
}

fn get_host_index(call: &mut Call<'_>) -> Done {
    let index = property(call, "hostIndex")?;
    call.give(index)
}

fn get_config(call: &mut Call<'_>) -> Done {
    let config = property(call, "config")?;
    call.give(config)
}

/// Options for Guzzle, as documented; the wire log of `debug` is ours, without the key.
fn create_http_client_option(call: &mut Call<'_>) -> Done {
    let config = property(call, "config")?;
    let mut options = Array::new();
    if let Some(config) = config.handle() {
        let certificates = configuration::certificates(config)?;
        if let Some(cert) = certificates.cert {
            options.set("cert", string_zval(&cert));
        }
        if let Some(key) = certificates.key {
            options.set("ssl_key", string_zval(&key));
        }
    }
    call.give(options.finish())
}

/// The road of an Api object: its configuration, its host, its HTTP client.
fn road(call: &mut Call<'_>) -> Result<Road, Thrown> {
    let http = property(call, "client")?;
    let index = property(call, "hostIndex")?.long().unwrap_or_default();
    let config = property(call, "config")?;
    let config = config.handle().ok_or_else(|| {
        Thrown::configuration("the object has no configuration; was its constructor called?")
    })?;
    let index = u32::try_from(index)
        .map_err(|_| Thrown::invalid_argument(format!("Invalid index {index}")))?;
    let certificates = configuration::certificates(config)?;
    let http = Some(http).filter(|http| !http.is_null());
    let made = crate::documented::configured_client::client(config, index)?;
    Ok(Road {
        client: made.client,
        logs: made.logs,
        http,
        certificates: Some(certificates),
        debug_file: configuration::debug_file(config),
        logger: None,
    })
}

fn call_operation(call: &mut Call<'_>) -> Done {
    let method = call.about::<Method>()?;
    let (input, options) = arguments(call, method.operation)?;
    let road = road(call)?;
    let target = Target::Operation(method.operation.operation);
    match method.form {
        Form::Model | Form::WithHttpInfo => {
            let reply = road.call(target, input, options)?;
            let result = result(method.operation, reply, method.form == Form::WithHttpInfo)?;
            call.give(result)
        }
        Form::Request => {
            let mut exchange = road.prepare(target, input, options)?;
            let lomi::Step::Send(request, _) = exchange.step(std::time::Instant::now()) else {
                return Err(Thrown::defect("there is nothing to send"));
            };
            let request = psr18::psr_request(&request)?;
            call.give(request)
        }
        Form::Async | Form::AsyncWithHttpInfo => {
            let with_info = method.form == Form::AsyncWithHttpInfo;
            let exchange = road.prepare(target, input, options)?;
            let finish = move |_, reply| result(method.operation, reply, with_info);
            let promise = crate::client::promise::start(road, None, exchange, Box::new(finish))?;
            call.give(promise)
        }
    }
}

/// What a documented method gives.
pub(crate) fn result(
    operation: &'static Documented,
    reply: Reply,
    with_info: bool,
) -> Result<Zval, Thrown> {
    let mut value = decode(operation, &reply)?;
    let triple = with_info.then(|| (reply.status, header_array(pairs(&reply.headers))));
    response::attach(&mut value, &Facts::from(reply));
    Ok(match triple {
        None => value,
        Some((status, headers)) => {
            [value, long(status.into()), headers].into_iter().collect::<Array>().finish()
        }
    })
}

fn decode(operation: &'static Documented, reply: &Reply) -> Result<Zval, Thrown> {
    let mut sink = match operation.list {
        Some(_) => PhpSink::documented().rows(),
        None => PhpSink::documented(),
    };
    Ok(match crate::convert::decode::decode(reply, &mut sink)? {
        Decoded::Nothing => Zval::null(),
        Decoded::One(value) => value,
        Decoded::Rows(rows, facts) => {
            let model = operation.list.ok_or_else(|| Thrown::defect("no model of the page"))?;
            page(model, rows, &facts)?
        }
    })
}

/// A page as the documented model: `data` and `pagination`.
fn page(
    model: &'static lomi::schema::Model,
    rows: Vec<Zval>,
    facts: &lomi::PageFacts,
) -> Result<Zval, Thrown> {
    let number = |value: Option<u64>| value.and_then(|value| i64::try_from(value).ok()).map(long);
    let mut pagination = Array::new();
    for (name, value) in [("limit", facts.limit), ("offset", facts.offset), ("total", facts.total)]
    {
        if let Some(value) = number(value) {
            pagination.set(name, value);
        }
    }
    let made = |model, values| {
        crate::models::registry::of_model(model)
            .and_then(|known| crate::models::registry::build(known, values, None))
            .ok_or_else(|| Thrown::defect("a page cannot be made"))
    };
    let mut values = Array::new();
    values.set("data", rows.into_iter().collect::<Array>().finish());
    values.set("pagination", made(&lomi::generated::PAGINATION, pagination)?);
    made(model, values)
}

/// The documented arguments, with the documented complaints about them.
fn arguments(
    call: &mut Call<'_>,
    operation: &'static Documented,
) -> Result<(Input, CallOptions), Thrown> {
    let mut input = Input::default();
    let mut options = CallOptions::default();
    for (position, argument) in operation.arguments.iter().enumerate() {
        let given = call.argument(position).filter(|value| !value.is_null());
        match argument {
            Argument::Path(name) => {
                let value = given.filter(|value| !is_empty_array(value));
                let value = value.ok_or_else(|| missing(name, operation))?;
                input
                    .path
                    .insert((*name).to_owned(), crate::convert::to_json::for_core(name, value)?);
            }
            Argument::Body(name) => {
                let value = given.filter(|value| !is_empty_array(value));
                let value = value.ok_or_else(|| missing(name, operation))?;
                let model = operation.operation.body;
                input.body = Some(crate::convert::to_json::body(value, model)?);
            }
            Argument::Query { name, least, most, default } => {
                let left_out = call.argument(position).is_none();
                let value = match (given, default) {
                    (Some(value), _) => crate::convert::to_json::for_core(name, value)?,
                    (None, Some(default)) if left_out => Value::from(*default),
                    _ => continue,
                };
                check_bounds(operation, name, &value, *least, *most)?;
                input.query.insert((*name).to_owned(), value);
            }
        }
    }
    if let Some(content_type) = call.optional_text(operation.arguments.len())?
        && content_type != JSON
    {
        if !crate::documented::header_selector::is_json(&content_type) {
            return Err(Thrown::invalid_argument(format!(
                "{}: the body is JSON; it cannot be sent as {content_type}",
                operation.name
            )));
        }
        if input.body.is_some() {
            options.headers.push(("content-type".to_owned(), content_type));
        }
    }
    Ok((input, options))
}

fn is_empty_array(value: &Zval) -> bool {
    value.array().is_some_and(|table| table.is_empty())
}

fn missing(name: &str, operation: &Documented) -> Thrown {
    Thrown::invalid_argument(format!(
        "Missing the required parameter ${name} when calling {}",
        operation.name
    ))
}

fn check_bounds(
    operation: &Documented,
    name: &str,
    value: &Value,
    least: Option<i64>,
    most: Option<i64>,
) -> Result<(), Thrown> {
    let Some(number) = value.as_i64() else { return Ok(()) };
    let wrong = |word: &str, bound: i64| {
        Err(Thrown::invalid_argument(format!(
            "invalid value for \"${name}\" when calling {}, must be {word} than or equal to {bound}.",
            operation.name
        )))
    };
    match (least, most) {
        (_, Some(most)) if number > most => wrong("smaller", most),
        (Some(least), _) if number < least => wrong("bigger", least),
        _ => Ok(()),
    }
}
