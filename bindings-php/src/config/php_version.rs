//! Whether the PHP that loads this library is the one that it was built for: a library works with one
//! version only. The engine compares numbers of its interface, and its sentence names those alone.

use std::ffi::{CStr, c_char};

use ext_php_rs::ffi::ZEND_MODULE_API_NO;
use lomi::Language;
use lomi::binding::messages;

unsafe extern "C" {
    fn get_zend_version() -> *const c_char;
}

/// The versions of PHP by the number of their interface.
const VERSIONS: [(u32, &str); 5] = [
    (20_210_902, "8.1"),
    (20_220_829, "8.2"),
    (20_230_831, "8.3"),
    (20_240_924, "8.4"),
    (20_250_925, "8.5"),
];

/// Says which file is needed, where it is another one. The engine refuses this one afterwards.
pub(crate) fn warn_of_another() {
    let built = VERSIONS.iter().find(|(number, _)| *number == ZEND_MODULE_API_NO);
    let Some((_, built)) = built else { return };
    // SAFETY: a constant text of the engine.
    let text = unsafe { CStr::from_ptr(get_zend_version()) }.to_string_lossy();
    let Some(running) = running(&text).filter(|running| running != built) else { return };
    let message = messages::another_php(built, &running);
    eprintln!("lomi: {}", message.text(Language::of_environment()));
}

/// `8.2` from `Zend Engine v4.2.36, Copyright (c) Zend Technologies`.
fn running(text: &str) -> Option<String> {
    let mut parts = text.split_once('v')?.1.split('.');
    let major: u32 = parts.next()?.parse().ok()?;
    let minor: u32 = parts.next()?.parse().ok()?;
    Some(format!("{}.{minor}", major + 4))
}
