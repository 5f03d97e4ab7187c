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
pub(crate) struct Progress(Mutex<Option<CallHandle>>);

impl Progress {
    fn set(&self, call: CallHandle) {
        *lock(&self.0) = Some(call);
    }

    /// The error of a call that its caller has cancelled.
    pub(crate) fn cancelled(&self) -> Error {
        match &*lock(&self.0) {
            Some(call) => call.cancelled(),
            None => Error::new(ErrorKind::Cancelled, messages::call_cancelled()),
        }
    }

    /// The error of a call that has ended in another way than by its response.
    pub(crate) fn ended(&self, error: Error) -> Error {
        match &*lock(&self.0) {
            Some(call) => call.ended(error),
            None => error,
        }
    }
}
