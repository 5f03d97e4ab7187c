//! Connections: accepted, served, reset on request.

use std::convert::Infallible;
use std::net::TcpListener;
use std::sync::Arc;
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
use tower::ServiceExt;

use crate::middleware::reset::Reset;

/// Maximum time for a client to send its headers.
const HEADER_TIMEOUT: Duration = Duration::from_secs(15);
/// Maximum number of open connections; more wait in the listener's queue.
const MAX_CONNECTIONS: usize = 4_096;

/// Accepts connections until the sandbox stops.
pub(super) async fn accept(listener: TcpListener, router: Router) {
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
            // Mostly out of file descriptors; connections that end will free some.
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

async fn serve_connection(stream: TcpStream, router: Router) {
    // Responses are small; with Nagle's algorithm a client that delays its ACK would wait 40 ms.
    let _ = stream.set_nodelay(true);
    let reset = Reset::default();
    let for_requests = reset.clone();
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let mut request: Request = request.map(Body::new);
        request.extensions_mut().insert(for_requests.clone());
        // On its own task: a request is completed also when its client goes away.
        let work = tokio::spawn(router.clone().oneshot(request));
        Box::pin(async move {
            Ok::<_, Infallible>(match work.await {
                Ok(Ok(response)) => response,
                Ok(Err(never)) => match never {},
                // The handler panicked; the panic is on standard error.
                Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
            })
        })
    });
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        // The reset first: the response of that request must not be sent.
        biased;
        () = reset.requested() => {
            // Closing without lingering sends RST instead of FIN.
            let _ = connection.into_parts().io.into_inner().set_zero_linger();
        }
        // Errors here are those of the client: it went away or does not speak HTTP.
        _ = &mut connection => {}
    }
}
