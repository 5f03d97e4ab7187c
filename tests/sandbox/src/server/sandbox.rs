//! A running sandbox as a value.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::oneshot;

use super::{listener, router, scheduler};
use crate::options::Options;
use crate::payments::due::apply_clock_change;
use crate::state::app::App;
use crate::state::time::Millis;

/// Why a sandbox could not start.
#[derive(Debug)]
pub enum StartError {
    /// The address is not a loopback address.
    NotLoopback(SocketAddr),
    /// The address cannot be bound, or the server's thread cannot be created.
    Io(SocketAddr, io::Error),
    /// The data file cannot be used: it is not a database, or another sandbox has it open.
    Data(PathBuf, String),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotLoopback(at) => {
                write!(
                    f,
                    "{} is not a loopback address: other machines could read the test data; \
                     use --allow-remote to permit it",
                    at.ip()
                )
            }
            Self::Io(at, error) if error.kind() == std::io::ErrorKind::AddrInUse => write!(
                f,
                "cannot listen on {at}: the port is in use, perhaps by another lomi-sandbox; choose \
                 another one with --port"
            ),
            Self::Io(at, error) => write!(f, "cannot listen on {at}: {error}"),
            Self::Data(path, error) => write!(f, "cannot use {}: {error}", path.display()),
        }
    }
}

impl std::error::Error for StartError {}

/// A running sandbox. Dropping it stops the server and closes its connections.
#[derive(Debug)]
pub struct Sandbox {
    app: Arc<App>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Sandbox {
    /// Starts a sandbox on its own thread. It accepts requests when this returns.
    ///
    /// # Errors
    /// When the address is not loopback or cannot be bound, or the data file cannot be used.
    pub fn start(options: Options) -> Result<Self, StartError> {
        let address = SocketAddr::new(options.host, options.port);
        if !address.ip().is_loopback() && !options.allow_remote {
            return Err(StartError::NotLoopback(address));
        }
        let fail = |error| StartError::Io(address, error);
        let listener = TcpListener::bind(address).map_err(fail)?;
        listener.set_nonblocking(true).map_err(fail)?;
        let url = match &options.public_url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => format!("http://{}", reachable(listener.local_addr().map_err(fail)?)),
        };
        let data = options.data.clone().unwrap_or_default();
        let app =
            App::new(options, url).map_err(|error| StartError::Data(data, error.to_string()))?;
        let router = router::router(Arc::clone(&app));
        let background = Arc::clone(&app);
        let (stop, stopped) = oneshot::channel();
        // One thread: handing a request to another core costs more than serving it.
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(fail)?;
        let thread = std::thread::Builder::new()
            .name("lomi-sandbox".to_owned())
            .spawn(move || {
                runtime.block_on(async {
                    tokio::select! {
                        () = listener::accept(listener, router) => {}
                        () = scheduler::run(background) => {}
                        _ = stopped => {}
                    }
                });
            })
            .map_err(fail)?;
        Ok(Self { app, stop: Some(stop), thread: Some(thread) })
    }

    /// `http://127.0.0.1:PORT`, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.app.url
    }

    /// Secret key of the test environment.
    #[must_use]
    pub fn test_key(&self) -> &str {
        &self.app.identity.test_key
    }

    /// Secret key of the live environment.
    #[must_use]
    pub fn live_key(&self) -> &str {
        &self.app.identity.live_key
    }

    /// Moves the sandbox's clock forward: sessions past their end expire, subscriptions renew,
    /// and webhook attempts that are due are sent. Fractions of a millisecond are dropped.
    pub fn advance_clock(&self, by: Duration) {
        self.app.clock.advance(Millis::try_from(by.as_millis()).unwrap_or(Millis::MAX));
        apply_clock_change(&self.app);
    }

    /// Secret that signs webhook deliveries.
    #[must_use]
    pub fn webhook_secret(&self) -> &str {
        &self.app.identity.webhook_secret
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic of the server thread is already on standard error.
            let _ = thread.join();
        }
        self.app.journal.close();
    }
}

/// The address under which this machine reaches a listener; `0.0.0.0` cannot be called.
fn reachable(mut at: SocketAddr) -> SocketAddr {
    if at.ip().is_unspecified() {
        at.set_ip(match at.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    at
}
