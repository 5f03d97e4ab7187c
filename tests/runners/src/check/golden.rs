//! Golden files: the bytes of the first request of a scenario.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::normalize::normal_request;
use super::recording::Recording;
use crate::scenario::Scenario;

fn file(root: &Path, scenario: &Scenario) -> PathBuf {
    root.join("tests/scenarios/golden").join(format!("{}.txt", scenario.name))
}

/// Writes the golden file of a scenario.
pub(crate) fn write(root: &Path, scenario: &Scenario, recording: &Recording) -> Result<()> {
    let first = recording.requests.first().context("no request was sent")?;
    Ok(std::fs::write(file(root, scenario), normal_request(first))?)
}

/// The difference between the first request and the golden file, if there is one.
pub(crate) fn difference(
    root: &Path,
    scenario: &Scenario,
    recording: &Recording,
) -> Option<String> {
    if !scenario.golden {
        return None;
    }
    let path = file(root, scenario);
    let Ok(wanted) = std::fs::read_to_string(&path) else {
        return Some("the golden file is missing; `--bless` writes it".into());
    };
    let found = normal_request(recording.requests.first()?);
    let line = wanted.lines().zip(found.lines()).find(|(a, b)| a != b);
    (wanted != found).then(|| format!("the request differs from the golden file: {line:?}"))
}
