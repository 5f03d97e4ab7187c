//! Who waits for the requests of a call: the calling thread, or the worker thread, which drives them.
//! What a call does between its requests is written once, for both.

use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use lomi::binding::{Call, CallHandle, execute, messages, run_blocking};
use lomi::{Error, ErrorKind, Response};

use crate::lock::lock;

/// Drives the requests of a call, one after the other.
pub(crate) trait Caller {
    /// Drives a request with its retries.
    async fn run(&mut self, call: Box<Call>) -> Result<Box<Response>, Error>;
}

/// The calling thread waits. The function says whether it has been interrupted.
pub(crate) struct Blocking<F>(pub(crate) F);

impl<F: FnMut() -> bool> Caller for Blocking<F> {
    async fn run(&mut self, mut call: Box<Call>) -> Result<Box<Response>, Error> {
        let progress = call.progress();
        let is_interrupted = &mut self.0;
        run_blocking(call, || match is_interrupted() {
            true => Err(progress.cancelled()),
            false => Ok(()),
        })
    }
}

/// The output of a future whose caller is [`Blocking`]: it waits within its first poll.
pub(crate) fn waited(future: impl Future<Output = Vec<u8>>) -> Vec<u8> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => crate::response::error(&Error::internal("a blocking call did not wait")),
    }
}

/// The worker drives the call: the future must be started there.
pub(crate) struct Awaiting(pub(crate) Arc<Progress>);

impl Caller for Awaiting {
    async fn run(&mut self, mut call: Box<Call>) -> Result<Box<Response>, Error> {
        self.0.set(call.progress());
        execute(call).await
    }
}

/// How far an awaited call is, for the error of one that is cancelled: it names the idempotency key.
#[derive(Default)]
pub(crate) struct Progress(Mutex<InProgress>);

#[derive(Default)]
struct InProgress {
    call: Option<CallHandle>,
    is_cancelled: bool,
}

impl Progress {
    /// The worker may be within the poll that begins this call when its caller cancels: then no
    /// request of it is sent either.
    fn set(&self, call: CallHandle) {
        let mut progress = lock(&self.0);
        if progress.is_cancelled {
            call.cancelled();
        }
        progress.call = Some(call);
    }

    /// The error of a call that its caller has cancelled. No request is sent after it.
    pub(crate) fn cancelled(&self) -> Error {
        let mut progress = lock(&self.0);
        progress.is_cancelled = true;
        match &progress.call {
            Some(call) => call.cancelled(),
            None => Error::new(ErrorKind::Cancelled, messages::call_cancelled()),
        }
    }

    /// The error of a call that has ended in another way than by its response.
    pub(crate) fn ended(&self, error: Error) -> Error {
        match &lock(&self.0).call {
            Some(call) => call.ended(error),
            None => error,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use lomi::binding::{ConfigBuilder, Target, Worker, table};
    use lomi::{Client, Input, Outcome};

    use super::*;

    #[test]
    fn a_call_that_begins_after_its_cancellation_sends_nothing() {
        let client = Client::with(ConfigBuilder {
            key_optional: true,
            base_url: Some("http://127.0.0.1:1".into()),
            ..ConfigBuilder::default()
        });
        let input = Input::body(lomi::json!({"amount": 500, "currency_code": "XOF"}));
        let target = Target::Operation(&table::CREATE_CHECKOUT_SESSION);
        let call = client.unwrap().prepare(target, input, Default::default()).unwrap();
        let progress = Arc::new(Progress::default());
        assert_eq!(progress.cancelled().outcome(), Outcome::NotSent);
        let (sender, ended) = std::sync::mpsc::channel();
        let _in_flight = Worker::current()
            .unwrap()
            .start(false, async move { sender.send(Awaiting(progress).run(call).await) });
        // Else the connection would have been refused.
        assert_eq!(ended.recv().unwrap().unwrap_err().kind(), ErrorKind::Cancelled);
    }
}
