//! What is committed is what the spec says.

use std::path::Path;

fn root() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
fn the_generated_files_are_up_to_date() {
    let report = lomi_codegen::generate(&root(), None).unwrap().compare(&root()).unwrap();
    assert!(report.changed.is_empty(), "run `cargo codegen`: {:#?}", report.changed);
    assert!(report.files > 10);
}

#[test]
fn no_model_has_more_fields_than_the_decoder_can_mark() {
    for model in lomi_codegen::models(&root()).unwrap() {
        assert!(model.fields.len() <= 128, "{}", model.name);
    }
}
