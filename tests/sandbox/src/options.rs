//! Options of a sandbox.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use crate::generation::Generation;

/// A route style: one form of the checkout session paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Family {
    /// `/v1/checkout-sessions`, as in the developer documentation.
    A,
    /// `/v1/checkout_sessions`, as in the generated SDKs.
    C,
    /// `/checkout-sessions`, as on today's server.
    Current,
}

/// Body of the 404 for an unknown path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum RouteErrors {
    /// `{"statusCode":404,"message":"Cannot GET /path","error":"Not Found"}`.
    #[default]
    Path,
    /// The same with the query string in the message, as Nest writes it.
    Query,
    /// The message inside the error body of today's server.
    Envelope,
}

/// Names of the webhook events; the documents of the API disagree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum EventNames {
    /// `PAYMENT_SUCCEEDED`, `PAYMENT_FAILED`: the names of today's server.
    #[default]
    Current,
    /// `checkout.session.completed`, `checkout.session.expired`: the names of the older documents.
    Documented,
    /// Both: each event is sent under each of its names.
    Both,
}

/// Number of requests per number of seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// Requests that are accepted in a window.
    pub requests: u64,
    /// Length of a window in seconds.
    pub seconds: u32,
}

impl std::str::FromStr for RateLimit {
    type Err = String;

    /// Reads `120/60`.
    fn from_str(text: &str) -> Result<Self, String> {
        let parsed = text.split_once('/').and_then(|(requests, seconds)| {
            let limit = Self { requests: requests.parse().ok()?, seconds: seconds.parse().ok()? };
            (limit.seconds > 0).then_some(limit)
        });
        parsed.ok_or_else(|| "must be REQUESTS/SECONDS, such as 120/60".to_owned())
    }
}

/// Settings of a [`Sandbox`](crate::Sandbox). `Options::default()` suits a test: a free
/// port, random keys, every route, state in memory.
#[derive(Clone, Debug)]
pub struct Options {
    /// Address to listen on: a loopback address, unless `allow_remote` is set.
    pub host: IpAddr,
    /// Allow an address that other machines can reach, and deliver webhooks to any host, for a
    /// shop in another container. Everyone who can connect can read the test data and move the
    /// clock.
    pub allow_remote: bool,
    /// Further host names that are allowed for the console and the control API. IP addresses and
    /// `localhost` are always allowed.
    pub allowed_hosts: Vec<String>,
    /// Start of the addresses of checkout pages, when it is not the address to listen on:
    /// `http://localhost:4010` for a container with that port.
    pub public_url: Option<String>,
    /// Write one line per request and per webhook delivery to standard error.
    pub log: bool,
    /// Port to listen on; 0 selects a free port.
    pub port: u16,
    /// Secret key of the test environment; None uses that of the data file, or a random one.
    pub test_key: Option<String>,
    /// Secret key of the live environment; None as above.
    pub live_key: Option<String>,
    /// Secret that signs deliveries to `webhook_url`; None as above.
    pub webhook_secret: Option<String>,
    /// SQLite file of the state; None keeps it in memory.
    pub data: Option<PathBuf>,
    /// Generation of `/checkout-sessions` without `X-Sandbox-Generation`: B, D or E.
    pub generation: Generation,
    /// Route styles that are served.
    pub families: Vec<Family>,
    /// Body of the 404 for an unknown path.
    pub route_errors: RouteErrors,
    /// Names of the webhook events.
    pub event_names: EventNames,
    /// Address that receives every event of the test environment, signed with `webhook_secret`.
    pub webhook_url: Option<String>,
    /// Reject requests over this rate.
    pub rate_limit: Option<RateLimit>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            host: IpAddr::V4(Ipv4Addr::LOCALHOST),
            allow_remote: false,
            allowed_hosts: Vec::new(),
            public_url: None,
            log: false,
            port: 0,
            test_key: None,
            live_key: None,
            webhook_secret: None,
            data: None,
            generation: Generation::D,
            families: vec![Family::A, Family::C, Family::Current],
            route_errors: RouteErrors::default(),
            event_names: EventNames::default(),
            webhook_url: None,
            rate_limit: None,
        }
    }
}
