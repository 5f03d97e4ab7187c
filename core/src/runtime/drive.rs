//! Drives a call with the connections of the runtime that it runs on.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Instant;

use super::host_states::remember_route;
use crate::call::{Call, Step, random_fraction};
use crate::error::Error;
use crate::log;
use crate::response::Response;
use crate::transport::{self, Pool, SendTimeouts};

/// Waits for a call. Gives nothing where it panicked: what the call knew is still there.
pub(super) async fn until_panic<T>(call: impl Future<Output = T>) -> Option<T> {
    let mut call = pin!(call);
    poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(context))) {
        Ok(polled) => polled.map(Some),
        Err(_) => Poll::Ready(None),
    })
    .await
}

/// Carries a call out with the connections of the runtime it runs on.
pub(crate) async fn drive(call: &mut Call, pool: &Pool) -> Result<Response, Error> {
    let config = Arc::clone(call.config());
    let peer = pool.peer(&config.endpoint)?;
    let (connect, idle) = (call.connect_timeout(), call.idle_timeout());
    let mut anew = false;
    loop {
        match call.step(Instant::now()) {
            Step::Done(result) => {
                if result.is_ok() && call.route_changed() {
                    remember_route(&config.base_url, call.route());
                }
                if !config.binding_logs {
                    if let Ok(response) = &result {
                        log::warnings(response.warning().as_slice());
                    }
                    log::attempts(match &result {
                        Ok(response) => &response.history,
                        Err(error) => &error.inner.history,
                    });
                }
                return result;
            }
            Step::Wait(pause) => tokio::time::sleep(pause).await,
            Step::Send(request, within) => {
                let (permit, within) = match peer.host.try_permit() {
                    Some(permit) => (Ok(permit), within),
                    None => {
                        let permit = peer.host.permit(call.deadline()).await;
                        (permit, within.min(call.time_left(Instant::now())))
                    }
                };
                let timeouts = SendTimeouts { within, connect, idle, anew };
                let heard = match permit {
                    Ok(_permit) => transport::send(&peer, request, timeouts, &config).await,
                    Err(late) => Err(late),
                };
                anew = heard.is_err();
                call.complete_attempt(heard, Instant::now(), random_fraction);
            }
        }
    }
}
