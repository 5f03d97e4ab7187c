//! Drives a call with the connections of the runtime that it runs on.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use super::host_states::remember;
use crate::call::{Call, RawResponse, Step, TransportError, random_fraction};
use crate::error::Error;
use crate::log;
use crate::recording::Offline;
use crate::request::Request;
use crate::response::Response;
use crate::transport::{self, FileWriter, Peer, Pool, SendTimeouts};

/// From this number of calls in flight on, sending together costs less than sending at once.
const MANY_IN_FLIGHT: usize = 8;

/// Drives a call to its end.
pub(super) async fn drive(call: &mut Call, pool: &Pool) -> Result<Box<Response>, Error> {
    let mut sender = Sender::new(call, pool, false)?;
    loop {
        match call.step(Instant::now()) {
            Step::Done(result) => return finish(call, result),
            Step::Wait(pause) => tokio::time::sleep(pause).await,
            Step::Send(request, within) => {
                if sender.shares_host() {
                    tokio::task::yield_now().await;
                }
                let result = call.span().around(sender.send(call, request, within)).await;
                call.complete_attempt(result, Instant::now(), random_fraction);
            }
        }
    }
}

/// Sends the attempts of one call.
pub(super) struct Sender {
    transport: Transport,
    idle: Duration,
    /// Whether the thread has nothing else to do than this call.
    is_only_call: bool,
}

/// Sends the requests of a call.
enum Transport {
    /// Nothing is sent: a recording or a stub answers.
    Offline(Offline),
    /// Our own transport.
    Connection {
        peer: Arc<Peer>,
        connect: Duration,
        /// The previous attempt failed, so the next one opens a new connection.
        new_connection: bool,
    },
    /// The caller's HTTP client.
    #[cfg(feature = "reqwest")]
    Reqwest(reqwest::Client),
}

impl Sender {
    pub(super) fn new(call: &Call, pool: &Pool, is_only_call: bool) -> Result<Self, Error> {
        let idle = call.idle_timeout();
        if let Some(offline) = call.offline() {
            let transport = Transport::Offline(offline.clone());
            return Ok(Self { transport, idle, is_only_call });
        }
        #[cfg(feature = "reqwest")]
        if let Some(client) = &call.config().http_client {
            let transport = Transport::Reqwest(client.clone());
            return Ok(Self { transport, idle, is_only_call });
        }
        let transport = Transport::Connection {
            peer: pool.peer(&call.config().endpoint)?,
            connect: call.connect_timeout(),
            new_connection: false,
        };
        Ok(Self { transport, idle, is_only_call })
    }

    /// Whether many calls to the same host are in flight. Then a call lets the others read their
    /// responses first: requests that leave one right after the other wake their receiver once,
    /// not once each, which costs the sender less.
    fn shares_host(&self) -> bool {
        match &self.transport {
            Transport::Connection { peer, .. } => peer.host.in_flight() >= MANY_IN_FLIGHT,
            Transport::Offline(_) => false,
            #[cfg(feature = "reqwest")]
            Transport::Reqwest(_) => false,
        }
    }

    /// Sends one request. If all connections are in use, waits for one first.
    pub(super) async fn send(
        &mut self,
        call: &Call,
        request: Request,
        within: Duration,
    ) -> Result<RawResponse, TransportError> {
        let file = call.destination().map(|file| FileWriter::new(file, self.is_only_call));
        let (peer, connect, new_connection) = match &mut self.transport {
            Transport::Connection { peer, connect, new_connection } => {
                (&*peer, *connect, new_connection)
            }
            Transport::Offline(offline) => return call.answer(offline, &request),
            // That client has connections of its own.
            #[cfg(feature = "reqwest")]
            Transport::Reqwest(_) if call.is_prewarm() => return Ok(RawResponse::without_body()),
            #[cfg(feature = "reqwest")]
            Transport::Reqwest(client) => {
                let config = call.config();
                return transport::send_through(client, request, within, self.idle, config, file)
                    .await;
            }
        };
        let (permit, within) = match peer.host.try_permit() {
            Some(permit) => (Ok(permit), within),
            None => {
                let permit = peer.host.permit(peer.reactor, call.deadline()).await;
                (permit, within.min(call.time_left(Instant::now())))
            }
        };
        let timeouts =
            SendTimeouts { within, connect, idle: self.idle, new_connection: *new_connection };
        let result = match permit {
            Ok(_permit) if call.is_prewarm() => {
                let connected = transport::prewarm(peer, timeouts).await;
                connected.map(|()| RawResponse::without_body())
            }
            Ok(_permit) => transport::send(peer, request, timeouts, call.config(), file).await,
            Err(error) => Err(error),
        };
        *new_connection = result.is_err();
        result
    }
}

/// Remembers the route of a successful call and logs its warning.
pub(super) fn finish(
    call: &Call,
    result: Result<Box<Response>, Error>,
) -> Result<Box<Response>, Error> {
    if let Ok(response) = &result {
        remember(&call.config().base_url, &call.learned());
        if !call.config().binding_logs {
            log::warnings(response.warning().as_slice());
        }
    }
    result
}

/// Waits for a future. Returns `None` if it panicked; the state of the call can still be read.
pub(super) async fn catch_panic<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
        Ok(polled) => polled.map(Some),
        Err(_) => Poll::Ready(None),
    })
    .await
}
