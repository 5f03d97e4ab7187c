//! Generated Python in the format of the package's own: imports sorted, lines broken.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Formats files (path, text) with one run of ruff.
pub(super) fn format(files: Vec<(String, String)>) -> Result<Vec<(String, String)>, String> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = std::env::temp_dir().join(format!("lomi-codegen-{}", std::process::id()));
    let result = in_folder(&root, &folder, files);
    // A folder that stays does no harm.
    let _ = fs::remove_dir_all(&folder);
    result
}

fn in_folder(
    root: &Path,
    folder: &Path,
    files: Vec<(String, String)>,
) -> Result<Vec<(String, String)>, String> {
    let io_error = |path: &str, e: std::io::Error| format!("{path}: {e}");
    for (path, text) in &files {
        let target = folder.join(path);
        let parent = target.parent().unwrap_or(folder);
        fs::create_dir_all(parent).map_err(|e| io_error(path, e))?;
        fs::write(&target, text).map_err(|e| io_error(path, e))?;
    }
    ruff(root, folder, &["check", "--select", "I,F401", "--fix", "--quiet"])?;
    ruff(root, folder, &["format", "--quiet"])?;
    let read = |(path, _): (String, String)| {
        let text = fs::read_to_string(folder.join(&path)).map_err(|e| io_error(&path, e))?;
        Ok((path, text))
    };
    files.into_iter().map(read).collect()
}

/// Runs the ruff that the repository's scripts install, or else the one of the system.
fn ruff(root: &Path, folder: &Path, arguments: &[&str]) -> Result<(), String> {
    let installed = root.join(".venv/bin/ruff");
    let program = if installed.exists() { installed } else { PathBuf::from("ruff") };
    let config = root.join("bindings-python/pyproject.toml");
    let output = Command::new(&program)
        .args(arguments)
        .arg("--config")
        .arg(config)
        .arg(folder)
        .output()
        .map_err(|e| format!("{}: {e}; `make install` installs it", program.display()))?;
    match output.status.success() {
        true => Ok(()),
        false => Err(format!(
            "ruff {}: {}{}",
            arguments.join(" "),
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        )),
    }
}
