//! `lomi-conformance run` plays every scenario of `tests/scenarios` to every language
//! and compares what each of them asked, got and told its caller.

mod answer;
mod compare;
#[cfg(test)]
mod coverage;
mod judge;
mod matrix;
mod runner;
mod scenario;
mod server;
mod stage;
mod tls;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::{Parser, Subcommand};

use crate::judge::Played;
use crate::scenario::Scenario;
use crate::stage::Runner;

/// Proves that every language behaves the same.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Plays the scenarios and prints where the languages differ from them.
    Run {
        /// Only the scenarios whose names hold this text.
        #[arg(long)]
        only: Option<String>,
        /// Only these runners: rust, python, python-async, node, php, rust-reqwest, php-guzzle.
        #[arg(long, value_delimiter = ',')]
        runner: Vec<String>,
        /// Writes the golden files from what the Rust runner sends.
        #[arg(long)]
        bless: bool,
        /// Prints what each runner gave, also where nothing is wrong.
        #[arg(long)]
        verbose: bool,
    },
    /// Lists the scenarios by the ids of what they show.
    List,
    /// The Rust runner: reads a plan from standard input.
    Rust {
        /// What sends the requests.
        #[arg(default_value = "own")]
        through: runner::Through,
    },
}

fn main() -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(act(Arguments::parse())) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("conformance: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn act(arguments: Arguments) -> Result<bool> {
    let root = root()?;
    match arguments.command {
        Command::Rust { through } => runner::run(through).await.map(|()| true),
        Command::List => {
            let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
            for scenario in scenario::load(&root.join("tests/scenarios"))? {
                for group in scenario.groups {
                    groups.entry(group).or_default().push(scenario.name.clone());
                }
            }
            for (group, names) in groups {
                println!("{group}\t{}", names.join(" "));
            }
            Ok(true)
        }
        Command::Run { only, runner, bless, verbose } => {
            let mut scenarios = scenario::load(&root.join("tests/scenarios"))?;
            scenarios.retain(|s| only.as_ref().is_none_or(|part| s.name.contains(part)));
            let mut runners = Runner::all(&root)?;
            if let Some(unknown) = runner.iter().find(|n| runners.iter().all(|r| r.name != **n)) {
                bail!("there is no runner {unknown}");
            }
            runners.retain(|r| match runner.is_empty() {
                true => r.is_ours(),
                false => runner.iter().any(|name| name == r.name),
            });
            play(&root, &scenarios, &runners, bless, verbose).await
        }
    }
}

async fn play(
    root: &Path,
    scenarios: &[Scenario],
    runners: &[Runner],
    bless: bool,
    verbose: bool,
) -> Result<bool> {
    let authority = tls::Authority::new()?;
    let mut reference: HashMap<String, Played> = HashMap::new();
    let mut matrix = matrix::Matrix::new(scenarios);
    for (at, runner) in runners.iter().enumerate() {
        let started = std::time::Instant::now();
        let mut played = runner.play(scenarios, &authority).await?;
        for scenario in scenarios {
            let mine = played.get(&scenario.name).context("a scenario was not played")?;
            let mut faults = judge::faults(scenario, mine);
            if scenario.golden && bless && at == 0 {
                write_golden(root, scenario, mine)?;
            }
            faults.extend(golden(root, scenario, mine));
            let first = reference.get(&scenario.name);
            if faults.is_empty() && runner.is_ours() {
                faults.extend(first.and_then(|first| judge::apart(scenario, first, mine)));
            }
            if verbose && let Some(result) = &mine.result {
                let grew = mine.grew_mib.map(|grew| format!(" (grew {grew} MiB)"));
                println!("{}{} {result}", runner.name, grew.unwrap_or_default());
                mine.requests.iter().for_each(|request| println!("{}", judge::bytes_of(request)));
            }
            matrix.enter(runner.name, scenario, faults);
        }
        matrix.took(runner.name, started.elapsed());
        if at == 0 && runner.name == "rust" {
            reference.extend(played.drain());
        }
    }
    Ok(matrix.print())
}

fn golden_file(root: &Path, scenario: &Scenario) -> PathBuf {
    root.join("tests/scenarios/golden").join(format!("{}.txt", scenario.name))
}

fn write_golden(root: &Path, scenario: &Scenario, played: &Played) -> Result<()> {
    let first = played.requests.first().context("nothing was sent")?;
    Ok(std::fs::write(golden_file(root, scenario), judge::bytes_of(first))?)
}

/// Whether the bytes of the first request are those of the file.
fn golden(root: &Path, scenario: &Scenario, played: &Played) -> Option<String> {
    if !scenario.golden {
        return None;
    }
    let file = golden_file(root, scenario);
    let Ok(wanted) = std::fs::read_to_string(&file) else {
        return Some("its golden file is missing; `--bless` writes it".into());
    };
    let found = judge::bytes_of(played.requests.first()?);
    let line = wanted.lines().zip(found.lines()).find(|(a, b)| a != b);
    (wanted != found).then(|| format!("the request is not that of its golden file: {line:?}"))
}

/// The repository: where this program is built from.
fn root() -> Result<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).map(Path::to_path_buf).context("the repository has two levels here")
}
