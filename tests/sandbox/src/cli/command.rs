//! The command line.

use std::io::Write;
use std::net::IpAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use super::trigger::{self, Trigger};
use crate::generation::Generation;
use crate::options::{EventNames, Family, Options, RateLimit, RouteErrors};
use crate::server::sandbox::Sandbox;

/// The lomi. payments API on your own machine.
#[derive(Parser)]
#[command(name = "lomi-sandbox", version, args_conflicts_with_subcommands = true)]
#[command(after_help = "Examples:
  lomi-sandbox                             serve on http://127.0.0.1:4010; its console is at /_sandbox
  lomi-sandbox --port 0                    serve on a free port; the first line of output has its URL and keys
  lomi-sandbox serve --generation e        answer like the newest documentation
  lomi-sandbox serve --only-routes current serve /checkout-sessions alone
  lomi-sandbox serve --data lomi.db        keep sessions over restarts
  lomi-sandbox serve --webhook-url http://127.0.0.1:3000/webhooks
  lomi-sandbox trigger PAYMENT_SUCCEEDED --to http://127.0.0.1:3000/webhooks --secret whsec_...")]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: Serve,
}

#[derive(Subcommand)]
enum Command {
    /// Serve until SIGINT or SIGTERM (what happens without a subcommand, too)
    Serve(Serve),
    /// Send one signed event to an address, without a server
    Trigger(Trigger),
}

#[derive(Args)]
struct Serve {
    /// Loopback address to listen on; any other needs --allow-remote
    #[arg(long, default_value = "127.0.0.1")]
    host: IpAddr,
    /// Serve other machines or containers too, and deliver webhooks to any host
    #[arg(long)]
    allow_remote: bool,
    /// Another host name by which the console and the control API may be called
    #[arg(long, value_name = "NAME")]
    allow_host: Vec<String>,
    /// What the addresses of checkout pages start with [default: the address listened on]
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// Do not log requests and webhook deliveries to standard error
    #[arg(long, short)]
    quiet: bool,
    /// End when standard input is closed: with a pipe, when the program that started it is gone
    #[arg(long)]
    until_stdin_closes: bool,
    /// Port to listen on; 0 takes a free one
    #[arg(long, short, default_value_t = 4010)]
    port: u16,
    /// Secret key of the test environment [default: a random one, kept in --data]
    #[arg(long, value_name = "KEY")]
    test_key: Option<String>,
    /// Secret key of the live environment [default: a random one, kept in --data]
    #[arg(long, value_name = "KEY")]
    live_key: Option<String>,
    /// Secret that signs webhooks [default: a random one, kept in --data]
    #[arg(long, value_name = "SECRET")]
    webhook_secret: Option<String>,
    /// Keep the state in this SQLite file instead of in memory
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// How /checkout-sessions behaves: b (API README), d (today's server) or e (newest documents)
    #[arg(long, default_value = "d", value_parser = current_generation)]
    generation: Generation,
    /// Serve only these route families
    #[arg(long, value_enum, value_delimiter = ',', value_name = "FAMILY")]
    only_routes: Vec<Family>,
    /// Shape of the 404 for a path that is not served
    #[arg(long, value_enum, default_value = "path")]
    route_errors: RouteErrors,
    /// Tell this address of every event of the test environment, signed with --webhook-secret
    #[arg(long, value_name = "URL")]
    webhook_url: Option<String>,
    /// Names of the webhook events: those of today's server, of the older documents, or both
    #[arg(long, value_enum, default_value = "current")]
    event_names: EventNames,
    /// Refuse what is over this rate, such as 120/60 for 120 requests in 60 seconds
    #[arg(long, value_name = "REQUESTS/SECONDS")]
    rate_limit: Option<RateLimit>,
}

fn current_generation(text: &str) -> Result<Generation, String> {
    Generation::current_from(text).ok_or_else(|| "must be b, d or e".to_owned())
}

impl Serve {
    fn options(self) -> Options {
        let fresh = Options::default();
        Options {
            host: self.host,
            allow_remote: self.allow_remote,
            allowed_hosts: self.allow_host,
            public_url: self.public_url,
            log: !self.quiet,
            port: self.port,
            test_key: self.test_key,
            live_key: self.live_key,
            webhook_secret: self.webhook_secret,
            data: self.data,
            generation: self.generation,
            families: if self.only_routes.is_empty() { fresh.families } else { self.only_routes },
            route_errors: self.route_errors,
            event_names: self.event_names,
            webhook_url: self.webhook_url,
            rate_limit: self.rate_limit,
        }
    }
}

/// Reads the command line and does what it says.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let done = match cli.command {
        Some(Command::Serve(serve)) => serve_until_told(serve),
        Some(Command::Trigger(trigger)) => trigger::run(&trigger),
        None => serve_until_told(cli.serve),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("lomi-sandbox: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve_until_told(serve: Serve) -> Result<(), Box<dyn std::error::Error>> {
    let (until_stdin_closes, remote) = (serve.until_stdin_closes, !serve.host.is_loopback());
    let options = serve.options();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        use tokio::signal::unix::{SignalKind, signal};
        // Installed before the URL is printed: whoever reads it may send a signal at once.
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let sandbox = Sandbox::start(options)?;
        let hello = serde_json::json!({
            "url": sandbox.url(),
            "test_key": sandbox.test_key(),
            "live_key": sandbox.live_key(),
            "webhook_secret": sandbox.webhook_secret(),
            "console": format!("{}/_sandbox", sandbox.url()),
        });
        let mut stdout = std::io::stdout();
        writeln!(stdout, "{hello}")?;
        stdout.flush()?;
        if remote {
            let _ = writeln!(
                std::io::stderr(),
                "lomi-sandbox: warning: this address is not loopback: everyone who reaches the \
                 port can read the test data, move the clock and make webhooks go out"
            );
        }
        tokio::select! {
            () = stdin_closed(), if until_stdin_closes => {}
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        Ok(())
    })
}

/// Ends when nothing more can come from standard input. A thread of its own reads it, which the
/// end of the process does not wait for.
async fn stdin_closed() {
    let (send, closed) = tokio::sync::oneshot::channel::<()>();
    let reading = std::thread::Builder::new().name("stdin".to_owned()).spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        drop(send);
    });
    match reading {
        Ok(_) => drop(closed.await),
        Err(_) => std::future::pending().await,
    }
}
