//! Settings of php.ini: `lomi.api_key`, `lomi.base_url`, `lomi.timeout` and
//! `lomi.webhook_secret`.

use std::ffi::{CStr, CString, OsString, c_char};
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use ext_php_rs::ffi::ext_php_rs_sapi_module;
use ext_php_rs::flags::IniEntryPermission;
use ext_php_rs::zend::{IniEntryDef, IniEntryDefs};
use lomi::binding::messages;

use crate::zend::Thrown;

unsafe extern "C" {
    fn zend_ini_string(name: *const c_char, length: usize, original: i32) -> *mut c_char;
    fn cfg_get_string(name: *const c_char, found: *mut *mut c_char) -> i32;
    fn php_check_open_basedir_ex(path: *const c_char, warn: i32) -> i32;
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

/// Refuses a file outside the folders of `open_basedir`, which PHP enforces only for its own
/// functions.
pub(crate) fn check_open_basedir(file: &str) -> Result<(), Thrown> {
    let path = CString::new(file).map_err(|_| Thrown::validation(messages::path_has_nul()))?;
    // SAFETY: a C string that lives until the engine has compared it.
    match unsafe { php_check_open_basedir_ex(path.as_ptr(), 0) } {
        0 => Ok(()),
        _ => Err(Thrown::validation(messages::outside_open_basedir(file))),
    }
}

fn read(name: &CStr) -> Option<Vec<u8>> {
    // SAFETY: the engine gives a C string of its own, or null.
    let text = unsafe {
        let found = zend_ini_string(name.as_ptr(), name.count_bytes(), 0);
        if found.is_null() {
            return None;
        }
        CStr::from_ptr(found)
    };
    Some(text.to_bytes()).filter(|text| !text.is_empty()).map(<[u8]>::to_vec)
}

fn text(name: &CStr) -> Result<Option<String>, Thrown> {
    read(name).map(String::from_utf8).transpose().map_err(|_| {
        let name = name.to_string_lossy();
        Thrown::configuration(messages::ini_not_utf(name))
    })
}

/// The secret key.
pub(crate) fn api_key() -> Result<Option<String>, Thrown> {
    text(c"lomi.api_key")
}

/// The secret of webhook deliveries; several with commas.
pub(crate) fn webhook_secret() -> Result<Option<String>, Thrown> {
    text(c"lomi.webhook_secret")
}

/// Where the API is.
pub(crate) fn base_url() -> Result<Option<String>, Thrown> {
    text(c"lomi.base_url")
}

/// The authorities that streams and curl trust by php.ini; trusted in addition to the
/// system's. A file that is missing or unusable fails the first call over TLS, as it does
/// there.
pub(crate) fn authorities() -> Vec<PathBuf> {
    let path = |name: &CStr| read(name).or_else(|| configured(name)).map(OsString::from_vec);
    let files = [path(c"openssl.cafile"), path(c"curl.cainfo")];
    let mut files: Vec<PathBuf> = files.into_iter().flatten().map(PathBuf::from).collect();
    files.dedup();
    if let Some(folder) = path(c"openssl.capath") {
        files.extend(hashed(Path::new(&folder)));
    }
    files
}

/// A line of php.ini for an extension that is not loaded.
fn configured(name: &CStr) -> Option<Vec<u8>> {
    let mut found: *mut c_char = std::ptr::null_mut();
    // SAFETY: the engine gives a C string of its own, or leaves null.
    let text = unsafe {
        cfg_get_string(name.as_ptr(), &raw mut found);
        if found.is_null() {
            return None;
        }
        CStr::from_ptr(found)
    };
    Some(text.to_bytes()).filter(|text| !text.is_empty()).map(<[u8]>::to_vec)
}

/// The certificates of a folder prepared by `openssl rehash`, named such as `5ed36f99.0`.
fn hashed(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let is_hash = |entry: &std::fs::DirEntry| {
        entry.file_name().to_str().and_then(|name| name.split_once('.')).is_some_and(
            |(hash, number)| {
                hash.len() == 8
                    && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
                    && number.bytes().all(|byte| byte.is_ascii_digit())
            },
        )
    };
    let mut files: Vec<PathBuf> = entries.filter(is_hash).map(|entry| entry.path()).collect();
    // Sorted, because the order of a folder is arbitrary: clients with the same files share
    // connections.
    files.sort();
    files
}

/// The deadline of a call in seconds.
pub(crate) fn timeout() -> Option<f64> {
    String::from_utf8(read(c"lomi.timeout")?)
        .ok()?
        .parse()
        .ok()
        .filter(|seconds: &f64| *seconds > 0.0)
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

/// Whether this process runs one script, on the command line and without opcache.
pub(crate) fn is_one_script() -> bool {
    let opcache = configured(c"opcache.enable_cli").unwrap_or_default();
    let is_off = matches!(
        opcache.to_ascii_lowercase().as_slice(),
        b"" | b"0" | b"off" | b"no" | b"false" | b"none"
    );
    is_off && server_interface() == "cli"
}

/// Whether PHP runs under a web server, whose limit is 30 s by default.
pub(crate) fn is_web_server() -> bool {
    !matches!(server_interface().as_str(), "cli" | "phpdbg" | "embed" | "")
}

/// The table of `phpinfo()` and `php --ri lomi`. No key or password is in it.
pub(crate) fn print_info() {
    use ext_php_rs::{info_table_end, info_table_header, info_table_row, info_table_start};
    let (key, url) = (api_key().ok().flatten(), base_url().ok().flatten());
    let key = key.map_or_else(|| "not set".to_owned(), |key| lomi::Secret::new(key).masked());
    let url = match url {
        None => "follows from the key".to_owned(),
        Some(url) if url.contains('@') => "refused: it holds a user or a password".to_owned(),
        Some(url) => lomi::binding::redact(&url),
    };
    let timeout = default_timeout();
    info_table_start!();
    info_table_header!("lomi", "enabled");
    info_table_row!("Version", lomi::VERSION);
    info_table_row!("lomi.api_key", key);
    info_table_row!("lomi.base_url", url);
    info_table_row!("lomi.timeout", format!("{timeout} s"));
    info_table_row!(
        "lomi.webhook_secret",
        if read(c"lomi.webhook_secret").is_some() { "set" } else { "not set" }
    );
    info_table_end!();
}

/// The deadline of a call in seconds: `lomi.timeout`, else one that ends before php-fpm's limit.
pub(crate) fn default_timeout() -> f64 {
    timeout().unwrap_or_else(|| if is_web_server() { 25.0 } else { 60.0 })
}
