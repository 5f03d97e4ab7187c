//! The HTTP transport. It sends exactly one request, follows no redirect, retries nothing and
//! limits the response; the retry rules are in `call`.

mod alarm;
mod body;
mod connect;
mod connection;
mod dial;
mod errors;
mod file;
mod host;
mod lookup;
#[cfg(unix)]
mod poller;
mod pool;
mod proxy;
#[cfg(feature = "reqwest")]
mod reqwest;
mod send;
mod stream;
mod tcp;
mod timer;
mod tls;

pub(crate) use alarm::Reactor;
pub(crate) use dial::check_plain_http;
pub(crate) use file::FileWriter;
#[cfg(unix)]
pub(crate) use poller::Poller;
pub(crate) use pool::{Peer, Pool};
#[cfg(feature = "reqwest")]
pub(crate) use reqwest::send_through;
pub(crate) use send::{SendTimeouts, prewarm, send};
pub use tls::check_ca_file;
