//! Writes all files that are generated from `core/spec`: the tables of the core, the typed Rust,
//! the declarations of each language, and the table of options.
//!
//! `cargo codegen` writes, `cargo codegen --check` only compares.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use lomi_codegen::{Report, generate};

/// Writes the generated files of every language and docs/options.md from core/spec.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Write nothing; exit with 1 when a generated file differs, is missing or is left over.
    #[arg(long)]
    check: bool,
    /// Write the files of one language, such as `php`, while the templates of another one are
    /// incomplete.
    #[arg(long, conflicts_with = "check")]
    only: Option<String>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let outcome = generate(&root, arguments.only.as_deref()).and_then(|outputs| {
        if arguments.check { outputs.compare(&root) } else { outputs.write(&root) }
    });
    match outcome {
        Ok(Report { changed, files }) if changed.is_empty() => {
            println!("codegen: {files} files are up to date");
            ExitCode::SUCCESS
        }
        Ok(Report { changed, files }) => {
            for line in &changed {
                println!("codegen: {line}");
            }
            println!(
                "codegen: {} of {files} files {}",
                changed.len(),
                if arguments.check {
                    "do not match the spec; run `cargo codegen` and commit the result"
                } else {
                    "written"
                }
            );
            if arguments.check { ExitCode::FAILURE } else { ExitCode::SUCCESS }
        }
        Err(problem) => {
            eprintln!("codegen: {problem}");
            ExitCode::FAILURE
        }
    }
}
