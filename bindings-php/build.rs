//! Functions of the engine are found when they are first called, not when the library is loaded: another
//! version of PHP does not have all of them, and then the library can still say which file is needed.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "linux") {
        println!("cargo::rustc-link-arg-cdylib=-Wl,-z,lazy");
    }
}
