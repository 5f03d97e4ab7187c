//! Listening, and a sandbox as a value.

use std::convert::Infallible;
use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tower::ServiceExt;

use super::scheduler as due;
use crate::options::Options;
use crate::routes::{self, Reset};
use crate::state::app::App;
use crate::state::clock::Millis;

/// A client that has not sent its headers by then is cut off.
const HEADER_TIMEOUT: Duration = Duration::from_secs(15);
/// Most connections at a time; more wait in the listener's queue.
const MAX_CONNECTIONS: usize = 4_096;

/// Why a sandbox could not be started.
#[derive(Debug)]
pub enum StartError {
    /// The address is not a loopback address.
    NotLoopback(SocketAddr),
    /// The address cannot be listened on, or the server's thread cannot be made.
    Io(SocketAddr, io::Error),
    /// The data file cannot be used: it is no database, or another sandbox has it open.
    Data(PathBuf, String),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotLoopback(at) => {
                write!(
                    f,
                    "{} is not a loopback address: other machines could read the test data; \
                     --allow-remote permits it",
                    at.ip()
                )
            }
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
    /// Starts a sandbox on a thread of its own. When it returns, the sandbox takes requests.
    ///
    /// # Errors
    /// When the address is not loopback or cannot be listened on.
    pub fn start(options: Options) -> Result<Self, StartError> {
        let asked = SocketAddr::new(options.host, options.port);
        if !asked.ip().is_loopback() && !options.allow_remote {
            return Err(StartError::NotLoopback(asked));
        }
        let fail = |error| StartError::Io(asked, error);
        let listener = TcpListener::bind(asked).map_err(fail)?;
        listener.set_nonblocking(true).map_err(fail)?;
        let url = match &options.public_url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => format!("http://{}", reachable(listener.local_addr().map_err(fail)?)),
        };
        let data = options.data.clone().unwrap_or_default();
        let app =
            App::new(options, url).map_err(|error| StartError::Data(data, error.to_string()))?;
        let router = routes::router(Arc::clone(&app));
        let background = Arc::clone(&app);
        let (stop, stopped) = oneshot::channel();
        // One thread: the work of a request is far smaller than handing it to another core.
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(fail)?;
        let thread = std::thread::Builder::new()
            .name("lomi-sandbox".to_owned())
            .spawn(move || {
                runtime.block_on(async {
                    tokio::select! {
                        () = accept(listener, router) => {}
                        () = due::run(background) => {}
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

    /// Moves the sandbox's clock forward: sessions that are over expire, webhook tries that are
    /// due are sent. Fractions of a millisecond are dropped.
    pub fn advance_clock(&self, by: Duration) {
        self.app.clock.advance(Millis::try_from(by.as_millis()).unwrap_or(Millis::MAX));
        self.app.keep_clock();
        self.app.expire_due();
        self.app.wake.notify_one();
        self.app.changed();
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
            // A server thread that panicked has said so on stderr already.
            let _ = thread.join();
        }
        self.app.journal.close();
    }
}

/// Where a listener can be called from this machine: `0.0.0.0` is no address of its own.
fn reachable(mut at: SocketAddr) -> SocketAddr {
    if at.ip().is_unspecified() {
        at.set_ip(match at.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    at
}

async fn accept(listener: TcpListener, router: Router) {
    let listener = match tokio::net::TcpListener::from_std(listener) {
        Ok(listener) => listener,
        Err(error) => {
            eprintln!("lomi-sandbox: {error}");
            return;
        }
    };
    let slots = Arc::new(tokio::sync::Semaphore::new(MAX_CONNECTIONS));
    loop {
        let Ok(slot) = Arc::clone(&slots).acquire_owned().await else {
            return;
        };
        match listener.accept().await {
            Ok((stream, _)) => {
                let router = router.clone();
                tokio::spawn(async move {
                    serve_connection(stream, router).await;
                    drop(slot);
                });
            }
            // Out of file descriptors, mostly: connections that end will free some.
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

async fn serve_connection(stream: TcpStream, router: Router) {
    // Answers are small; waiting to fill a segment costs 40 ms with a client that delays its ACK.
    let _ = stream.set_nodelay(true);
    let reset = Reset::default();
    let for_requests = reset.clone();
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let mut request: Request = request.map(Body::new);
        request.extensions_mut().insert(for_requests.clone());
        // On a task of its own: a client that goes away does not end the work it asked for.
        let work = tokio::spawn(router.clone().oneshot(request));
        Box::pin(async move {
            Ok::<_, Infallible>(match work.await {
                Ok(Ok(response)) => response,
                Ok(Err(never)) => match never {},
                // It panicked, and has said so on standard error.
                Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
            })
        })
    });
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        // The reset first: the response that comes with it is not to be written.
        biased;
        () = reset.0.notified() => {
            // Closing with nothing to linger for sends RST instead of FIN.
            let _ = connection.into_parts().io.into_inner().set_zero_linger();
        }
        // Errors here are the client's: it went away or does not speak HTTP.
        _ = &mut connection => {}
    }
}
