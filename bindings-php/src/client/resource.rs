//! `LomiSDK\Resource\*`: the operations of a client, such as `$client->checkoutSessions`.

use ext_php_rs::types::Zval;
use lomi::binding::Target;
use lomi::binding::messages;
use lomi::binding::table::{Idempotency, Returns};
use lomi::{Input, Response, Value};

use crate::client::state::{ClientPayload, ClientState, in_its_language, state_of};
use crate::client::{confirmation, options};
use crate::convert::decode;
use crate::convert::option::string;
use crate::response;
use crate::table::{Argument, Documented, RESOURCES, Resource};
use crate::zend::{
    self, AsObject, Call, Class, ClassRef, Done, Method, Thrown, Wanted, call_method, call_value,
    handler, is_declared, new_object, payload_mut, type_name,
};

const NAMESPACE: &str = "LomiSDK\\Resource\\";

/// The classes of [`RESOURCES`], in their order.
static CLASSES: [ClassRef; RESOURCES.len()] = [const { ClassRef::new() }; RESOURCES.len()];

/// Declares resources.
pub(crate) fn declare(wanted: Wanted<'_>) -> Result<(), String> {
    for (resource, class) in RESOURCES.iter().zip(&CLASSES) {
        let named = wanted.includes(NAMESPACE, resource.class);
        if named && !is_declared(&format!("{NAMESPACE}{}", resource.class)) {
            class_of(resource)?.register(class)?;
        }
    }
    Ok(())
}

/// The resources of a new client, each with the name of its property.
pub(super) fn build_all(client: &ClientPayload) -> Result<Vec<(&'static str, Zval)>, Thrown> {
    let mut built = Vec::with_capacity(RESOURCES.len());
    for (resource, class) in RESOURCES.iter().zip(&CLASSES) {
        if class.get().is_none() {
            zend::declare(Wanted::Named(&format!("{NAMESPACE}{}", resource.class)));
        }
        let class = class.get().ok_or_else(|| Thrown::defect("a resource is missing"))?;
        let mut object = new_object(class)?;
        if let Some(payload) = object.object_mut().and_then(payload_mut::<ClientPayload>) {
            *payload = client.clone();
        }
        built.push((resource.property, object));
    }
    Ok(built)
}

/// The operation of a resource's method.
struct Verb {
    operation: &'static Documented,
    later: bool,
    /// Repeats the read until its object is in a final state.
    waits: bool,
}

fn class_of(resource: &'static Resource) -> Result<Class, String> {
    let name = resource.class;
    let mut class =
        Class::new(format!("{NAMESPACE}{name}")).sealed().with_payload::<ClientPayload>();
    for operation in resource.operations {
        let mut declared = String::new();
        for argument in operation.arguments {
            match argument {
                Argument::Path(_, name) => declared += &format!("string ${name}, "),
                Argument::Body(_) => declared += "array|object $fields, ",
                Argument::Query { .. } => {}
            }
        }
        if takes_query(operation) {
            declared += "array $query = [], ";
        }
        let verb = operation.verb;
        let declaration = format!("{verb}({declared}sensitive array $options = [])");
        let method = Method::new(&declaration, Some(handler(call_verb)))?;
        let waiting = operation.wait.map(|verb| (verb, true));
        for (verb, waits) in std::iter::once((verb, false)).chain(waiting) {
            for (suffix, later) in [("", false), ("Async", true)] {
                let verb = format!("{verb}{suffix}");
                class = class.methods(&[method.renamed(&verb, Verb { operation, later, waits })?]);
            }
        }
    }
    Ok(class)
}

/// Whether a method has an argument for the query.
fn takes_query(operation: &Documented) -> bool {
    let operation = operation.operation;
    matches!(operation.returns, Returns::Page(_)) || !operation.query_parameters.is_empty()
}

/// The option `confirm` of a call that the server may ask to confirm.
fn confirm_option(value: &Zval) -> Result<Zval, Thrown> {
    match value.is_callable() {
        true => Ok(value.shallow_clone()),
        false => Err(Thrown::validation(messages::not_callable("confirm", type_name(value)))),
    }
}

fn call_verb(call: &mut Call<'_>) -> Done {
    in_its_language(call, verb)
}

fn verb(call: &mut Call<'_>) -> Done {
    let verb = call.attached::<Verb>()?;
    let operation = verb.operation;
    let mut input = Input::default();
    let mut position = 0;
    for argument in operation.arguments {
        match argument {
            Argument::Path(name, _) => {
                let value = crate::convert::to_json::for_core(name, call.required(position)?)?;
                input.path.insert((*name).to_owned(), value);
                position += 1;
            }
            Argument::Body(_) => {
                let value = match crate::convert::to_json::body(
                    call.required(position)?,
                    operation.operation.body,
                )? {
                    // PHP has one empty array; as a body it is an object without fields.
                    Value::Array(items) if items.is_empty() => Value::Object(Default::default()),
                    value => value,
                };
                input.body = Some(value);
                position += 1;
            }
            Argument::Query { .. } => {}
        }
    }
    let is_page = matches!(operation.operation.returns, Returns::Page(_));
    if takes_query(operation) {
        input.query = options::query(call.argument(position))?;
        position += 1;
    }
    let mut confirm = None;
    let is_confirmable = operation.operation.idempotency == Idempotency::Confirmed && !verb.later;
    let mut until = verb.waits.then(|| "final".to_owned());
    let others: &[&str] = match (is_confirmable, verb.waits) {
        (true, _) => &["confirm"],
        (_, true) => &["until"],
        _ => &[],
    };
    let mut options = options::call_options(call.argument(position), others, |name, value| {
        match name {
            "confirm" => confirm = Some(confirm_option(value)?),
            _ => until = Some(string(name, value)?),
        }
        Ok(())
    })?;
    options.until = until;
    let state = state_of(call.handle()?)?;
    let target = Target::Operation(operation.operation);
    // The request for the following pages.
    let again = is_page.then(|| (input.clone(), options.clone()));
    let prepared = state.sender.prepare(target, input, options)?;
    let finish =
        move |ending: Option<ClientState>, response: Box<Response>| -> Result<Zval, Thrown> {
            let ending = ending.ok_or_else(|| Thrown::defect("the call has no client"))?;
            if let Some((input, options)) = again {
                return crate::client::page::build(
                    ending,
                    operation.operation,
                    input,
                    options,
                    response,
                );
            }
            let mut value = decode::one(&response)?;
            confirmation::attach(&mut value, &ending, &response)?;
            response::attach(&mut value, &ending.keep_response(response));
            Ok(value)
        };
    let result = match verb.later {
        false => {
            let response = state.sender.run(prepared)?;
            let asks = response.asks_for_confirmation();
            let value = finish(Some(state), response)?;
            match confirm.filter(|_| asks) {
                Some(confirm) => decided(&confirm, value)?,
                None => value,
            }
        }
        true => {
            let sender = state.sender.share();
            crate::client::promise::start(sender, Some(state), prepared, Box::new(finish))?
        }
    };
    call.give(result)
}

/// The result of a call that the server asks to confirm, after the caller's function has decided.
fn decided(confirm: &Zval, first: Zval) -> Result<Zval, Thrown> {
    let decision = call_value(confirm, &mut [first.shallow_clone()])?;
    match first.handle().filter(|_| decision.is_true()) {
        Some(object) => call_method(object, "confirm", &mut []),
        None => Ok(first),
    }
}
