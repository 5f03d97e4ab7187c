//! Sessions of TLS: a process that has connected once resumes, whichever client, thread or runtime
//! connects next. A resumed handshake takes the server no signature, and with TLS 1.2 one round trip
//! less.

#![cfg(feature = "rustls-ring")]
#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::{Arc, mpsc};
use std::thread;

use lomi::binding::{ConfigBuilder, Target, run_blocking};
use lomi::{Client, Error, Input, Secret};
use rustls::pki_types::PrivateKeyDer;
use rustls::{
    HandshakeKind, ServerConfig, ServerConnection, StreamOwned, SupportedProtocolVersion,
};

/// A server of one version of TLS, which answers once on each connection.
struct Server {
    url: String,
    authority: PathBuf,
    /// How the handshake of each connection went, after its response.
    handshakes: mpsc::Receiver<HandshakeKind>,
    _folder: tempfile::TempDir,
}

impl Server {
    fn new(version: &'static SupportedProtocolVersion) -> Self {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let authority = folder.path().join("authority.pem");
        std::fs::write(&authority, made.cert.pem()).unwrap();
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[version])
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        let config = Arc::new(config);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        let (sender, handshakes) = mpsc::channel();
        thread::spawn(move || {
            for socket in listener.incoming() {
                let session = ServerConnection::new(Arc::clone(&config)).unwrap();
                let mut stream = BufReader::new(StreamOwned::new(session, socket.unwrap()));
                let mut head = String::new();
                while !head.ends_with("\r\n\r\n") {
                    assert!(stream.read_line(&mut head).unwrap() > 0);
                }
                let response = "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";
                stream.get_mut().write_all(response.as_bytes()).unwrap();
                sender.send(stream.get_ref().conn.handshake_kind().unwrap()).unwrap();
            }
        });
        Self { url, authority, handshakes, _folder: folder }
    }

    /// A client with a key of its own.
    fn client(&self, key: &str) -> Client {
        Client::with(ConfigBuilder {
            api_key: Some(Secret::new(key)),
            base_url: Some(self.url.clone()),
            ca_files: vec![self.authority.clone()],
            max_retries: Some(0),
            ..ConfigBuilder::default()
        })
        .unwrap()
    }

    fn handshake(&self) -> HandshakeKind {
        self.handshakes.recv().unwrap()
    }
}

fn call(client: &Client) {
    let target = Target::Raw { method: http::Method::GET, path: "/".to_owned() };
    let call = client.prepare(target, Input::default(), Default::default()).unwrap();
    run_blocking(call, || Ok::<_, Error>(())).unwrap();
}

#[test]
fn another_thread_another_client_and_a_runtime_resume() {
    for version in [&rustls::version::TLS13, &rustls::version::TLS12] {
        let server = Server::new(version);
        call(&server.client("lomi_sk_test_1"));
        assert_eq!(server.handshake(), HandshakeKind::Full);

        let client = server.client("lomi_sk_test_2");
        thread::scope(|scope| scope.spawn(|| call(&client)).join().unwrap());
        assert_eq!(server.handshake(), HandshakeKind::Resumed, "{version:?}");

        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let target = Target::Raw { method: http::Method::GET, path: "/".to_owned() };
        let awaited = client.prepare(target, Input::default(), Default::default()).unwrap();
        runtime.block_on(client.run(awaited)).unwrap();
        assert_eq!(server.handshake(), HandshakeKind::Resumed, "{version:?}");
    }
}

#[test]
fn a_connection_that_was_opened_ahead_serves_the_call_and_its_session_the_next() {
    let server = Server::new(&rustls::version::TLS13);
    let client = server.client("lomi_sk_test_1");
    let ahead = client.prepare(Target::Connection, Input::default(), Default::default()).unwrap();
    run_blocking(ahead, || Ok::<_, Error>(())).unwrap();
    // The server waits for a request on this connection before it accepts another one.
    call(&client);
    assert_eq!(server.handshake(), HandshakeKind::Full);
    call(&client);
    assert_eq!(server.handshake(), HandshakeKind::Resumed);
}
