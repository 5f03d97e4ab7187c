//! The work of one client in a process of its own: prints what it took as JSON.
//!
//! `client CLIENT TASK URL CALLS WARM-UP`, with a client of [`main`], and a task of [`run`].
//! `CLIENT-multi` is the same on tokio's multi-thread runtime.

mod clients;
mod session;
mod usage;

use std::error::Error;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clients::{Hyper, Lomi, Reqwest, Ureq};
use serde_json::{Value, json};

/// The secret key that every client sends.
const KEY: &str = "lomi_sk_test_bench";
/// The rows of the list, in the task `pages`.
const ROWS: usize = 10_000;

type Made<T> = Result<T, Box<dyn Error + Send + Sync>>;
type Done = Made<()>;

/// The calls that are measured. Each checks what it reads, so that nothing is optimised out.
trait Client: Send + Sync + 'static {
    /// Creates a session and reads its identifier.
    fn create(&self) -> impl Future<Output = Done> + Send;
    /// Fetches a session and reads its status and amount.
    fn get(&self) -> impl Future<Output = Done> + Send;
    /// Fetches a list of 100 and reads the status and amount of each row.
    fn list(&self) -> impl Future<Output = Done> + Send;
    /// The same of so many rows, in pages of 100.
    fn pages(&self, rows: usize) -> impl Future<Output = Done> + Send;
}

fn main() -> Done {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [client, task, url, calls, warm_up] = arguments.as_slice() else {
        return Err("client CLIENT TASK URL CALLS WARM-UP".into());
    };
    // reqwest takes the provider of the process.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let numbers = [warm_up.parse()?, calls.parse()?];
    let (client, multi) = match client.strip_suffix("-multi") {
        Some(client) => (client, true),
        None => (client.as_str(), false),
    };
    let runtime = match multi {
        true => tokio::runtime::Builder::new_multi_thread().enable_all().build()?,
        false => tokio::runtime::Builder::new_current_thread().enable_all().build()?,
    };
    // A list with as many rows as the task asks for.
    let url = match task.as_str() {
        "growth" => format!("{url}/rows-{calls}"),
        _ => url.clone(),
    };
    let value = match client {
        "lomi" => runtime.block_on(run(Lomi::new(&url)?, task, numbers)),
        "reqwest" => runtime.block_on(run(Reqwest::new(&url, false)?, task, numbers)),
        "reqwest-h2" => runtime.block_on(run(Reqwest::new(&url, true)?, task, numbers)),
        "hyper" => runtime.block_on(run(Hyper::new(&url)?, task, numbers)),
        // It blocks, and nothing else runs here.
        "ureq" => runtime.block_on(run(Ureq::new(&url)?, task, numbers)),
        other => return Err(format!("no client {other}").into()),
    }?;
    println!("{value}");
    Ok(())
}

/// One task:
///
/// - `create`, `get`, `list`, `pages`: one call after the other; `at-once-64`: so many `get` under
///   way. CPU, p50 and p99 of a call in microseconds.
/// - `burst-64`: so many `get` at once by a new client, and then again: both in microseconds, and
///   the CPU of the first; `one-then-64`: the first is a single one.
/// - `memory` and `growth`: bytes and descriptors.
async fn run(client: impl Client, task: &str, [warm_up, calls]: [usize; 2]) -> Made<Value> {
    let client = Arc::new(client);
    if task == "memory" {
        return memory(&client, calls).await;
    }
    if task == "growth" {
        client.list().await?;
        let before = usage::memory()?;
        client.pages(calls).await?;
        return Ok(json!({"rows": calls, "grown": usage::highest()? - before}));
    }
    if let Some(size) = task.strip_prefix("burst-") {
        let size = size.parse()?;
        return bursts(&client, size, size).await;
    }
    if let Some(size) = task.strip_prefix("one-then-") {
        return bursts(&client, 1, size.parse()?).await;
    }
    measure(&client, task, warm_up).await?;
    let before = usage::cpu();
    let mut taken = measure(&client, task, calls).await?;
    let cpu = (usage::cpu() - before) / taken.len() as f64;
    taken.sort();
    let at = |part: usize| taken.get(taken.len() * part / 100).map(|t| t.as_secs_f64() * 1e6);
    Ok(json!({"cpu": cpu, "p50": at(50), "p99": at(99)}))
}

/// So many fetches at once by a new client, and then so many.
async fn bursts<C: Client>(client: &Arc<C>, cold: usize, warm: usize) -> Made<Value> {
    let (before, start) = (usage::cpu(), Instant::now());
    at_once(client, cold, cold).await?;
    let (first, cpu) = (start.elapsed(), usage::cpu() - before);
    // What the server sends at the end of a handshake arrives in the meantime.
    tokio::time::sleep(Duration::from_millis(400)).await;
    let start = Instant::now();
    at_once(client, warm, warm).await?;
    let micros = |time: Duration| time.as_secs_f64() * 1e6;
    Ok(json!({"cold": micros(first), "warm": micros(start.elapsed()), "cpu": cpu}))
}

/// How long each of so many calls took.
async fn measure<C: Client>(client: &Arc<C>, task: &str, calls: usize) -> Made<Vec<Duration>> {
    if let Some(size) = task.strip_prefix("at-once-") {
        return at_once(client, size.parse()?, calls).await;
    }
    let mut taken = Vec::with_capacity(calls);
    for _ in 0..calls {
        let start = Instant::now();
        match task {
            "create" => client.create().await?,
            "get" => client.get().await?,
            "list" => client.list().await?,
            "pages" => client.pages(ROWS).await?,
            other => return Err(format!("no task {other}").into()),
        }
        taken.push(start.elapsed());
    }
    Ok(taken)
}

/// So many fetches, some of them under way at once, each in turn in one of as many tasks.
async fn at_once<C: Client>(client: &Arc<C>, size: usize, calls: usize) -> Made<Vec<Duration>> {
    let mut tasks = Vec::new();
    for _ in 0..size {
        let client = Arc::clone(client);
        tasks.push(tokio::spawn(async move {
            let mut taken = Vec::new();
            for _ in 0..calls / size {
                let start = Instant::now();
                client.get().await?;
                taken.push(start.elapsed());
            }
            Made::Ok(taken)
        }));
    }
    let mut taken = Vec::with_capacity(calls);
    for task in tasks {
        taken.append(&mut task.await??);
    }
    Ok(taken)
}

/// Memory and descriptors after so many calls.
async fn memory<C: Client>(client: &Arc<C>, calls: usize) -> Made<Value> {
    let (mut made, mut figures) = (0, Vec::new());
    for goal in [0, 1, 1_000, 10_000].into_iter().filter(|&goal| goal <= calls) {
        while made < goal {
            client.get().await?;
            made += 1;
        }
        let (memory, open) = (usage::memory()?, usage::descriptors()?);
        figures.push(json!({"calls": goal, "memory": memory, "open": open}));
    }
    Ok(figures.into())
}
