//! `uniffi-bindgen generate`: writes the foreign functions of the bridge in one language.

fn main() {
    uniffi::uniffi_bindgen_main();
}
