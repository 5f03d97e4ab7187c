//! The PHP extension `lomi`: the classes of `LomiSDK\` over the core's table. Classes are
//! registered at module start, on the command line most of them when a script first names them, and
//! nothing else happens then: the runtime and connections are created by a process's first call.

mod client;
mod config;
mod convert;
mod documented;
mod errors;
mod idempotency_key;
mod messages;
mod models;
mod money;
mod response;
mod send;
mod table;
mod webhooks;
mod zend;

use ext_php_rs::builders::ModuleBuilder;
use ext_php_rs::zend::{ModuleEntry, StaticModuleEntry};

use crate::zend::Wanted;

/// What PHP asks a shared library for.
#[unsafe(no_mangle)]
pub extern "C" fn get_module() -> *mut ModuleEntry {
    static MODULE: StaticModuleEntry = StaticModuleEntry::new();
    config::php_version::warn_of_another();
    MODULE.get_or_init(|| {
        let module = ModuleBuilder::new("lomi", env!("CARGO_PKG_VERSION"))
            .startup_function(startup)
            .post_deactivate_function(zend::after_request)
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
        config::ini::register(module);
        config::environment::read_at_start();
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
    models::declare::register()?;
    documented::configuration::register()?;
    documented::header_selector::register()?;
    documented::serializer::register()?;
    documented::form_data::register()?;
    webhooks::register()?;
    messages::register()?;
    money::register()?;
    idempotency_key::register()?;
    client::promise::register()?;
    client::confirmation::register()?;
    client::find_outcome::register()?;
    client::missed_events::register()?;
    client::stub::register()?;
    send::event::register()?;
    send::psr18::register()?;
    client::page::register()?;
    client::page_iterator::register()?;
    client::lomi_client::register()?;
    if config::ini::is_one_script() {
        zend::declare_late(declare);
    } else {
        declare(Wanted::All)?;
        models::declare::forget();
    }
    zend::forget_declarations();
    Ok(())
}

/// The classes of which there are many: each operation, each model and each kind of error adds to
/// them.
fn declare(wanted: Wanted<'_>) -> Result<(), String> {
    if wanted.is_in("LomiSDK\\Exception\\") {
        errors::declare(wanted)?;
    }
    if wanted.is_in("LomiSDK\\Model\\") {
        models::declare::declare(wanted)?;
        models::enums::declare(wanted)?;
    }
    if wanted.is_in("LomiSDK\\Resource\\") {
        client::resource::declare(wanted)?;
    }
    documented::api::declare(wanted)
}

unsafe extern "C" fn info(_: *mut ModuleEntry) {
    config::ini::print_info();
}
