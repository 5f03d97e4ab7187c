//! The byte stream of a connection. It yields now and then although there is more to read, so that
//! the deadline is checked: hyper reads interim responses for as long as the server sends them.

use std::io::Result;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::rt::{Read, ReadBufCursor, Write};

/// The byte stream of a connection.
pub(crate) type Stream = Box<dyn Io>;

pub(crate) trait Io: hyper::rt::Read + hyper::rt::Write + Send + Unpin {}

impl<T: hyper::rt::Read + hyper::rt::Write + Send + Unpin> Io for T {}

/// How many bytes are read without a yield.
const BYTES: usize = 1 << 20;

pub(super) struct YieldingStream {
    stream: Stream,
    /// Sum of the buffer space offered by reads since the last yield.
    since_pause: usize,
}

impl YieldingStream {
    pub(super) fn new(stream: Stream) -> Self {
        Self { stream, since_pause: 0 }
    }
}

impl Read for YieldingStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<Result<()>> {
        if self.since_pause > BYTES {
            self.since_pause = 0;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let room = buffer.remaining();
        let read = Pin::new(&mut *self.stream).poll_read(context, buffer);
        self.since_pause = if read.is_ready() { self.since_pause + room } else { 0 };
        read
    }
}

impl Write for YieldingStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<Result<usize>> {
        Pin::new(&mut *self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut *self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut *self.stream).poll_shutdown(context)
    }
}
