//! `lomi-conformance run` plays every scenario of `tests/scenarios` to every language and compares
//! their requests and results. `lomi-conformance sweep` plays every operation of the API to every
//! language against the sandbox.

mod check;
#[cfg(test)]
mod coverage;
mod languages;
mod rust_runner;
mod scenario;
mod server;
mod sweep;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::{Parser, Subcommand};

use crate::check::recording::Recording;
use crate::check::report::Report;
use crate::check::{between_runners, failures, golden, normalize};
use crate::languages::Runner;
use crate::scenario::Scenario;
use crate::scenario::load::load;
use crate::server::tls::CertificateAuthority;

/// Checks that every language behaves the same.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Plays the scenarios and prints the failures.
    Run {
        /// Only the scenarios whose names contain this string.
        #[arg(long)]
        only: Option<String>,
        /// Only these runners: rust, python, python-async, node, php, rust-reqwest, php-guzzle.
        #[arg(long, value_delimiter = ',')]
        runner: Vec<String>,
        /// What runs a runner in place of its program, for another system's: `rust=wine64 lomi-conformance.exe`.
        #[arg(long, value_name = "RUNNER=COMMAND", value_parser = replacement)]
        with: Vec<(String, String)>,
        /// Writes the golden files from the requests of the Rust runner.
        #[arg(long)]
        bless: bool,
        /// Prints the results and requests of each runner, also without failures.
        #[arg(long)]
        verbose: bool,
    },
    /// Plays every operation of each generation of the API against the sandbox, and compares every
    /// language with Rust.
    Sweep {
        /// Only the operations whose generation and name contain this string: `E create_`.
        #[arg(long)]
        only: Option<String>,
        /// Only these runners, and Rust.
        #[arg(long, value_delimiter = ',')]
        runner: Vec<String>,
        /// Prints the requests and results that are compared.
        #[arg(long)]
        verbose: bool,
    },
    /// Lists the scenarios by requirement id.
    List,
    /// Runs the Rust runner with a plan from standard input.
    Rust {
        /// What sends the requests.
        #[arg(default_value = "core")]
        through: rust_runner::Through,
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
    match runtime.block_on(run(Arguments::parse())) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("conformance: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<bool> {
    let root = root()?;
    match arguments.command {
        Command::Rust { through } => rust_runner::run(through).await.map(|()| true),
        Command::List => {
            let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
            for scenario in load(&root.join("tests/scenarios"))? {
                for group in scenario.groups {
                    groups.entry(group).or_default().push(scenario.name.clone());
                }
            }
            for (group, names) in groups {
                println!("{group}\t{}", names.join(" "));
            }
            Ok(true)
        }
        Command::Sweep { only, mut runner, verbose } => {
            if !runner.is_empty() {
                runner.push("rust".into());
            }
            let runners = selected(&root, &runner)?;
            sweep::play::sweep(&root, &runners, only.as_deref(), verbose).await
        }
        Command::Run { only, runner, with, bless, verbose } => {
            let mut scenarios = load(&root.join("tests/scenarios"))?;
            scenarios.retain(|s| only.as_ref().is_none_or(|part| s.name.contains(part)));
            let mut runners = selected(&root, &runner)?;
            for (name, command) in with {
                let runner = runners.iter_mut().find(|runner| runner.name == name);
                runner
                    .with_context(|| format!("there is no runner {name}"))?
                    .replace_program(&command);
            }
            play(&root, &scenarios, &runners, bless, verbose).await
        }
    }
}

fn replacement(text: &str) -> Result<(String, String)> {
    let (name, command) = text.split_once('=').context("there is no =")?;
    Ok((name.into(), command.into()))
}

/// The runners with these names; without names, those that use our transport.
fn selected(root: &Path, names: &[String]) -> Result<Vec<Runner>> {
    let mut runners = Runner::all(root)?;
    if let Some(unknown) = names.iter().find(|name| runners.iter().all(|r| r.name != **name)) {
        bail!("there is no runner {unknown}");
    }
    runners.retain(|runner| match names.is_empty() {
        true => runner.uses_our_transport(),
        false => names.iter().any(|name| name == runner.name),
    });
    Ok(runners)
}

async fn play(
    root: &Path,
    scenarios: &[Scenario],
    runners: &[Runner],
    bless: bool,
    verbose: bool,
) -> Result<bool> {
    let authority = CertificateAuthority::new()?;
    let mut reference: HashMap<String, Recording> = HashMap::new();
    let mut report = Report::new(scenarios);
    for (at, runner) in runners.iter().enumerate() {
        let started = std::time::Instant::now();
        let mut recordings = runner.play(scenarios, &authority).await?;
        for scenario in scenarios {
            let recording = recordings.get(&scenario.name).context("a scenario was not played")?;
            let mut failures = failures::of(scenario, recording);
            if scenario.golden && bless && at == 0 {
                golden::write(root, scenario, recording)?;
            }
            failures.extend(golden::difference(root, scenario, recording));
            let first = reference.get(&scenario.name);
            if failures.is_empty() && runner.uses_our_transport() {
                failures.extend(
                    first.and_then(|first| between_runners::difference(scenario, first, recording)),
                );
            }
            if verbose && let Some(result) = &recording.result {
                let growth = recording
                    .memory_growth_mib
                    .map(|growth| format!(" (memory grew by {growth} MiB)"));
                println!("{}{} {result}", runner.name, growth.unwrap_or_default());
                recording
                    .requests
                    .iter()
                    .for_each(|request| println!("{}", normalize::normal_request(request)));
            }
            report.add(runner.name, scenario, failures);
        }
        report.set_time(runner.name, started.elapsed());
        if at == 0 && runner.name == "rust" {
            reference.extend(recordings.drain());
        }
    }
    Ok(report.print())
}

/// The repository from which this program was built.
fn root() -> Result<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    folder
        .ancestors()
        .nth(2)
        .map(Path::to_path_buf)
        .context("the crate is two levels below the repository")
}
