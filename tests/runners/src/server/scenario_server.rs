//! The server of one scenario, on its own address. It records each request and sends the response
//! of the scenario, byte for byte.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinHandle;

use super::connection::Connection;
use super::request::{Request, read_request};
use super::response;
use super::tls::CertificateAuthority;
use crate::scenario::{Listen, Scenario};

/// The server of one scenario for one runner.
pub(crate) struct ScenarioServer {
    scenario: Scenario,
    requests: Mutex<Vec<Request>>,
    stray_connections: Mutex<u32>,
    /// Origin of the server.
    pub(crate) origin: String,
    /// An address to which no client may connect.
    elsewhere: String,
    tasks: Mutex<Vec<JoinHandle<()>>>,
    /// Reserves the port of a scenario without a listener.
    reserved_port: Mutex<Option<TcpSocket>>,
}

impl ScenarioServer {
    /// Opens the scenario's address.
    pub(crate) async fn open(
        scenario: &Scenario,
        authority: &CertificateAuthority,
    ) -> Result<Arc<Self>> {
        // Bound but not listening yet, so that no other program gets the port.
        let socket = TcpSocket::new_v4()?;
        socket.bind(([127, 0, 0, 1], 0).into())?;
        let address = socket.local_addr()?;
        let elsewhere = TcpListener::bind("127.0.0.1:0").await?;
        let server = Arc::new(Self {
            scenario: scenario.clone(),
            requests: Mutex::default(),
            stray_connections: Mutex::default(),
            origin: format!("{}://{}", scenario.listen.scheme(), address),
            elsewhere: elsewhere.local_addr()?.to_string(),
            tasks: Mutex::default(),
            reserved_port: Mutex::default(),
        });
        let acceptor = authority.acceptor(scenario.listen)?;
        if scenario.listen == Listen::Closed {
            *server.reserved_port.lock().unwrap_or_else(PoisonError::into_inner) = Some(socket);
        } else {
            let listener = socket.listen(64)?;
            let accepting = Arc::clone(&server);
            server.keep(tokio::spawn(async move {
                while let Ok((connection, _)) = listener.accept().await {
                    let (server, acceptor) = (Arc::clone(&accepting), acceptor.clone());
                    accepting.keep(tokio::spawn(async move {
                        let _ = server.serve(connection, acceptor).await;
                    }));
                }
            }));
        }
        let watching = Arc::clone(&server);
        server.keep(tokio::spawn(async move {
            while let Ok((connection, _)) = elsewhere.accept().await {
                drop(connection);
                *watching.stray_connections.lock().unwrap_or_else(PoisonError::into_inner) += 1;
            }
        }));
        Ok(server)
    }

    fn keep(&self, task: JoinHandle<()>) {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner).push(task);
    }

    /// Stops the server. Returns the requests and the number of connections to the other address.
    pub(crate) fn close(&self) -> (Vec<Request>, u32) {
        for task in self.tasks.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            task.abort();
        }
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone();
        (requests, *self.stray_connections.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn serve(
        &self,
        connection: TcpStream,
        acceptor: Option<tokio_rustls::TlsAcceptor>,
    ) -> Result<()> {
        connection.set_nodelay(true)?;
        let mut connection = match (self.scenario.listen, acceptor) {
            (Listen::TlsCutOff, _) => {
                // The connection is closed after the client's hello.
                let mut connection = Connection::Plain(connection);
                connection.read(&mut [0; 512]).await?;
                return Ok(());
            }
            (_, Some(acceptor)) => Connection::Tls(Box::new(acceptor.accept(connection).await?)),
            (Listen::TlsNot, None) => {
                let mut connection = Connection::Plain(connection);
                connection.read(&mut [0; 512]).await?;
                connection.write(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").await?;
                return Ok(());
            }
            (_, None) => Connection::Plain(connection),
        };
        let mut buffer = Vec::new();
        while let Some(request) = read_request(&mut connection, &mut buffer).await? {
            let position = {
                let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
                requests.push(request.clone());
                requests.len() - 1
            };
            let Some(exchange) = self.scenario.serve.get(position) else {
                connection
                    .write(b"HTTP/1.1 418 Not In The Scenario\r\ncontent-length: 0\r\n\r\n")
                    .await?;
                continue;
            };
            let fill =
                |text: &str| self.fill(text, &request).replace("{position}", &position.to_string());
            if !response::send(&exchange.response, &mut connection, fill).await? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Replaces placeholders by addresses and parts of the request.
    fn fill(&self, text: &str, request: &Request) -> String {
        text.replace("{here}", &self.origin)
            .replace("{elsewhere}", &self.elsewhere)
            .replace("{port}", self.origin.rsplit(':').next().unwrap_or_default())
            .replace("{sent request id}", request.header("x-request-id").unwrap_or_default())
            .replace("{sent method}", &request.method)
            .replace("{sent target}", &request.target)
    }
}
