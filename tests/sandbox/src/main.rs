//! The `lomi-sandbox` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    lomi_sandbox::cli::run()
}
