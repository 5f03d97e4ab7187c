//! One HTTP/1.1 connection. No task of its own moves it: whoever has a request on it does,
//! which saves waking a second task for every piece that comes.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::{Body, Incoming};
use hyper::client::conn::{TrySendError, http1};

use super::stream::{Stream, YieldingStream};

type Http = http1::Connection<YieldingStream, Full<Bytes>>;

pub(crate) struct Connection {
    requests: http1::SendRequest<Full<Bytes>>,
    /// Nothing when it has ended.
    io: Option<Pin<Box<Http>>>,
}

impl Connection {
    pub(crate) async fn open(stream: Stream) -> hyper::Result<Self> {
        // Requests are small: one copy costs less than a write of several pieces.
        let (requests, io) =
            http1::Builder::new().writev(false).handshake(YieldingStream::new(stream)).await?;
        Ok(Self { requests, io: Some(Box::pin(io)) })
    }

    /// Reads and writes what can be. How it failed is told to whoever waits for an answer.
    fn poll_io(&mut self, context: &mut Context<'_>) {
        if let Some(io) = &mut self.io
            && io.as_mut().poll(context).is_ready()
        {
            self.io = None;
        }
    }

    /// Whether another request can be sent, as far as can be told from here. Right after
    /// an answer this takes its end in.
    pub(crate) fn is_open(&mut self) -> bool {
        // Nobody waits here, and whoever sends the next request need not be woken by it.
        self.poll_io(&mut Context::from_waker(Waker::noop()));
        self.io.is_some() && self.requests.is_ready()
    }

    /// Sends a request and waits for the head of its answer. An error that holds the
    /// request says that nothing of it was sent.
    pub(crate) async fn send(
        &mut self,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Incoming>, TrySendError<Request<Full<Bytes>>>> {
        let mut answer = pin!(self.requests.try_send_request(request));
        // Not through `poll_io`, which would borrow the whole.
        poll_fn(|context| {
            if let Some(io) = &mut self.io
                && io.as_mut().poll(context).is_ready()
            {
                self.io = None;
            }
            answer.as_mut().poll(context)
        })
        .await
    }

    /// The next piece of an answer's body; nothing at its end.
    pub(crate) async fn next_chunk(&mut self, body: &mut Incoming) -> Option<hyper::Result<Bytes>> {
        poll_fn(|context| {
            loop {
                let frame = match Pin::new(&mut *body).poll_frame(context) {
                    Poll::Pending => {
                        self.poll_io(context);
                        match Pin::new(&mut *body).poll_frame(context) {
                            Poll::Pending => return Poll::Pending,
                            Poll::Ready(frame) => frame,
                        }
                    }
                    Poll::Ready(frame) => frame,
                };
                match frame {
                    // Trailers say nothing of the body.
                    Some(Ok(frame)) => {
                        if let Ok(piece) = frame.into_data() {
                            return Poll::Ready(Some(Ok(piece)));
                        }
                    }
                    Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                    None => return Poll::Ready(None),
                }
            }
        })
        .await
    }
}
