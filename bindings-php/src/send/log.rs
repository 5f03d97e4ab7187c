//! What is logged of a call: a line for each request, an entry for the option `logger`, warnings.

use std::io::Write;

use ext_php_rs::types::Zval;

use crate::send::event::{Attempt, End, milliseconds, optional};
use crate::zend::{Array, Thrown, call_function, caught, long, string_zval};

/// The log of `setDebug(true)`: one line for each request, with nothing private in it. A file that
/// cannot be written does not change the result.
pub(super) fn write_debug_file(file: &str, line: &str) -> Result<(), Thrown> {
    let append = long(8);
    let arguments = &mut [string_zval(file), string_zval(&format!("lomi: {line}\n")), append];
    caught(call_function("file_put_contents", arguments)).map(drop)
}

/// One line for each request, as every language writes it where it has no log of its own.
pub(super) fn write_stderr(line: &str) {
    // An error while logging must not fail the call.
    let _ = writeln!(std::io::stderr(), "lomi: {line}");
}

/// Writes sentences to PHP's own log, which `error_log` in php.ini names.
pub(crate) fn warn(sentences: &[String]) -> Result<(), Thrown> {
    for sentence in sentences {
        let line = string_zval(&format!("lomi: warning: {sentence}"));
        drop(caught(call_function("error_log", &mut [line]))?);
    }
    Ok(())
}

/// What the option `logger` is called with.
pub(super) fn log_entry(attempt: &Attempt, end: &End) -> Zval {
    let mut entry = Array::new();
    entry.set("method", string_zval(&attempt.method));
    entry.set("route", string_zval(&attempt.route));
    entry.set("status", optional(end.status, |status| long(status.into())));
    entry.set("failure", optional(end.error, string_zval));
    entry.set("attempt", long(attempt.number.into()));
    entry.set("milliseconds", milliseconds(end.elapsed_ms));
    entry.set("request_id", string_zval(&attempt.request_id));
    entry.finish()
}
