//! Linker settings for a Node addon, per platform.

fn main() {
    napi_build::setup();
    // Node unloads a library when the last worker that loaded it ends. Our threads and thread-local
    // values still need its code then (rust-lang/rust#91979).
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "linux") {
        println!("cargo:rustc-cdylib-link-arg=-Wl,-z,nodelete");
    }
}
