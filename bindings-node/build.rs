//! Linker settings that Node wants, per platform.

fn main() {
    napi_build::setup();
}
