//! One client's work, in a process of its own: prints client CPU per call in microseconds.
//!
//! `client CLIENT TASK URL CALLS WARM-UP`, with a client of [`main`], and a task of [`measure`].
//! `CLIENT-multi` is the same on tokio's multi-thread runtime.

mod clients;
mod session;

use std::error::Error;
use std::future::Future;
use std::sync::Arc;

use clients::{Hyper, Lomi, Reqwest, Ureq};

/// The secret key that every client sends.
const KEY: &str = "lomi_sk_test_bench";
/// Calls in flight in the task `many`.
const AT_ONCE: usize = 64;

type Done = Result<(), Box<dyn Error + Send + Sync>>;

/// The three calls that are measured. Each checks what it reads, so that nothing is optimised out.
trait Client: Send + Sync + 'static {
    /// Creates a session and reads its identifier.
    fn create(&self) -> impl Future<Output = Done> + Send;
    /// Fetches a session and reads its status and amount.
    fn get(&self) -> impl Future<Output = Done> + Send;
    /// Fetches a list of 100 and reads the status and amount of each row.
    fn list(&self) -> impl Future<Output = Done> + Send;
}

fn main() -> Done {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [client, task, url, calls, warm_up] = arguments.as_slice() else {
        return Err("client CLIENT TASK URL CALLS WARM-UP".into());
    };
    let numbers = [warm_up.parse()?, calls.parse()?];
    let (client, multi) = match client.strip_suffix("-multi") {
        Some(client) => (client, true),
        None => (client.as_str(), false),
    };
    let runtime = match multi {
        true => tokio::runtime::Builder::new_multi_thread().enable_all().build()?,
        false => tokio::runtime::Builder::new_current_thread().enable_all().build()?,
    };
    let cpu = match client {
        "lomi" => runtime.block_on(measure(Lomi::new(url)?, task, numbers)),
        "reqwest" => runtime.block_on(measure(Reqwest::new(url)?, task, numbers)),
        "hyper" => runtime.block_on(measure(Hyper::new(url)?, task, numbers)),
        // It blocks, and nothing else runs here.
        "ureq" => runtime.block_on(measure(Ureq::new(url), task, numbers)),
        other => return Err(format!("no client {other}").into()),
    }?;
    println!("{cpu}");
    Ok(())
}

/// CPU per call of the last of these numbers of calls.
async fn measure(
    client: impl Client,
    task: &str,
    numbers: [usize; 2],
) -> Result<f64, Box<dyn Error + Send + Sync>> {
    let client = Arc::new(client);
    let mut taken = 0.0;
    for number in numbers {
        let before = cpu();
        match task {
            "create" => {
                for _ in 0..number {
                    client.create().await?;
                }
            }
            "get" => {
                for _ in 0..number {
                    client.get().await?;
                }
            }
            "list" => {
                for _ in 0..number {
                    client.list().await?;
                }
            }
            "many" => many(&client, number).await?,
            other => return Err(format!("no task {other}").into()),
        }
        taken = (cpu() - before) / number as f64;
    }
    Ok(taken)
}

/// So many fetches, [`AT_ONCE`] in flight, each in turn in one of as many tasks.
async fn many<C: Client>(client: &Arc<C>, number: usize) -> Done {
    let mut tasks = Vec::new();
    for _ in 0..AT_ONCE {
        let client = Arc::clone(client);
        tasks.push(tokio::spawn(async move {
            for _ in 0..number / AT_ONCE {
                client.get().await?;
            }
            Done::Ok(())
        }));
    }
    for task in tasks {
        task.await??;
    }
    Ok(())
}

/// CPU of this process so far, user and system, in microseconds.
fn cpu() -> f64 {
    // SAFETY: `rusage` is plain numbers, and the call writes only into it.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_SELF, &raw mut usage);
        usage
    };
    let microseconds = |time: libc::timeval| time.tv_sec as f64 * 1e6 + time.tv_usec as f64;
    microseconds(usage.ru_utime) + microseconds(usage.ru_stime)
}
