//! Keys in stack traces on PHP 8.1, which has no `#[\SensitiveParameter]`. There, the arguments
//! that are marked with it are replaced when an exception is thrown, whoever throws it. From
//! PHP 8.2 on the engine does this itself, and nothing here runs.

use std::ffi::{c_char, c_void};
use std::sync::RwLock;

use ext_php_rs::ffi::{
    HashTable, zend_ce_error, zend_ce_exception, zend_function, zend_hash_str_find_ptr_lc,
    zend_object, zend_throw_exception_hook,
};
use ext_php_rs::types::{ZendHashTable, Zval};
use ext_php_rs::zend::ClassEntry;

use super::array::table_mut;
use super::handle::AsObject;
use super::late::{declared, is_declared, is_ours};
use super::pairs::values;
use super::property::{get_property, set_property};
use super::value::string_zval;

type Hook = unsafe extern "C" fn(*mut zend_object);

/// The hook that was there before ours; nothing where the engine hides keys itself.
static PREVIOUS: RwLock<Option<Option<Hook>>> = RwLock::new(None);

/// What a trace shows for a hidden argument.
const HIDDEN: &str = "***";

unsafe extern "C" {
    fn zend_get_parameter_attribute_str(
        attributes: *mut HashTable,
        name: *const c_char,
        length: usize,
        position: u32,
    ) -> *mut c_void;
}

/// Has keys hidden where the engine does not. To be called at module start. At a second start in
/// one process the engine has removed all hooks.
pub(crate) fn hide_keys_in_traces() {
    if is_declared("SensitiveParameter") {
        return;
    }
    // SAFETY: no script runs yet, and no other thread.
    let previous = unsafe { (&raw mut zend_throw_exception_hook).replace(Some(thrown)) };
    if let Ok(mut kept) = PREVIOUS.write() {
        *kept = Some(previous);
    }
}

fn previous() -> Option<Option<Hook>> {
    PREVIOUS.read().map(|kept| *kept).unwrap_or_default()
}

unsafe extern "C" fn thrown(object: *mut zend_object) {
    let mut value = Zval::new();
    // SAFETY: the engine gives null, or an exception that it holds.
    if let Some(object) = unsafe { object.as_mut() } {
        value.set_object(object);
        hide(&mut value);
    }
    if let Some(previous) = previous().flatten() {
        // SAFETY: another extension's hook, called as the engine would.
        unsafe { previous(object) };
    }
}

/// Hides the keys in the trace of an exception that may never be thrown, such as one that a
/// promise is rejected with.
pub(crate) fn hide_keys_of(exception: &mut Zval) {
    if previous().is_some() {
        hide(exception);
    }
}

fn hide(exception: &mut Zval) {
    let Some(object) = exception.handle() else { return };
    // SAFETY: the engine's own classes, set before any module starts.
    let bases = unsafe { [zend_ce_exception.as_ref(), zend_ce_error.as_ref()] };
    // `exit()` is neither.
    let base = bases.into_iter().flatten().find(|base| object.instance_of(base));
    let Some(base) = base else { return };
    let mut trace = get_property(object, base, "trace");
    if hide_in(&mut trace)
        && let Some(object) = exception.object_mut()
    {
        set_property(object, base, "trace", trace);
    }
}

/// Whether something was hidden.
fn hide_in(trace: &mut Zval) -> bool {
    let Some(frames) = trace.array() else { return false };
    let found: Vec<(usize, Vec<i64>)> = values(frames)
        .map(|frame| frame.array().map(sensitive).unwrap_or_default())
        .enumerate()
        .filter(|(_, positions)| !positions.is_empty())
        .collect();
    for (at, positions) in &found {
        let arguments = table_mut(trace)
            .and_then(|frames| frames.get_index_mut(i64::try_from(*at).ok()?))
            .and_then(table_mut)
            .and_then(|frame| frame.get_mut("args"))
            .and_then(table_mut);
        let Some(arguments) = arguments else { continue };
        for position in positions {
            let _ = arguments.insert_at_index(*position, string_zval(HIDDEN));
        }
    }
    !found.is_empty()
}

/// The positions of the arguments in a frame that must not be shown.
fn sensitive(frame: &ZendHashTable) -> Vec<i64> {
    let text = |name| frame.get(name).and_then(Zval::str);
    let (Some(class), Some(function)) = (text("class"), text("function")) else {
        return Vec::new();
    };
    let Some(arguments) = frame.get("args").and_then(Zval::array).filter(|_| is_ours(class)) else {
        return Vec::new();
    };
    let Some(class) = declared(&class.to_ascii_lowercase()) else { return Vec::new() };
    (0..).take(arguments.len()).filter(|at| is_sensitive(class, function, *at)).collect()
}

/// Whether an argument of a method of ours has the attribute.
fn is_sensitive(class: *mut ClassEntry, function: &str, position: i64) -> bool {
    let name = "sensitiveparameter";
    let Ok(position) = u32::try_from(position) else { return false };
    // SAFETY: the class is registered, and its functions are as long as it is.
    unsafe {
        let table = &raw const (*class).function_table;
        let found: *mut zend_function =
            zend_hash_str_find_ptr_lc(table, function.as_ptr().cast(), function.len()).cast();
        let Some(found) = found.as_ref() else { return false };
        let attributes = found.common.attributes;
        !attributes.is_null()
            && !zend_get_parameter_attribute_str(
                attributes,
                name.as_ptr().cast(),
                name.len(),
                position,
            )
            .is_null()
    }
}
