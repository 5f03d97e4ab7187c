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
  lomi-sandbox serve --generation e        respond like the newest documentation
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
    /// Serve until SIGINT or SIGTERM (the default without a subcommand)
    Serve(Serve),
    /// Send one signed event to an address
    Trigger(Trigger),
}

#[derive(Args)]
struct Serve {
    /// Loopback address to listen on; any other needs --allow-remote
    #[arg(long, default_value = "127.0.0.1")]
    host: IpAddr,
    /// Accept requests from other machines and containers, and deliver webhooks to any host
    #[arg(long)]
    allow_remote: bool,
    /// Host name that is allowed for the console and the control API, in addition to localhost
    #[arg(long, value_name = "NAME")]
    allow_host: Vec<String>,
    /// Start of the addresses of checkout pages [default: the address to listen on]
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// Do not log requests and webhook deliveries to standard error
    #[arg(long, short)]
    quiet: bool,
    /// Stop when standard input is closed, so that it ends with the program that started it
    #[arg(long)]
    until_stdin_closes: bool,
    /// Port to listen on; 0 selects a free port
    #[arg(long, short, default_value_t = 4010)]
    port: u16,
    /// Secret key of the test environment [default: random, stored in --data]
    #[arg(long, value_name = "KEY")]
    test_key: Option<String>,
    /// Secret key of the live environment [default: random, stored in --data]
    #[arg(long, value_name = "KEY")]
    live_key: Option<String>,
    /// Secret that signs webhooks [default: random, stored in --data]
    #[arg(long, value_name = "SECRET")]
    webhook_secret: Option<String>,
    /// Store the state in this SQLite file [default: in memory]
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// Generation of /checkout-sessions: b (API README), d (today's server) or e (newest documents)
    #[arg(long, default_value = "d", value_parser = current_generation)]
    generation: Generation,
    /// Serve only these route families
    #[arg(long, value_enum, value_delimiter = ',', value_name = "FAMILY")]
    only_routes: Vec<Family>,
    /// Body of the 404 for an unknown path
    #[arg(long, value_enum, default_value = "path")]
    route_errors: RouteErrors,
    /// Send every event of the test environment to this address, signed with --webhook-secret
    #[arg(long, value_name = "URL")]
    webhook_url: Option<String>,
    /// Names of webhook events: of today's server, of the older documents, or both
    #[arg(long, value_enum, default_value = "current")]
    event_names: EventNames,
    /// Reject requests over this rate; 120/60 allows 120 requests in 60 seconds
    #[arg(long, value_name = "REQUESTS/SECONDS")]
    rate_limit: Option<RateLimit>,
}

fn current_generation(text: &str) -> Result<Generation, String> {
    Generation::current_from(text).ok_or_else(|| "must be b, d or e".to_owned())
}

impl Serve {
    fn options(self) -> Options {
        let defaults = Options::default();
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
            families: if self.only_routes.is_empty() {
                defaults.families
            } else {
                self.only_routes
            },
            route_errors: self.route_errors,
            event_names: self.event_names,
            webhook_url: self.webhook_url,
            rate_limit: self.rate_limit,
        }
    }
}

/// Parses the command line and runs the command.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let done = match cli.command {
        Some(Command::Serve(serve)) => serve_until_stopped(serve),
        Some(Command::Trigger(trigger)) => trigger::run(&trigger),
        None => serve_until_stopped(cli.serve),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("lomi-sandbox: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve_until_stopped(serve: Serve) -> Result<(), Box<dyn std::error::Error>> {
    let (until_stdin_closes, remote) = (serve.until_stdin_closes, !serve.host.is_loopback());
    let options = serve.options();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        // Installed before the URL is printed, because a reader of it may send a signal at once.
        let stopped = super::stop::stop_signal()?;
        let sandbox = Sandbox::start(options)?;
        let addresses_and_keys = serde_json::json!({
            "url": sandbox.url(),
            "test_key": sandbox.test_key(),
            "live_key": sandbox.live_key(),
            "webhook_secret": sandbox.webhook_secret(),
            "console": format!("{}/_sandbox", sandbox.url()),
        });
        let mut stdout = std::io::stdout();
        writeln!(stdout, "{addresses_and_keys}")?;
        stdout.flush()?;
        if remote {
            let _ = writeln!(
                std::io::stderr(),
                "lomi-sandbox: warning: this address is not loopback: everyone who can connect to it \
                 can read the test data, move the clock and cause webhooks to be sent"
            );
        }
        tokio::select! {
            () = stdin_closed(), if until_stdin_closes => {}
            () = stopped => {}
        }
        Ok(())
    })
}

/// Ends when standard input is closed. A separate thread reads it, for which the end of the process
/// does not wait.
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
