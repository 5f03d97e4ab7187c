//! The documented classes such as `LomiSDK\Api\CheckoutSessionsApi`, with each operation in its
//! five documented forms.

use std::ptr;

use ext_php_rs::types::{ZendObject, Zval};
use ext_php_rs::zend::ClassEntry;
use lomi::binding::{Request, Step, Target, messages};
use lomi::{CallOptions, Input};

use crate::documented::JSON;
use crate::documented::arguments::arguments;
use crate::documented::configuration::{self, CONFIGURATION};
use crate::documented::header_selector::HEADER_SELECTOR;
use crate::documented::overrides;
use crate::documented::result::result;
use crate::documented::settings::settings;
use crate::send::psr18;
use crate::send::sender::Sender;
use crate::table::{Documented, EARLIER, RESOURCES};
use crate::zend::{
    self, Array, AsObject, Call, Class, ClassRef, Done, Thrown, Wanted, get_property, handler,
    interned_zval, is_declared, is_overridden, long, new_object, register_alias, set_property,
    string_zval,
};

/// The operation and the form of a method.
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

const NAMESPACE: &str = "LomiSDK\\Api\\";

/// Declares these classes. Each is in `LomiSDK\Api`; the documents also use it as
/// `LomiSDK\CheckoutSessionsApi`.
pub(crate) fn declare(wanted: Wanted<'_>) -> Result<(), String> {
    let current = RESOURCES.iter().filter_map(|it| Some((it.documented?, it.operations)));
    let earlier = EARLIER.iter().map(|it| (it.class, it.operations));
    let mut methods = None;
    for (name, operations) in current.chain(earlier) {
        let named = wanted.includes(NAMESPACE, name) || wanted.includes("LomiSDK\\", name);
        if !named || is_declared(&format!("{NAMESPACE}{name}")) {
            continue;
        }
        let common = match &methods {
            Some(common) => common,
            None => methods.insert(common()?),
        };
        let class = ClassRef::new();
        class_of(name, operations, common)?.register(&class)?;
        register_alias(&class, &format!("LomiSDK\\{name}"))?;
    }
    Ok(())
}

/// The methods that every class has.
fn common() -> Result<Vec<zend::Method>, String> {
    let declared = [
        (
            "__construct($client = null, ?LomiSDK\\Configuration $config = null, \
             ?LomiSDK\\HeaderSelector $selector = null, int $hostIndex = 0)",
            handler(construct),
        ),
        ("setHostIndex($hostIndex): void", handler(set_host_index)),
        ("getHostIndex()", handler(get_host_index)),
        ("getConfig()", handler(get_config)),
        ("protected createHttpClientOption()", handler(create_http_client_option)),
    ];
    declared.into_iter().map(|(text, handler)| zend::Method::new(text, Some(handler))).collect()
}

fn class_of(
    name: &str,
    operations: &'static [Documented],
    common: &[zend::Method],
) -> Result<Class, String> {
    let mut methods = common.to_vec();
    for operation in operations.iter().filter(|operation| operation.documented) {
        let comma = if operation.declared.is_empty() { "" } else { ", " };
        let declaration = format!(
            "{}({}{comma}string $contentType = '{JSON}')",
            operation.name, operation.declared
        );
        let first = zend::Method::new(&declaration, Some(handler(call_operation)))?;
        for (form, suffix) in FORMS {
            let name = format!("{}{suffix}", operation.name);
            methods.push(first.renamed(&name, Method { operation, form: *form })?);
        }
    }
    Ok(Class::new(format!("{NAMESPACE}{name}"))
        .constant("contentTypes", content_types(operations))
        .protected("client", Zval::null())
        .protected("config", Zval::null())
        .protected("headerSelector", Zval::null())
        .protected("hostIndex", long(0))
        .methods(&methods))
}

/// Operation to content types, built so that the engine may keep it.
fn content_types(operations: &[Documented]) -> Zval {
    let mut types = crate::zend::PersistentArray::new();
    for operation in operations.iter().filter(|operation| operation.documented) {
        let mut list = crate::zend::PersistentArray::new();
        list.push(interned_zval(JSON));
        types.set(operation.name, list.finish());
    }
    types.finish()
}

/// The class that declares the four properties, as the scope for reading them: the first of the
/// object's ancestors.
fn scope(object: &ZendObject) -> Result<&'static ClassEntry, Thrown> {
    // SAFETY: an object has a class, and classes that PHP code extends live as long as it runs.
    let mut class: Option<&'static ClassEntry> = unsafe { object.ce.as_ref() };
    while let Some(parent) = class.and_then(ClassEntry::parent) {
        class = Some(parent);
    }
    class.ok_or_else(|| Thrown::defect("the object is of no Api class"))
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

/// The sender of an Api object, from its configuration, host and HTTP client.
fn sender(call: &mut Call<'_>) -> Result<Sender, Thrown> {
    let http = property(call, "client")?;
    let index = property(call, "hostIndex")?.long().unwrap_or_default();
    let config = property(call, "config")?;
    let config = config.handle().ok_or_else(|| {
        Thrown::configuration(messages::not_constructed("LomiSDK\\Configuration"))
    })?;
    let index = u32::try_from(index)
        .map_err(|_| Thrown::invalid_argument(format!("Invalid index {index}")))?;
    let certificates = configuration::certificates(config)?;
    let http = Some(http).filter(|http| !http.is_null());
    let made = crate::documented::configured_client::client(config, index)?;
    let reporter = settings(config)?.reporter(made.logs);
    Ok(Sender { client: made.client, http, certificates: Some(certificates), reporter })
}

/// The first request of a call. Nothing is sent.
fn request(
    sender: &Sender,
    target: Target,
    input: Input,
    options: CallOptions,
) -> Result<Request, Thrown> {
    let mut prepared = sender.prepare(target, input, options)?;
    match prepared.step(std::time::Instant::now()) {
        Step::Send(request, _) => Ok(request),
        _ => Err(Thrown::defect("there is nothing to send")),
    }
}

/// Takes over what a subclass in PHP overrides.
fn ask_subclass(
    call: &mut Call<'_>,
    operation: &'static Documented,
    sender: &Sender,
    input: &Input,
    options: &mut CallOptions,
) -> Result<(), Thrown> {
    let base = scope(call.this()?)?;
    if ptr::eq(call.handle()?.ce, base) {
        return Ok(());
    }
    let name = format!("{}Request", operation.name);
    if is_overridden(call.handle()?, base, &name.to_ascii_lowercase()) {
        let target = Target::Operation(operation.operation);
        let documented = request(sender, target, input.clone(), options.clone())?;
        overrides::of_request(call, &name, &documented, options)?;
    }
    if is_overridden(call.handle()?, base, overrides::HTTP_OPTIONS) {
        overrides::of_http_options(call.handle()?, options)?;
    }
    Ok(())
}

fn call_operation(call: &mut Call<'_>) -> Done {
    let method = call.attached::<Method>()?;
    let (input, mut options) = arguments(call, method.operation)?;
    let sender = sender(call)?;
    let target = Target::Operation(method.operation.operation);
    overrides::of_selector(&property(call, "headerSelector")?, &mut options)?;
    if method.form != Form::Request {
        ask_subclass(call, method.operation, &sender, &input, &mut options)?;
    }
    match method.form {
        Form::Model | Form::WithHttpInfo => {
            let response = sender.call(target, input, options)?;
            let result = result(method.operation, response, method.form == Form::WithHttpInfo)?;
            call.give(result)
        }
        Form::Request => {
            let request = psr18::psr_request(&request(&sender, target, input, options)?)?;
            call.give(request)
        }
        Form::Async | Form::AsyncWithHttpInfo => {
            let with_info = method.form == Form::AsyncWithHttpInfo;
            let prepared = sender.prepare(target, input, options)?;
            let finish = move |_, response| result(method.operation, response, with_info);
            let promise = crate::client::promise::start(sender, None, prepared, Box::new(finish))?;
            call.give(promise)
        }
    }
}
