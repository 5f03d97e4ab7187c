//! The PHP extension `lomi`: the classes of `LomiSDK\` over the core's table. Classes are
//! registered at module start, and nothing else happens then: runtime and connections
//! are the worker's own, made on its first call.

mod api;
mod cancelled;
mod client;
mod configuration;
mod documented;
mod enums;
mod environment;
mod errors;
mod foreign_http;
mod form_data;
mod from_json;
mod generated;
mod header_selector;
mod hosts;
mod ini;
mod iterator;
mod model_methods;
mod models;
mod money;
mod options;
mod page;
mod pool;
mod promise;
mod response;
mod road;
mod serializer;
mod settings;
mod sink;
mod to_json;
mod webhooks;
mod zend;

use ext_php_rs::builders::ModuleBuilder;
use ext_php_rs::zend::{ModuleEntry, StaticModuleEntry};

/// What this SDK calls itself in requests.
pub(crate) const USER_AGENT: &str = concat!("lomi-php/", env!("CARGO_PKG_VERSION"));

/// What PHP asks a shared library for.
#[unsafe(no_mangle)]
pub extern "C" fn get_module() -> *mut ModuleEntry {
    static MODULE: StaticModuleEntry = StaticModuleEntry::new();
    MODULE.get_or_init(|| {
        let module = ModuleBuilder::new("lomi", env!("CARGO_PKG_VERSION"))
            .startup_function(startup)
            .info_function(info);
        match module.try_into() {
            Ok((entry, _, owned)) => (entry, owned),
            // Names and versions are constants without a NUL.
            Err(_) => std::process::abort(),
        }
    })
}

unsafe extern "C" fn startup(_kind: i32, module: i32) -> i32 {
    let registered = std::panic::catch_unwind(|| {
        ini::register(module);
        environment::remember();
        register()
    });
    match registered {
        Ok(Ok(())) => 0,
        Ok(Err(why)) => refuse(&why),
        Err(_) => refuse("a panic"),
    }
}

fn refuse(why: &str) -> i32 {
    eprintln!("lomi: the extension cannot start: {why}");
    -1
}

fn register() -> Result<(), String> {
    errors::register()?;
    response::register()?;
    models::register()?;
    enums::register()?;
    configuration::register()?;
    header_selector::register()?;
    serializer::register()?;
    form_data::register()?;
    webhooks::register()?;
    money::register()?;
    promise::register()?;
    foreign_http::register()?;
    api::register()?;
    page::register()?;
    client::register()
}

unsafe extern "C" fn info(_: *mut ModuleEntry) {
    ini::show();
}
