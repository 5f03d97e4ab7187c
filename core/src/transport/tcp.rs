//! An open TCP connection, of a runtime or of none.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::alarm::Reactor;
#[cfg(unix)]
use super::poller::{self, PolledStream};

/// An open TCP connection.
#[derive(Debug)]
pub(super) enum Tcp {
    /// Of a tokio runtime.
    Tokio(TokioIo<TcpStream>),
    /// Of whichever thread uses it.
    #[cfg(unix)]
    Polled(PolledStream),
}

impl Tcp {
    pub(super) async fn connect(address: SocketAddr, reactor: Reactor) -> io::Result<Self> {
        match reactor {
            Reactor::Tokio => Ok(Self::Tokio(TokioIo::new(TcpStream::connect(address).await?))),
            #[cfg(unix)]
            Reactor::Thread => Ok(Self::Polled(poller::connect(address).await?)),
        }
    }

    pub(super) fn set_nodelay(&self) -> io::Result<()> {
        match self {
            Self::Tokio(stream) => stream.inner().set_nodelay(true),
            #[cfg(unix)]
            Self::Polled(stream) => stream.set_nodelay(),
        }
    }

    #[cfg(test)]
    pub(super) fn peer_addr(&self) -> io::Result<SocketAddr> {
        match self {
            Self::Tokio(stream) => stream.inner().peer_addr(),
            #[cfg(unix)]
            Self::Polled(stream) => stream.peer_addr(),
        }
    }
}

/// Calls a method of the stream that it is.
macro_rules! of_either {
    ($self:ident, $trait:ident :: $method:ident ( $($argument:expr),* )) => {
        match &mut *$self {
            Self::Tokio(stream) => $trait::$method(Pin::new(stream), $($argument),*),
            #[cfg(unix)]
            Self::Polled(stream) => $trait::$method(Pin::new(stream), $($argument),*),
        }
    };
}

impl Read for Tcp {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        of_either!(self, Read::poll_read(context, buffer))
    }
}

impl Write for Tcp {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        of_either!(self, Write::poll_write(context, bytes))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        of_either!(self, Write::poll_flush(context))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        of_either!(self, Write::poll_shutdown(context))
    }
}

impl Connection for Tcp {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}
