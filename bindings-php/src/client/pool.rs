//! `pool`: several calls at once, results and exceptions in their order.

use ext_php_rs::types::Zval;
use lomi::binding::messages;

use crate::zend::{
    Array, AsObject, Call, Done, Thrown, call_function, call_method, call_value, caught,
};

/// Takes promises, or callables that return one; at most `$concurrency` calls run at once.
pub(crate) fn run(call: &mut Call<'_>) -> Done {
    let given = call.required(0)?.shallow_clone();
    let limit = match call.argument(1) {
        Some(_) => usize::try_from(call.integer(1)?).unwrap_or_default(),
        None => 64,
    };
    if limit == 0 {
        return Err(Thrown::validation(messages::not_whole_above_zero("concurrency", 0)));
    }
    let calls = if given.is_array() {
        given
    } else {
        let mut keep_keys = Zval::new();
        keep_keys.set_bool(true);
        call_function("iterator_to_array", &mut [given, keep_keys])?
    };
    let table = calls
        .array()
        .ok_or_else(|| Thrown::type_error("pool() takes a list of calls".to_owned()))?;
    let mut queued: std::collections::VecDeque<(String, Zval)> = crate::zend::pairs(table)
        .map(|(key, value)| (key.to_string(), value.dereference().shallow_clone()))
        .collect();
    let mut running = std::collections::VecDeque::new();
    let mut results = Array::with_capacity(queued.len());
    loop {
        while running.len() < limit
            && let Some((key, what)) = queued.pop_front()
        {
            running.push_back((key, start(what)?));
        }
        let Some((key, started)) = running.pop_front() else { break };
        let outcome = match started {
            Ok(promise) => wait(&promise)?,
            failed => failed,
        };
        results.set(&key, outcome.unwrap_or_else(|exception| exception));
    }
    call.give(results.finish())
}

/// Starts a call. An exception of the callable becomes its result.
fn start(what: Zval) -> Result<Result<Zval, Zval>, Thrown> {
    if is_promise(&what) || !what.is_callable() {
        return Ok(Ok(what));
    }
    caught(call_value(&what, &mut []))
}

fn is_promise(value: &Zval) -> bool {
    value.handle().is_some_and(|object| {
        crate::zend::is_a(object, "LomiSDK\\Promise")
            || crate::zend::is_a(object, "GuzzleHttp\\Promise\\PromiseInterface")
    })
}

fn wait(value: &Zval) -> Result<Result<Zval, Zval>, Thrown> {
    match value.handle() {
        Some(promise) if is_promise(value) => caught(call_method(promise, "wait", &mut [])),
        // A callable may return a finished result.
        _ => Ok(Ok(value.shallow_clone())),
    }
}
