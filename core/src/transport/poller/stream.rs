//! A TCP socket that is read and written without blocking.

use std::future::poll_fn;
use std::io::{self, ErrorKind, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::os::fd::AsRawFd;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::rt::{Read, ReadBufCursor, Write};
use socket2::{Domain, SockRef, Socket, Type};

use super::{NO_TURN, forget, turn, wait_for};

/// A TCP connection that any thread may use, one at a time.
#[derive(Debug)]
pub(in super::super) struct PolledStream {
    socket: TcpStream,
    /// The turn in which all that had come was read: until the thread has waited, there is no more.
    drained_in: u64,
}

/// Opens a TCP connection.
pub(in super::super) async fn connect(address: SocketAddr) -> io::Result<PolledStream> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    let started = socket.connect(&address.into());
    // Made before anything can fail, since it also forgets the socket when it is closed.
    let stream = PolledStream { socket: socket.into(), drained_in: NO_TURN };
    match started {
        Ok(()) => return Ok(stream),
        Err(error) if error.raw_os_error() == Some(libc::EINPROGRESS) => {}
        Err(error) if error.kind() == ErrorKind::WouldBlock => {}
        Err(error) => return Err(error),
    }
    poll_fn(|_| stream.poll_connected()).await?;
    Ok(stream)
}

impl PolledStream {
    pub(in super::super) fn set_nodelay(&self) -> io::Result<()> {
        self.socket.set_nodelay(true)
    }

    #[cfg(test)]
    pub(in super::super) fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.socket.peer_addr()
    }

    fn poll_connected(&self) -> Poll<io::Result<()>> {
        if let Some(error) = self.socket.take_error()? {
            return Poll::Ready(Err(error));
        }
        match self.socket.peer_addr() {
            Ok(_) => Poll::Ready(Ok(())),
            Err(error) if error.kind() == ErrorKind::NotConnected => {
                wait_for(self.socket.as_raw_fd(), libc::POLLOUT);
                Poll::Pending
            }
            Err(error) => Poll::Ready(Err(error)),
        }
    }
}

/// Repeats a system call that a signal interrupts; waits if it would block.
fn poll_call<T>(
    socket: &TcpStream,
    events: i16,
    mut call: impl FnMut() -> io::Result<T>,
) -> Poll<io::Result<T>> {
    loop {
        match call() {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                wait_for(socket.as_raw_fd(), events);
                return Poll::Pending;
            }
            done => return Poll::Ready(done),
        }
    }
}

impl Read for PolledStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        mut buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let turn = turn();
        if self.drained_in == turn && turn != NO_TURN {
            wait_for(self.socket.as_raw_fd(), libc::POLLIN);
            return Poll::Pending;
        }
        // SAFETY: nothing but `recv` writes to it, and that only initializes.
        let room = unsafe { buffer.as_mut() };
        let read =
            poll_call(&self.socket, libc::POLLIN, || SockRef::from(&self.socket).recv(&mut *room));
        match read {
            Poll::Ready(Ok(length)) => {
                // The end is read again and again, so it is never waited for.
                if (1..room.len()).contains(&length) {
                    self.drained_in = turn;
                }
                // SAFETY: `recv` has initialized as many bytes.
                unsafe { buffer.advance(length) };
                Poll::Ready(Ok(()))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => {
                self.drained_in = turn;
                Poll::Pending
            }
        }
    }
}

impl Write for PolledStream {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        // By the standard library, which sends without SIGPIPE.
        poll_call(&self.socket, libc::POLLOUT, || (&self.socket).write(bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.socket.shutdown(Shutdown::Write))
    }
}

impl Drop for PolledStream {
    fn drop(&mut self) {
        forget(self.socket.as_raw_fd());
    }
}
