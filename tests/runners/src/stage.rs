//! Playing all scenarios to one runner: opens an address for each, hands the runner its
//! plan, and collects what it says.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::Command;

use crate::judge::Played;
use crate::scenario::Scenario;
use crate::server::Stage;
use crate::tls::Authority;

/// The key that every runner's client is set up with; no result may hold it.
pub(crate) const KEY: &str = "lomi_sk_test_verysecret";
/// Longest time for all scenarios of one process.
const PATIENCE: Duration = Duration::from_secs(180);

/// A language's runner.
pub(crate) struct Runner {
    pub(crate) name: &'static str,
    command: Vec<PathBuf>,
    /// How many processes share the scenarios, where the language waits for each call.
    processes: usize,
}

impl Runner {
    /// Whether its requests go through our own transport. What Guzzle or reqwest says of a broken
    /// connection differs; they are played only where they are named.
    pub(crate) fn is_ours(&self) -> bool {
        !["rust-reqwest", "php-guzzle"].contains(&self.name)
    }

    /// Every runner that there is.
    pub(crate) fn all(root: &Path) -> Result<Vec<Self>> {
        let file = |name: &str| root.join("tests/runners").join(name);
        let python = root.join(".venv/bin/python");
        let php = format!("extension={}", root.join("target/debug/liblomi_php.so").display());
        let with_php = |arguments: &[PathBuf]| {
            [&["php".into(), "-d".into(), php.clone().into()], arguments].concat()
        };
        let runner = |name, command, processes| Self { name, command, processes };
        Ok(vec![
            runner("rust", vec![std::env::current_exe()?, "rust".into()], 1),
            runner(
                "rust-reqwest",
                vec![std::env::current_exe()?, "rust".into(), "reqwest".into()],
                1,
            ),
            runner("python", vec![python.clone(), file("python_sync.py")], 1),
            runner("python-async", vec![python, file("python_async.py")], 1),
            runner("node", vec!["node".into(), file("node.mjs")], 1),
            runner("php", with_php(&[file("php.php")]), 8),
            runner("php-guzzle", with_php(&[file("php.php"), "guzzle".into()]), 8),
        ])
    }

    /// Plays the scenarios: those that measure memory one by one, the others together.
    pub(crate) async fn play(
        &self,
        scenarios: &[Scenario],
        authority: &Authority,
    ) -> Result<HashMap<String, Played>> {
        // What keeps to a time is played when nothing large is in the way.
        let (alone, together): (Vec<_>, Vec<_>) =
            scenarios.iter().partition(|scenario| scenario.grows_mib.is_some());
        let (timed, untimed): (Vec<_>, Vec<_>) =
            together.into_iter().partition(|scenario| scenario.is_timed());
        let mut played = HashMap::new();
        for batch in [untimed, timed] {
            self.play_together(&batch, authority, &mut played).await?;
        }
        let bare = if alone.is_empty() { 0 } else { self.bare_memory(authority).await? };
        for scenario in alone {
            let stage = Stage::open(scenario, authority).await?;
            let plan = [plan_for(scenario, &stage.here, authority)];
            let (mut results, peak) = run(&self.command, &plan).await?;
            let result = results.remove(&scenario.name);
            let grew = peak.saturating_sub(bare);
            played.insert(scenario.name.clone(), finished(&stage, result, Some(grew)));
        }
        Ok(played)
    }

    async fn play_together(
        &self,
        scenarios: &[&Scenario],
        authority: &Authority,
        played: &mut HashMap<String, Played>,
    ) -> Result<()> {
        let mut stages = HashMap::new();
        let mut plans = vec![Vec::new(); self.processes];
        let count = plans.len().max(1);
        for (at, scenario) in scenarios.iter().enumerate() {
            let stage = Stage::open(scenario, authority).await?;
            if let Some(plan) = plans.get_mut(at % count) {
                plan.push(plan_for(scenario, &stage.here, authority));
            }
            stages.insert(scenario.name.clone(), stage);
        }
        let runs: Vec<_> = plans
            .into_iter()
            .filter(|plan| !plan.is_empty())
            .map(|plan| {
                let command = self.command.clone();
                tokio::spawn(async move { run(&command, &plan).await })
            })
            .collect();
        let mut results = HashMap::new();
        for run in runs {
            results.extend(run.await??.0);
        }
        for (name, stage) in stages {
            let result = results.remove(&name);
            played.insert(name, finished(&stage, result, None));
        }
        Ok(())
    }

    /// Peak memory of a process that makes one call and gets a short answer.
    async fn bare_memory(&self, authority: &Authority) -> Result<u64> {
        let scenario: Scenario = serde_json::from_value(json!({
            "name": "bare", "groups": [], "why": "", "outcome": {},
            "call": {"do": "request", "method": "GET", "path": "/x"},
            "serve": [{"answer": {"json": {}}}]
        }))?;
        let stage = Stage::open(&scenario, authority).await?;
        let plan = [plan_for(&scenario, &stage.here, authority)];
        let (results, peak) = run(&self.command, &plan).await?;
        stage.close();
        if results.is_empty() {
            bail!("{}: the runner cannot make a plain call", self.name);
        }
        Ok(peak)
    }
}

fn finished(stage: &Arc<Stage>, result: Option<Value>, grew_mib: Option<u64>) -> Played {
    let (requests, strays) = stage.close();
    Played { result, requests, strays, grew_mib }
}

/// What a runner has to know of a scenario: whom to call, and how.
fn plan_for(scenario: &Scenario, here: &str, authority: &Authority) -> Value {
    let mut client = Map::new();
    client.insert("api_key".into(), KEY.into());
    for (name, value) in &scenario.client {
        client.insert(name.clone(), value.clone());
    }
    let base = client.shift_remove("base");
    let base = base.as_ref().and_then(Value::as_str).unwrap_or("/v1");
    client.entry("base_url").or_insert_with(|| format!("{here}{base}").into());
    if scenario.listen.scheme() == "https" {
        let file = authority.file.display().to_string();
        client.entry("ca_files").or_insert_with(|| json!([file]));
    }
    json!({
        "name": scenario.name,
        "client": client,
        "before": scenario.before,
        "pause_ms": scenario.pause_ms,
        "call": scenario.call,
    })
}

/// Runs one process over a plan. Gives its results by name, and its peak memory in MiB.
async fn run(command: &[PathBuf], plan: &[Value]) -> Result<(HashMap<String, Value>, u64)> {
    let (program, arguments) = command.split_first().context("a runner has a command")?;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
    // Only Python looks at it: its package is not installed.
    command.env("PYTHONPATH", concat!(env!("CARGO_MANIFEST_DIR"), "/../../bindings-python/python"));
    for name in ["LOMI_API_KEY", "LOMI_BASE_URL", "LOMI_WEBHOOK_SECRET", "LOMI_LOG"] {
        command.env_remove(name);
    }
    let mut child =
        command.spawn().with_context(|| format!("{} cannot be run", program.display()))?;
    let mut input = child.stdin.take().context("a pipe")?;
    let mut lines = BufReader::new(child.stdout.take().context("a pipe")?).lines();
    let id = child.id();
    let text: String = plan.iter().map(|one| format!("{one}\n")).collect();
    let write = tokio::spawn(async move {
        let _ = input.write_all(text.as_bytes()).await;
    });
    let mut results = HashMap::new();
    let mut peak = 0;
    let listen = async {
        while let Some(line) = lines.next_line().await? {
            // While the process is still there; it ends after its last line.
            peak = peak.max(id.and_then(peak_of).unwrap_or(0));
            match serde_json::from_str::<Value>(&line) {
                Ok(result) => {
                    let name = result.get("name").and_then(Value::as_str).unwrap_or_default();
                    results.insert(name.to_owned(), result.clone());
                }
                Err(_) => eprintln!("a runner printed {line:.300}"),
            }
        }
        anyhow::Ok(())
    };
    if tokio::time::timeout(PATIENCE, listen).await.is_err() {
        eprintln!("{} did not come to an end and was stopped", program.display());
        child.kill().await?;
    }
    write.abort();
    child.wait().await?;
    Ok((results, peak))
}

fn peak_of(id: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kibibytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kibibytes / 1024)
}
