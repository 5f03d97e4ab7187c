//! A connection of a client, plain or TLS.

use anyhow::Result;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A connection, encrypted or not.
pub(super) enum Connection {
    Plain(TcpStream),
    Tls(Box<tokio_rustls::server::TlsStream<TcpStream>>),
}

impl Connection {
    pub(super) async fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        Ok(match self {
            Self::Plain(stream) => stream.read(buffer).await?,
            Self::Tls(stream) => stream.read(buffer).await?,
        })
    }

    pub(super) async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        match self {
            Self::Plain(stream) => stream.write_all(bytes).await?,
            Self::Tls(stream) => {
                stream.write_all(bytes).await?;
                stream.flush().await?;
            }
        }
        Ok(())
    }

    pub(super) async fn shutdown(&mut self) -> Result<()> {
        match self {
            Self::Plain(stream) => stream.shutdown().await?,
            Self::Tls(stream) => stream.shutdown().await?,
        }
        Ok(())
    }

    /// Makes the next close a reset.
    pub(super) fn reset(&self) -> Result<()> {
        let stream = match self {
            Self::Plain(stream) => stream,
            Self::Tls(stream) => stream.get_ref().0,
        };
        stream.set_zero_linger()?;
        Ok(())
    }
}
