//! What is reported of a call: `LOMI_LOG`, the debug file, the option `logger`, warnings.

use std::io::Write;

use ext_php_rs::types::Zval;

use crate::zend::{Array, Thrown, call_function, call_value, caught, long, string_zval};

/// The log of `setDebug(true)`: one line for each request, with nothing private in it. A file that
/// cannot be written does not change the result.
pub(super) fn write_debug_file(file: &str, history: &[lomi::Attempt]) -> Result<(), Thrown> {
    let lines: String = history.iter().map(|attempt| format!("lomi: {attempt}\n")).collect();
    let append = long(8);
    let arguments = &mut [string_zval(file), string_zval(&lines), append];
    caught(call_function("file_put_contents", arguments)).map(drop)
}

/// One line for each request, as every language writes it where it has no log of its own.
pub(super) fn write_stderr(history: &[lomi::Attempt]) {
    let mut out = std::io::stderr().lock();
    for (number, attempt) in history.iter().enumerate() {
        // An error while logging must not fail the call.
        let _ = writeln!(out, "lomi: {attempt} attempt {}", number + 1);
    }
}

/// Writes sentences to PHP's own log, which `error_log` in php.ini names.
pub(crate) fn warn(sentences: &[String]) -> Result<(), Thrown> {
    for sentence in sentences {
        let line = string_zval(&format!("lomi: warning: {sentence}"));
        drop(caught(call_function("error_log", &mut [line]))?);
    }
    Ok(())
}

/// Calls the user's logger for each request. Its exceptions are dropped, because the call already
/// has its result.
pub(super) fn call_logger(logger: &Zval, history: &[lomi::Attempt]) -> Result<(), Thrown> {
    for (number, attempt) in history.iter().enumerate() {
        let mut entry = Array::new();
        entry.set("method", string_zval(attempt.method.as_str()));
        entry.set("route", string_zval(&attempt.route));
        entry.set("status", attempt.status.map_or_else(Zval::null, |s| long(i64::from(s))));
        let failure = attempt.failure.map(lomi::ErrorKind::class_name);
        entry.set("failure", failure.map_or_else(Zval::null, string_zval));
        entry.set("attempt", long(i64::try_from(number + 1).unwrap_or(i64::MAX)));
        let milliseconds = i64::try_from(attempt.elapsed.as_millis()).unwrap_or(i64::MAX);
        entry.set("milliseconds", long(milliseconds));
        entry.set("request_id", string_zval(&attempt.request_id));
        drop(caught(call_value(logger, &mut [entry.finish()]))?);
    }
    Ok(())
}
