//! `LomiClient::findOutcome()` and `LomiSDK\FoundOutcome`: whether a call whose outcome is unknown
//! was done. Which calls to make, and what they show, is the core's.

use std::time::SystemTime;

use ext_php_rs::types::Zval;
use ext_php_rs::zend::ClassEntry;
use lomi::binding::{FindStep, OutcomeSearch, messages};
use lomi::{FindOptions, FoundOutcome, Response};

use crate::client::options::{entries, hint};
use crate::client::state::{ClientState, in_its_language, state_of};
use crate::convert::decode;
use crate::convert::option::{ids, seconds};
use crate::response;
use crate::zend::{
    Array, AsObject, Call, Class, ClassRef, Done, Thrown, double, empty_array, get_property,
    handler, interned_zval, new_object, php_string, set_property, string_zval, type_name,
};

static FOUND_OUTCOME: ClassRef = ClassRef::new();

/// The getters of a `FoundOutcome`, each with its property.
const GETTERS: [(&str, &str); 5] = [
    ("getOutcome(): string", "outcome"),
    ("getObject(): mixed", "object"),
    ("getCandidates(): array", "candidates"),
    ("getReason(): ?string", "reason"),
    ("getAskAgainAfter(): ?float", "askAgainAfter"),
];

/// The property that a getter reads.
struct Property(&'static str);

pub(crate) fn register() -> Result<(), String> {
    let mut class = Class::new("LomiSDK\\FoundOutcome")
        .sealed()
        .private("outcome", interned_zval("ambiguous"))
        .private("object", Zval::null())
        .private("candidates", empty_array())
        .private("reason", Zval::null())
        .private("askAgainAfter", Zval::null());
    for (getter, property) in GETTERS {
        class = class.method_with(getter, handler(read), Property(property));
    }
    class.register(&FOUND_OUTCOME)
}

fn scope() -> Result<&'static ClassEntry, Thrown> {
    FOUND_OUTCOME.get().ok_or_else(|| Thrown::defect("there is no FoundOutcome"))
}

fn read(call: &mut Call<'_>) -> Done {
    let property = call.attached::<Property>()?;
    let value = get_property(call.handle()?, scope()?, property.0);
    call.give(value)
}

/// `LomiClient::findOutcome()`.
pub(super) fn find_outcome(call: &mut Call<'_>) -> Done {
    in_its_language(call, find)
}

fn find(call: &mut Call<'_>) -> Done {
    let mut options = FindOptions::new();
    let mut timeout = None;
    for (name, value) in entries(call.argument(1))? {
        match name.as_str() {
            "known_ids" => options = options.known_ids(ids(&name, &value)?),
            "timeout" => timeout = Some(seconds(&name, &value)?),
            _ => {
                let hint = hint(&name, &["known_ids", "timeout"]);
                return Err(Thrown::validation(messages::no_option_of(name, "findOutcome", hint)));
            }
        }
    }
    let known = unknown_call(call.required(0)?)?;
    let state = state_of(call.handle()?)?;
    let mut search = OutcomeSearch::of_json(known.as_deref(), options, SystemTime::now())?;
    loop {
        match search.step() {
            FindStep::Done(found) => {
                let object = object(&state, found)?;
                return call.give(object);
            }
            FindStep::Call(next) => {
                let (target, input, mut options) = *next;
                options.timeout = timeout;
                let prepared = state.sender.prepare(target, input, options)?;
                let result = match state.sender.run(prepared) {
                    Ok(response) => {
                        drop(state.keep_response(response.clone()));
                        Ok(*response)
                    }
                    Err(Thrown::Failure(error)) => Err(error),
                    Err(thrown) => return Err(thrown),
                };
                search.take(result, SystemTime::now())?;
            }
        }
    }
}

/// What is known of the call: that of its exception, or the string itself.
fn unknown_call(given: &Zval) -> Result<Option<String>, Thrown> {
    let is_exception = |value: &&Zval| value.handle().is_some_and(crate::errors::is_api_exception);
    match Some(given).filter(is_exception).and_then(AsObject::handle) {
        Some(exception) => crate::errors::unknown_call(exception),
        None if given.is_string() => php_string("getUnknownCall()", given),
        None => Err(Thrown::validation(messages::not_an_unknown_call(type_name(given)))),
    }
}

/// The `FoundOutcome` of what was found.
fn object(state: &ClientState, found: FoundOutcome) -> Result<Zval, Thrown> {
    let scope = scope()?;
    let mut value = new_object(scope)?;
    let Some(made) = value.object_mut() else { return Ok(value) };
    let mut set = |name: &str, value: Zval| set_property(made, scope, name, value);
    match found {
        FoundOutcome::Done(response) => {
            set("outcome", interned_zval("done"));
            set("object", model(state, *response)?);
        }
        FoundOutcome::NotDone => set("outcome", interned_zval("not_done")),
        FoundOutcome::Ambiguous(why) => {
            let candidates = why.candidates.into_iter().map(|one| model(state, one));
            let candidates = candidates.collect::<Result<Array, _>>()?;
            set("candidates", candidates.finish());
            set("reason", string_zval(&why.reason));
            let seconds = why.ask_again_after.map(|pause| double(pause.as_secs_f64()));
            set("askAgainAfter", seconds.unwrap_or_else(Zval::null));
        }
        _ => return Err(Thrown::defect("an outcome that this extension does not know")),
    }
    Ok(value)
}

/// The object of a response. A row of a list has no response of its own.
fn model(state: &ClientState, response: Response) -> Result<Zval, Thrown> {
    let mut value = decode::one(&response)?;
    if response.attempts > 0 {
        response::attach(&mut value, &state.keep_response(Box::new(response)));
    }
    Ok(value)
}
