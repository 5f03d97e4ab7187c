//! The server that fails on purpose. Each scenario has an address of its own; a request
//! is read, written down and answered as its scenario says, byte by byte where need be.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Result, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinHandle;

use crate::answer;
use crate::scenario::{Listen, Scenario};
use crate::tls::Authority;

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// Path and query as they stand on the wire.
    pub(crate) target: String,
    /// Names in lower case, in order.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

/// One scenario being played to one runner.
pub(crate) struct Stage {
    scenario: Scenario,
    requests: Mutex<Vec<Request>>,
    strays: Mutex<u32>,
    /// Where the scenario's server is, without a path.
    pub(crate) here: String,
    /// An address where nothing may ever arrive.
    elsewhere: String,
    tasks: Mutex<Vec<JoinHandle<()>>>,
    /// Holds the port of a scenario in which nobody listens.
    silent: Mutex<Option<TcpSocket>>,
}

impl Stage {
    /// Opens the scenario's address.
    pub(crate) async fn open(scenario: &Scenario, authority: &Authority) -> Result<Arc<Self>> {
        // Bound from here on, so that nobody else gets the port, but not yet listening.
        let socket = TcpSocket::new_v4()?;
        socket.bind(([127, 0, 0, 1], 0).into())?;
        let address = socket.local_addr()?;
        let elsewhere = TcpListener::bind("127.0.0.1:0").await?;
        let stage = Arc::new(Self {
            scenario: scenario.clone(),
            requests: Mutex::default(),
            strays: Mutex::default(),
            here: format!("{}://{}", scenario.listen.scheme(), address),
            elsewhere: elsewhere.local_addr()?.to_string(),
            tasks: Mutex::default(),
            silent: Mutex::default(),
        });
        let acceptor = authority.acceptor(scenario.listen)?;
        if scenario.listen == Listen::Closed {
            *stage.silent.lock().unwrap_or_else(PoisonError::into_inner) = Some(socket);
        } else {
            let listener = socket.listen(64)?;
            let playing = Arc::clone(&stage);
            stage.keep(tokio::spawn(async move {
                while let Ok((connection, _)) = listener.accept().await {
                    let (stage, acceptor) = (Arc::clone(&playing), acceptor.clone());
                    playing.keep(tokio::spawn(async move {
                        let _ = stage.serve(connection, acceptor).await;
                    }));
                }
            }));
        }
        let watching = Arc::clone(&stage);
        stage.keep(tokio::spawn(async move {
            while let Ok((connection, _)) = elsewhere.accept().await {
                drop(connection);
                *watching.strays.lock().unwrap_or_else(PoisonError::into_inner) += 1;
            }
        }));
        Ok(stage)
    }

    fn keep(&self, task: JoinHandle<()>) {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner).push(task);
    }

    /// Ends: what was asked, and how often the wrong address was called.
    pub(crate) fn close(&self) -> (Vec<Request>, u32) {
        for task in self.tasks.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            task.abort();
        }
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone();
        (requests, *self.strays.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn serve(
        &self,
        connection: TcpStream,
        acceptor: Option<tokio_rustls::TlsAcceptor>,
    ) -> Result<()> {
        connection.set_nodelay(true)?;
        let mut wire = match (self.scenario.listen, acceptor) {
            (Listen::TlsCutOff, _) => {
                // The client's hello is read, and the line goes dead.
                let mut wire = Wire::Plain(connection);
                wire.read(&mut [0; 512]).await?;
                return Ok(());
            }
            (_, Some(acceptor)) => Wire::Tls(Box::new(acceptor.accept(connection).await?)),
            (Listen::TlsNot, None) => {
                let mut wire = Wire::Plain(connection);
                wire.read(&mut [0; 512]).await?;
                wire.write(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").await?;
                return Ok(());
            }
            (_, None) => Wire::Plain(connection),
        };
        let mut unread = Vec::new();
        while let Some(request) = read(&mut wire, &mut unread).await? {
            let position = {
                let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
                requests.push(request.clone());
                requests.len() - 1
            };
            let Some(exchange) = self.scenario.serve.get(position) else {
                wire.write(b"HTTP/1.1 418 Not In The Scenario\r\ncontent-length: 0\r\n\r\n")
                    .await?;
                continue;
            };
            let say =
                |text: &str| self.say(text, &request).replace("{position}", &position.to_string());
            if !answer::play(&exchange.answer, &mut wire, say).await? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Puts addresses, and what the request said, where an answer names them.
    fn say(&self, text: &str, request: &Request) -> String {
        text.replace("{here}", &self.here)
            .replace("{elsewhere}", &self.elsewhere)
            .replace("{port}", self.here.rsplit(':').next().unwrap_or_default())
            .replace("{sent request id}", request.header("x-request-id").unwrap_or_default())
            .replace("{sent method}", &request.method)
            .replace("{sent target}", &request.target)
    }
}

/// A connection, encrypted or not.
pub(crate) enum Wire {
    Plain(TcpStream),
    Tls(Box<tokio_rustls::server::TlsStream<TcpStream>>),
}

impl Wire {
    pub(crate) async fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        Ok(match self {
            Self::Plain(stream) => stream.read(buffer).await?,
            Self::Tls(stream) => stream.read(buffer).await?,
        })
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        match self {
            Self::Plain(stream) => stream.write_all(bytes).await?,
            Self::Tls(stream) => {
                stream.write_all(bytes).await?;
                stream.flush().await?;
            }
        }
        Ok(())
    }

    pub(crate) async fn shut(&mut self) -> Result<()> {
        match self {
            Self::Plain(stream) => stream.shutdown().await?,
            Self::Tls(stream) => stream.shutdown().await?,
        }
        Ok(())
    }

    /// Makes the close that follows a reset.
    pub(crate) fn reset(&self) -> Result<()> {
        let stream = match self {
            Self::Plain(stream) => stream,
            Self::Tls(stream) => stream.get_ref().0,
        };
        stream.set_zero_linger()?;
        Ok(())
    }
}

/// Reads one request; nothing when the client has left.
async fn read(wire: &mut Wire, unread: &mut Vec<u8>) -> Result<Option<Request>> {
    const LARGEST: usize = 1 << 20;
    let end = loop {
        if let Some(at) = unread.windows(4).position(|four| four == b"\r\n\r\n") {
            break at;
        }
        if unread.len() > LARGEST || !more(wire, unread).await? {
            return Ok(None);
        }
    };
    let head = String::from_utf8_lossy(unread.get(..end).unwrap_or_default()).into_owned();
    unread.drain(..end + 4);
    let mut lines = head.split("\r\n");
    let mut first = lines.next().unwrap_or_default().split(' ');
    let (method, target) = (first.next().unwrap_or_default(), first.next().unwrap_or_default());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let mut request =
        Request { method: method.to_owned(), target: target.to_owned(), headers, body: Vec::new() };
    if request.header("transfer-encoding").is_some() {
        bail!("a request in chunks is nothing that the core sends");
    }
    let length = request.header("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    while unread.len() < length {
        if !more(wire, unread).await? {
            return Ok(None);
        }
    }
    request.body = unread.drain(..length).collect();
    Ok(Some(request))
}

async fn more(wire: &mut Wire, unread: &mut Vec<u8>) -> Result<bool> {
    let mut buffer = [0; 8192];
    let read = tokio::time::timeout(Duration::from_secs(60), wire.read(&mut buffer)).await??;
    unread.extend_from_slice(buffer.get(..read).unwrap_or_default());
    Ok(read > 0)
}
