//! One HTTP/1.1 connection. It has no task of its own: the call that uses it also polls its I/O,
//! which saves waking a second task for every chunk.

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
    /// `None` once the connection has ended.
    io: Option<Pin<Box<Http>>>,
}

impl Connection {
    pub(crate) async fn open(stream: Stream) -> hyper::Result<Self> {
        // Requests are small: copying them into one buffer costs less than a vectored write.
        let (requests, io) =
            http1::Builder::new().writev(false).handshake(YieldingStream::new(stream)).await?;
        Ok(Self { requests, io: Some(Box::pin(io)) })
    }

    /// Reads and writes as much as possible. An error is returned by the request in flight.
    fn poll_io(&mut self, context: &mut Context<'_>) {
        if let Some(io) = &mut self.io
            && io.as_mut().poll(context).is_ready()
        {
            self.io = None;
        }
    }

    /// Whether another request can be sent. Right after a response, this also reads its end.
    pub(crate) fn is_open(&mut self) -> bool {
        // Nothing waits for this connection now, so nothing needs to be woken.
        self.poll_io(&mut Context::from_waker(Waker::noop()));
        self.io.is_some() && self.requests.is_ready()
    }

    /// Sends a request and waits for the head of the response. An error that contains the request
    /// means that none of it was sent.
    pub(crate) async fn send(
        &mut self,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Incoming>, TrySendError<Request<Full<Bytes>>>> {
        let mut answer = pin!(self.requests.try_send_request(request));
        // Not `poll_io`, which would borrow all of `self`.
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

    /// The next chunk of a response's body; `None` at its end.
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
                    // Trailers are ignored.
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
