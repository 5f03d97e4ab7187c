//! Plays scenarios to the runner of one language: starts a server for each, sends the runner its
//! plan, and collects its results.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::Command;

use crate::check::recording::Recording;
use crate::scenario::Scenario;
use crate::server::scenario_server::ScenarioServer;
use crate::server::tls::CertificateAuthority;

/// API key of every runner's client. No result may contain it.
pub(crate) const KEY: &str = "lomi_sk_test_verysecret";
/// Maximum time for all scenarios of one process.
const TIMEOUT: Duration = Duration::from_secs(180);

/// The runner of one language.
pub(crate) struct Runner {
    pub(crate) name: &'static str,
    command: Vec<PathBuf>,
    /// Number of processes that share the scenarios, where the language blocks during a call.
    processes: usize,
}

impl Runner {
    /// Whether its requests use our transport. Guzzle and reqwest treat broken connections
    /// differently, so `php-guzzle` and `rust-reqwest` run only when they are named.
    pub(crate) fn uses_our_transport(&self) -> bool {
        !["rust-reqwest", "php-guzzle"].contains(&self.name)
    }

    /// Every runner.
    pub(crate) fn all(root: &Path) -> Result<Vec<Self>> {
        let file = |name: &str| root.join("tests/runners").join(name);
        let python = root.join(".venv/bin/python");
        let php = format!("extension={}", root.join("target/debug/liblomi_php.so").display());
        let with_php = |arguments: &[PathBuf]| {
            [&["php".into(), "-d".into(), php.clone().into()], arguments].concat()
        };
        // The class path and the native library, which `.ci/build-jvm` writes to this file.
        let jvm = format!("@{}", root.join("bindings-uniffi/kotlin/target/runner.args").display());
        let with_java = |class: &str| vec!["java".into(), jvm.clone().into(), class.into()];
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
            runner("kotlin", with_java("africa.lomi.runner.RunnerKt"), 1),
            runner("java-futures", with_java("africa.lomi.runner.JavaRunner"), 1),
            runner("ruby", vec!["ruby".into(), file("ruby.rb")], 1),
            runner("php-guzzle", with_php(&[file("php.php"), "guzzle".into()]), 8),
        ])
    }

    /// Runs another program with the same arguments. Its own arguments come first; spaces part them.
    pub(crate) fn replace_program(&mut self, command: &str) {
        self.command.splice(..1, command.split_whitespace().map(PathBuf::from));
    }

    /// Plays the scenarios. Those that measure memory run one by one, the others concurrently.
    pub(crate) async fn play(
        &self,
        scenarios: &[Scenario],
        authority: &CertificateAuthority,
    ) -> Result<HashMap<String, Recording>> {
        // Scenarios that measure time run after the others, which would slow them down.
        let (alone, together): (Vec<_>, Vec<_>) =
            scenarios.iter().partition(|scenario| scenario.grows_mib.is_some());
        let (timed, untimed): (Vec<_>, Vec<_>) =
            together.into_iter().partition(|scenario| scenario.is_timed());
        let mut recordings = HashMap::new();
        for batch in [untimed, timed] {
            self.play_concurrently(&batch, authority, &mut recordings).await?;
        }
        let base = if alone.is_empty() { 0 } else { self.base_memory(authority).await? };
        for scenario in alone {
            let server = ScenarioServer::open(scenario, authority).await?;
            let plan = [plan_for(scenario, &server.origin, authority)];
            let (mut results, peak) = run(&self.command, &plan).await?;
            let result = results.remove(&scenario.name);
            let growth = peak.saturating_sub(base);
            recordings.insert(scenario.name.clone(), recording_of(&server, result, Some(growth)));
        }
        Ok(recordings)
    }

    async fn play_concurrently(
        &self,
        scenarios: &[&Scenario],
        authority: &CertificateAuthority,
        recordings: &mut HashMap<String, Recording>,
    ) -> Result<()> {
        let mut servers = HashMap::new();
        let mut plans = Vec::new();
        for scenario in scenarios {
            let server = ScenarioServer::open(scenario, authority).await?;
            plans.push(plan_for(scenario, &server.origin, authority));
            servers.insert(scenario.name.clone(), server);
        }
        let mut results = self.results(plans).await?;
        for (name, server) in servers {
            let result = results.remove(&name);
            recordings.insert(name, recording_of(&server, result, None));
        }
        Ok(())
    }

    /// The results of plans by name. The plans are shared by the processes of the language.
    pub(crate) async fn results(&self, plans: Vec<Value>) -> Result<HashMap<String, Value>> {
        let mut shares = vec![Vec::new(); self.processes];
        let count = shares.len().max(1);
        for (at, plan) in plans.into_iter().enumerate() {
            if let Some(share) = shares.get_mut(at % count) {
                share.push(plan);
            }
        }
        let runs: Vec<_> = shares
            .into_iter()
            .filter(|share| !share.is_empty())
            .map(|share| {
                let command = self.command.clone();
                tokio::spawn(async move { run(&command, &share).await })
            })
            .collect();
        let mut results = HashMap::new();
        for run in runs {
            results.extend(run.await??.0);
        }
        Ok(results)
    }

    /// Peak memory of a process that makes one call and gets a short response.
    async fn base_memory(&self, authority: &CertificateAuthority) -> Result<u64> {
        let scenario: Scenario = serde_json::from_value(json!({
            "name": "bare", "groups": [], "why": "", "outcome": {},
            "call": {"do": "request", "method": "GET", "path": "/x"},
            "serve": [{"answer": {"json": {}}}]
        }))?;
        let server = ScenarioServer::open(&scenario, authority).await?;
        let plan = [plan_for(&scenario, &server.origin, authority)];
        let (results, peak) = run(&self.command, &plan).await?;
        server.close();
        if results.is_empty() {
            bail!("{}: the runner cannot make a call", self.name);
        }
        Ok(peak)
    }
}

fn recording_of(
    server: &Arc<ScenarioServer>,
    result: Option<Value>,
    memory_growth_mib: Option<u64>,
) -> Recording {
    let (requests, stray_connections) = server.close();
    Recording { result, requests, stray_connections, memory_growth_mib }
}

/// The plan of a scenario for a runner: the client and the calls.
fn plan_for(scenario: &Scenario, origin: &str, authority: &CertificateAuthority) -> Value {
    let mut client = Map::new();
    client.insert("api_key".into(), KEY.into());
    for (name, value) in &scenario.client {
        client.insert(name.clone(), value.clone());
    }
    let base = client.shift_remove("base");
    let base = base.as_ref().and_then(Value::as_str).unwrap_or("/v1");
    client.entry("base_url").or_insert_with(|| format!("{origin}{base}").into());
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

/// Runs one process with a plan. Returns its results by name, and its peak memory in MiB.
async fn run(command: &[PathBuf], plan: &[Value]) -> Result<(HashMap<String, Value>, u64)> {
    let (program, arguments) = command.split_first().context("a runner has a command")?;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
    // For Python, whose package is not installed.
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
    let reading = async {
        while let Some(line) = lines.next_line().await? {
            // The process still runs: it waits a moment after its last line.
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
    if tokio::time::timeout(TIMEOUT, reading).await.is_err() {
        eprintln!("{} was stopped after {} seconds", program.display(), TIMEOUT.as_secs());
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
