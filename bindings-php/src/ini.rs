//! Settings of php.ini: `lomi.api_key`, `lomi.base_url`, `lomi.timeout` and
//! `lomi.webhook_secret`.

use std::ffi::{CStr, c_char};

use ext_php_rs::ffi::ext_php_rs_sapi_module;
use ext_php_rs::flags::IniEntryPermission;
use ext_php_rs::zend::{IniEntryDef, IniEntryDefs};

unsafe extern "C" {
    fn zend_ini_string(name: *const c_char, length: usize, original: i32) -> *mut c_char;
}

static ENTRIES: IniEntryDefs<5> = IniEntryDefs::new([
    IniEntryDef::new(c"lomi.api_key", c"", IniEntryPermission::All),
    IniEntryDef::new(c"lomi.base_url", c"", IniEntryPermission::All),
    IniEntryDef::new(c"lomi.timeout", c"", IniEntryPermission::All),
    IniEntryDef::new(c"lomi.webhook_secret", c"", IniEntryPermission::All),
    IniEntryDef::end(),
]);

pub(crate) fn register(module: i32) {
    IniEntryDef::register(ENTRIES.as_slice(), module);
}

fn read(name: &CStr) -> Option<String> {
    // SAFETY: the engine gives a C string of its own, or null.
    let text = unsafe {
        let found = zend_ini_string(name.as_ptr(), name.count_bytes(), 0);
        if found.is_null() {
            return None;
        }
        CStr::from_ptr(found)
    };
    text.to_str().ok().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// The secret key.
pub(crate) fn api_key() -> Option<String> {
    read(c"lomi.api_key")
}

/// The secret of webhook deliveries; several with commas.
pub(crate) fn webhook_secret() -> Option<String> {
    read(c"lomi.webhook_secret")
}

/// Where the API is.
pub(crate) fn base_url() -> Option<String> {
    read(c"lomi.base_url")
}

/// The deadline of a call in seconds.
pub(crate) fn timeout() -> Option<f64> {
    read(c"lomi.timeout")?.parse().ok().filter(|seconds: &f64| *seconds > 0.0)
}

/// The server interface that PHP runs under, such as `cli` or `fpm-fcgi`.
pub(crate) fn server_interface() -> String {
    // SAFETY: set by the engine for the life of the process.
    unsafe {
        let module = ext_php_rs_sapi_module();
        match module.as_ref() {
            Some(module) if !module.name.is_null() => {
                CStr::from_ptr(module.name).to_string_lossy().into_owned()
            }
            _ => String::new(),
        }
    }
}

/// Whether a web server waits for the script, and cuts it off after 30 s by habit.
pub(crate) fn is_web_server() -> bool {
    !matches!(server_interface().as_str(), "cli" | "phpdbg" | "embed" | "")
}

/// The table of `phpinfo()` and `php --ri lomi`. No key or password is in it.
pub(crate) fn show() {
    use ext_php_rs::{info_table_end, info_table_header, info_table_row, info_table_start};
    let key = api_key().map_or_else(|| "not set".to_owned(), |key| lomi::Secret::new(key).masked());
    let url = match base_url() {
        None => "follows from the key".to_owned(),
        Some(url) if url.contains('@') => "refused: it holds a user or a password".to_owned(),
        Some(url) => lomi::redact(&url),
    };
    let timeout = crate::settings::default_timeout();
    info_table_start!();
    info_table_header!("lomi", "enabled");
    info_table_row!("Version", lomi::VERSION);
    info_table_row!("lomi.api_key", key);
    info_table_row!("lomi.base_url", url);
    info_table_row!("lomi.timeout", format!("{timeout} s"));
    info_table_row!(
        "lomi.webhook_secret",
        if webhook_secret().is_some() { "set" } else { "not set" }
    );
    info_table_end!();
}
