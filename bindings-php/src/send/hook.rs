//! A callable of the user's that is called with events: `on_request`, `on_response` or `logger`.

use std::cell::Cell;
use std::rc::Rc;

use ext_php_rs::types::Zval;
use lomi::binding::messages;

use crate::send::log::warn;
use crate::zend::{
    AsObject, Thrown, call_function, call_method, call_value, caught, class_named, new_object,
    php_string, type_name,
};

/// Such a callable.
pub(crate) struct Hook {
    /// The name of the option.
    name: &'static str,
    callable: Zval,
    /// It threw before. Shared by the copies, so that it is reported once.
    has_failed: Rc<Cell<bool>>,
}

impl Clone for Hook {
    fn clone(&self) -> Self {
        Self {
            name: self.name,
            callable: self.callable.shallow_clone(),
            has_failed: Rc::clone(&self.has_failed),
        }
    }
}

impl Hook {
    /// Checks the value of an option. A generator function is refused, because a call of one only
    /// creates the generator and runs nothing.
    pub(crate) fn new(name: &'static str, value: &Zval) -> Result<Self, Thrown> {
        if !value.is_callable() {
            let message = messages::not_callable(name, type_name(value));
            return Err(Thrown::configuration(message));
        }
        if is_generator(value)? {
            return Err(Thrown::configuration(messages::generator_function(name)));
        }
        let callable = value.shallow_clone();
        Ok(Self { name, callable, has_failed: Rc::default() })
    }

    /// The callable, for the cycle collector and getters.
    pub(crate) fn callable(&self) -> &Zval {
        &self.callable
    }

    /// Calls it. An exception changes nothing about the call that the event is about: the first
    /// one is logged as a warning. The error is the end of the script.
    pub(super) fn call(&self, argument: Zval) -> Result<(), Thrown> {
        let Err(exception) = caught(call_value(&self.callable, &mut [argument]))? else {
            return Ok(());
        };
        if self.has_failed.replace(true) {
            return Ok(());
        }
        let message = match exception.handle() {
            Some(object) => caught(call_method(object, "getMessage", &mut []))?.ok(),
            None => None,
        };
        let message = message.map(|message| php_string("the message", &message));
        let message = message.and_then(Result::ok).flatten().unwrap_or_default();
        let class = type_name(&exception);
        let message = lomi::binding::redact(&message);
        let sentence = format!("{} threw {class} ({message}); the call is not affected", self.name);
        warn(&[sentence])
    }
}

fn is_generator(callable: &Zval) -> Result<bool, Thrown> {
    let arguments = &mut [callable.shallow_clone()];
    let closure = call_function("Closure::fromCallable", arguments)?;
    let class = class_named("ReflectionFunction");
    let class = class.ok_or_else(|| Thrown::defect("there is no ReflectionFunction"))?;
    let reflection = new_object(class)?;
    let Some(object) = reflection.handle() else { return Ok(false) };
    call_method(object, "__construct", &mut [closure])?;
    Ok(call_method(object, "isGenerator", &mut [])?.coerce_to_bool())
}
