//! The bridge to Kotlin, Java and Ruby: calls, results and errors as bytes. The classes that their
//! users see are generated from the spec, as in every other language; `packed` describes the bytes.
//! Ruby calls what uniffi exports; Kotlin and Java call the native methods of `jvm`, since a call by
//! JNI costs a fraction of one by JNA, which uniffi would use.

// uniffi exports what is `pub`.
#![allow(unreachable_pub)]

mod attempts;
mod binding;
mod caller;
mod checks;
mod client;
mod events;
mod find_outcome;
mod foreign;
mod jvm;
mod lock;
mod offline;
mod packed;
mod pages;
mod response;
mod text;
mod values;
mod webhooks;

uniffi::setup_scaffolding!("lomi_bridge");

/// The version of this library.
#[uniffi::export]
fn version() -> String {
    lomi::VERSION.to_owned()
}

/// A digest of the numbers of operations, models and fields, which the other half carries too.
#[uniffi::export]
fn table_digest() -> String {
    lomi::binding::DIGEST.to_owned()
}
