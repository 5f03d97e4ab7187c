//! Plays a sweep: a fresh sandbox for each operation, so that no operation sees what another did.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;
use tokio::task::JoinSet;

use super::case::{Case, ReadyCase};
use super::differences::differences;
use super::plan::{GENERATIONS, operations};
use super::recording::Recorded;
use super::report::Report;
use crate::languages::Runner;

/// How many sandboxes run at a time: each is a thread with its own sockets.
const TOGETHER: usize = 48;

/// Plays the operations whose names contain `only` through each runner. The first is Rust, with
/// which the others are compared. Returns whether all is as it should be.
pub(crate) async fn sweep(
    root: &Path,
    runners: &[Runner],
    only: Option<&str>,
    verbose: bool,
) -> Result<bool> {
    let mut cases = Vec::new();
    for generation in GENERATIONS {
        let all = operations(root, &generation)?;
        cases.extend(all.into_iter().map(|operation| Case { generation, operation }));
    }
    cases.retain(|case| only.is_none_or(|part| case.name().contains(part)));
    let mut report = Report::default();
    let mut reference: Vec<Recorded> = Vec::new();
    for runner in runners {
        report.start(runner.name);
        let mut recorded = Vec::new();
        for batch in cases.chunks(TOGETHER) {
            recorded.extend(play(runner, batch, &mut report).await?);
        }
        if verbose {
            for (case, recorded) in cases.iter().zip(&recorded) {
                println!("{} {}", runner.name, case.name());
                recorded.requests.iter().for_each(|request| println!("  {request}"));
                println!("  {}", recorded.result);
            }
        }
        for ((case, rust), other) in cases.iter().zip(&reference).zip(&recorded) {
            for difference in differences(rust, other, runner.name) {
                report.different(runner.name, *case, &difference);
            }
        }
        if reference.is_empty() {
            reference = recorded;
        }
    }
    Ok(report.print(&GENERATIONS, only.is_none()))
}

/// Plays some of the operations in one language, each against its own sandbox.
async fn play(runner: &Runner, cases: &[Case], report: &mut Report) -> Result<Vec<Recorded>> {
    let mut preparing = JoinSet::new();
    for (at, case) in cases.iter().copied().enumerate() {
        preparing.spawn(async move { (at, case.ready().await.with_context(|| case.name())) });
    }
    let mut ready: Vec<(usize, ReadyCase)> = Vec::new();
    while let Some(one) = preparing.join_next().await {
        let (at, case) = one?;
        ready.push((at, case?));
    }
    ready.sort_by_key(|(at, _)| *at);
    let plans: Vec<Value> = ready.iter().map(|(_, case)| case.plan()).collect::<Result<_>>()?;
    let mut results = runner.results(plans).await?;
    let mut recorded = Vec::new();
    for (_, one) in &ready {
        let result = results.remove(&one.case.name());
        // Other languages are compared with Rust, and Rust with the spec.
        if runner.name == "rust"
            && let Some(wrong) = one.wrong(result.as_ref()).await?
        {
            report.wrong(runner.name, one.case, &wrong);
        }
        let is_complete = result.is_some();
        let one_recorded = one.recorded(result).await?;
        if is_complete && !one_recorded.requests.is_empty() {
            report.played(runner.name, one.case);
        }
        recorded.push(one_recorded);
    }
    Ok(recorded)
}
