//! Downloads of linked files, over real sockets.

#![cfg(feature = "blocking")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use lomi::binding::{ConfigBuilder, Download, Target};
use lomi::{
    CallOptions, Client, DownloadOptions, Error, ErrorKind, Input, Limits, Observer, Outcome,
    RequestEvent, ResponseEvent, Secret, blocking,
};

const QUERY: &str = "?expires=1790000000&signature=c2lnbmF0dXJl";

/// Sends each response over a connection of its own, the last one to every further connection. An
/// empty response is never sent. Returns a link, and the requests.
fn server(responses: &[Vec<u8>]) -> (String, Arc<Mutex<Vec<String>>>) {
    let responses = responses.to_vec();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let link = format!("http://{}/files/a.pdf{QUERY}", listener.local_addr().unwrap());
    let requests = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&requests);
    std::thread::spawn(move || {
        let mut open = Vec::new();
        for (at, connection) in listener.incoming().enumerate() {
            let mut connection = connection.unwrap();
            let mut read = [0; 8192];
            let count = connection.read(&mut read).unwrap_or(0);
            seen.lock().unwrap().push(String::from_utf8_lossy(&read[..count]).into_owned());
            let response = responses.get(at).or(responses.last()).unwrap();
            let _ = connection.write_all(response);
            if response.is_empty() || response.ends_with(b"...") {
                open.push(connection);
            }
        }
    });
    (link, requests)
}

fn response(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\n");
    [format!("{head}connection: close\r\n\r\n").as_bytes(), body].concat()
}

/// The first bytes of a longer response.
fn broken() -> Vec<u8> {
    b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\nhalf".to_vec()
}

/// Any bytes, which are no text.
fn file() -> Vec<u8> {
    (0..300_000_u32).map(|number| (number * 7 % 251) as u8).collect()
}

fn builder() -> ConfigBuilder {
    ConfigBuilder {
        api_key: Some(Secret::new("lomi_sk_test_secret")),
        base_url: Some("http://127.0.0.1:1".into()),
        headers: vec![
            ("Authorization".into(), "Bearer another".into()),
            ("X-Shop".into(), "private".into()),
        ],
        api_version: Some("1.2.0".into()),
        ..ConfigBuilder::default()
    }
}

fn client() -> blocking::Client {
    Client::with(builder()).unwrap().into()
}

fn options() -> DownloadOptions {
    DownloadOptions::new()
}

/// A new folder, which is removed with all that is in it.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("lomi-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir(&folder).unwrap();
        Self(folder)
    }

    fn file(&self) -> PathBuf {
        self.0.join("a.pdf")
    }

    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap()
}

#[test]
fn bytes_are_returned_and_no_secret_is_sent() {
    let (link, requests) = server(&[response("200 OK", "", &file())]);
    assert_eq!(client().download(&link, options()).unwrap(), file());
    let request = requests.lock().unwrap().join("").to_lowercase();
    let mut lines: Vec<&str> = request.trim_end().lines().collect();
    assert_eq!(lines.remove(0), format!("get /files/a.pdf{QUERY} http/1.1").to_lowercase());
    let mut names: Vec<&str> = lines.iter().map(|line| line.split(':').next().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, ["accept", "accept-encoding", "host", "user-agent"]);
}

#[test]
fn a_link_to_the_api_itself_gets_no_key_either() {
    let (link, requests) = server(&[response("200 OK", "", b"a")]);
    let base_url = Some(link.split("/files").next().unwrap().to_owned());
    let client = Client::with(ConfigBuilder { base_url, ..builder() }).unwrap();
    blocking::Client::from(client).download(&link, options()).unwrap();
    let request = requests.lock().unwrap().join("").to_lowercase();
    assert!(!request.contains("secret") && !request.contains("another"), "{request}");
}

#[test]
fn a_file_is_saved_and_replaces_an_earlier_one() {
    let (folder, (link, _)) = (Folder::new(), server(&[response("200 OK", "", &file())]));
    std::fs::write(folder.file(), "old").unwrap();
    let size = client().download_to(&link, folder.file(), options()).unwrap();
    assert_eq!((size, read(&folder.file())), (300_000, file()));
    assert_eq!(folder.names(), ["a.pdf"]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(folder.file()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[tokio::test]
async fn an_awaited_download_saves_the_same() {
    let (folder, (link, _)) = (Folder::new(), server(&[response("200 OK", "", &file())]));
    let client = Client::with(builder()).unwrap();
    assert_eq!(client.download(&link, options()).await.unwrap(), file());
    assert_eq!(client.download_to(&link, folder.file(), options()).await.unwrap(), 300_000);
    assert_eq!(read(&folder.file()), file());
}

#[test]
fn what_is_too_large_is_refused_and_nothing_is_left() {
    let without_length = [b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n", &file()[..]].concat();
    for sent in [response("200 OK", "", &file()), without_length] {
        let (folder, (link, requests)) = (Folder::new(), server(&[sent]));
        std::fs::write(folder.file(), "old").unwrap();
        let few = || options().max_bytes(299_999);
        let saved = client().download_to(&link, folder.file(), few()).map(drop);
        for error in [saved, client().download(&link, few()).map(drop)].map(Result::unwrap_err) {
            assert_eq!(error.kind(), ErrorKind::ResponseTooLarge, "{error}");
        }
        assert_eq!(requests.lock().unwrap().len(), 2, "neither is repeated");
        assert_eq!((folder.names(), read(&folder.file())), (vec!["a.pdf".into()], b"old".to_vec()));
        client().download_to(&link, folder.file(), options().max_bytes(300_000)).unwrap();
    }
}

#[test]
fn a_file_may_be_larger_than_bytes_in_memory() {
    let (folder, (link, _)) = (Folder::new(), server(&[response("200 OK", "", &file())]));
    let mut limits = Limits::default();
    limits.body = 1000;
    let client = Client::with(ConfigBuilder { limits, ..builder() }).unwrap();
    let client = blocking::Client::from(client);
    let error = client.download(&link, options()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ResponseTooLarge);
    client.download(&link, options().max_bytes(300_000)).unwrap();
    client.download_to(&link, folder.file(), options()).unwrap();
}

#[test]
fn a_file_has_at_most_a_gibibyte_unless_more_is_allowed() {
    for (announced, is_refused) in [((1 << 30) + 1, true), (1 << 30, false)] {
        let start = format!("HTTP/1.1 200 OK\r\ncontent-length: {announced}\r\n\r\nhalf");
        let (folder, (link, _)) = (Folder::new(), server(&[start.into_bytes()]));
        let once = ConfigBuilder { max_retries: Some(0), ..builder() };
        let client = blocking::Client::from(Client::with(once).unwrap());
        let error = client.download_to(&link, folder.file(), options()).unwrap_err();
        assert_eq!(error.kind() == ErrorKind::ResponseTooLarge, is_refused, "{error}");
    }
}

#[test]
fn gzip_is_decompressed_within_the_ratio() {
    let gzip = |bytes: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        response("200 OK", "content-encoding: gzip\r\n", &encoder.finish().unwrap())
    };
    let (folder, (link, _)) = (Folder::new(), server(&[gzip(&file())]));
    assert_eq!(client().download_to(&link, folder.file(), options()).unwrap(), 300_000);
    assert_eq!(read(&folder.file()), file());
    assert_eq!(client().download(&link, options()).unwrap(), file());
    let (folder, (link, _)) = (Folder::new(), server(&[gzip(&vec![0; 60 << 20])]));
    let error = client().download_to(&link, folder.file(), options()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ResponseTooLarge, "{error}");
    assert!(error.message().contains("100 times") && folder.names().is_empty(), "{error}");
}

#[test]
fn it_is_repeated_as_a_read_is() {
    let unavailable = response("503 Service Unavailable", "", b"a page");
    let responses = [unavailable, broken(), response("200 OK", "", &file())];
    let (folder, (link, requests)) = (Folder::new(), server(&responses));
    assert_eq!(client().download_to(&link, folder.file(), options()).unwrap(), 300_000);
    assert_eq!(read(&folder.file()), file(), "nothing is left of the broken attempt");
    assert_eq!(requests.lock().unwrap().len(), 3);
    let (link, requests) = server(&responses);
    assert_eq!(client().download(&link, options()).unwrap(), file());
    assert_eq!(requests.lock().unwrap().len(), 3);
}

#[test]
fn a_download_that_breaks_leaves_no_file() {
    let (folder, (link, _)) = (Folder::new(), server(&[broken()]));
    let error = client().download_to(&link, folder.file(), options()).unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Connection, 3));
    assert!(folder.names().is_empty());
}

#[test]
fn a_download_that_is_cancelled_leaves_no_file() {
    let (folder, (link, _)) = (Folder::new(), server(&[[&broken()[..], b"..."].concat()]));
    let client = Client::with(builder()).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let download = client.download_to(&link, folder.file(), options());
        tokio::time::timeout(Duration::from_millis(300), download).await.unwrap_err();
    });
    assert!(folder.names().is_empty());
    // As a signal handler ends a blocking call.
    let target = Target::Download(Download {
        url: Secret::new(&link),
        to: Some(folder.file()),
        max_bytes: None,
    });
    let call = client.prepare(target, Input::default(), CallOptions::default()).unwrap();
    assert_eq!(folder.names().len(), 1);
    let (started, mut checks) = (Instant::now(), 0);
    let ended = lomi::binding::run_blocking(call, || {
        checks += 1;
        if checks < 3 { Ok(()) } else { Err(Error::cancelled()) }
    });
    assert_eq!(ended.unwrap_err().kind(), ErrorKind::Cancelled);
    assert!(started.elapsed() < Duration::from_secs(5) && folder.names().is_empty());
}

#[test]
fn timeouts_end_a_download() {
    let (folder, (link, _)) = (Folder::new(), server(&[[&broken()[..], b"..."].concat()]));
    for short in [
        options().timeout(Duration::from_millis(300)),
        options().idle_timeout(Duration::from_millis(100)).max_retries(0),
    ] {
        let started = Instant::now();
        let error = client().download_to(&link, folder.file(), short).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
        assert!(started.elapsed() < Duration::from_secs(5) && folder.names().is_empty());
    }
}

#[test]
fn a_failure_is_the_usual_error_without_the_signature() {
    let page = format!("{{\"message\":\"no file at /files/a.pdf{QUERY}\"}}");
    let moved = format!("location: /other{QUERY}\r\n");
    for (status, headers, kind) in [
        ("404 Not Found", "", ErrorKind::NotFound),
        ("403 Forbidden", "", ErrorKind::PermissionDenied),
        ("302 Found", moved.as_str(), ErrorKind::UnexpectedRedirect),
        ("503 Service Unavailable", "", ErrorKind::Server),
    ] {
        let folder = Folder::new();
        let (link, requests) = server(&[response(status, headers, page.as_bytes())]);
        let once = || options().max_retries(0);
        let saved = client().download_to(&link, folder.file(), once()).map(drop);
        for error in [saved, client().download(&link, once()).map(drop)].map(Result::unwrap_err) {
            assert_eq!((error.kind(), error.operation()), (kind, Some("download")));
            let body = String::from_utf8_lossy(error.body().unwrap()).into_owned();
            let shown =
                format!("{error} {error:?} {body} {:?} {:?}", error.headers(), error.history());
            assert!(!shown.contains("c2lnbmF0dXJl") && !shown.contains("1790000000"), "{shown}");
        }
        assert!(folder.names().is_empty());
        assert_eq!(requests.lock().unwrap().len(), 2);
    }
}

#[test]
fn an_address_that_is_not_reached_is_named_without_its_path() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let link = format!("http://127.0.0.1:{port}/files/a.pdf{QUERY}");
    let error = client().download(&link, options().max_retries(0)).unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Connection, Outcome::NotSent));
    let shown = format!("{error} {error:?}");
    assert!(shown.contains(&format!("at http://127.0.0.1:{port})")), "{shown}");
    assert!(!shown.contains("signature") && !shown.contains("a.pdf"), "{shown}");
}

#[test]
fn what_must_not_be_sent_is_refused() {
    let folder = Folder::new();
    for link in ["http://files.example/a?signature=c2ln", "https://u:c2ln@files.example/", "c2ln"] {
        let error = client().download_to(link, folder.file(), options()).unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Validation, 0), "{error}");
        assert!(!format!("{error:?}").contains("c2ln"), "{error:?}");
    }
    assert!(folder.names().is_empty());
    let (link, requests) = server(&[response("200 OK", "", b"a")]);
    for to in [folder.0.join("missing/a.pdf"), folder.0.clone()] {
        let error = client().download_to(&link, to, options()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Validation, "{error}");
    }
    let error = client().download(&link, options().max_bytes(0)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Validation, "{error}");
    let client = Client::with(builder()).unwrap();
    let target = Download { url: Secret::new(&link), to: None, max_bytes: None };
    let with_key = CallOptions::new().api_key("lomi_sk_test_1");
    let refused = client.prepare(Target::Download(target), Input::default(), with_key);
    assert!(refused.err().unwrap().message().contains("no option api_key"));
    assert!(requests.lock().unwrap().is_empty());
}

/// Keeps each event as text.
#[derive(Clone, Default)]
struct Events(Arc<Mutex<Vec<String>>>);

impl Observer for Events {
    fn on_request(&self, event: &RequestEvent<'_>) {
        self.0.lock().unwrap().push(format!("{event:?}"));
    }

    fn on_response(&self, event: &ResponseEvent<'_>) {
        self.0.lock().unwrap().push(format!("{event:?} {event}"));
    }
}

#[test]
fn events_have_no_part_of_the_link() {
    let (link, _) = server(&[response("200 OK", "", b"a")]);
    let events = Events::default();
    let builder = Client::builder().api_key("lomi_sk_test_1").base_url("http://127.0.0.1:1");
    let client = builder.observer(events.clone()).build().unwrap();
    blocking::Client::from(client).download(&link, options()).unwrap();
    let events = events.0.lock().unwrap();
    let shown = events.join("\n");
    assert_eq!(events.len(), 2);
    assert!(shown.contains("operation: \"download\"") && shown.contains("200"), "{shown}");
    assert!(!shown.contains("signature") && !shown.contains("a.pdf"), "{shown}");
}

#[cfg(feature = "reqwest")]
#[tokio::test]
async fn a_reqwest_client_downloads_the_same() {
    let responses = [broken(), response("200 OK", "", &file())];
    let (folder, (link, requests)) = (Folder::new(), server(&responses));
    // Which TLS reqwest has depends on the features of the other crates that are built with it.
    #[cfg(feature = "rustls-ring")]
    let _ = rustls::crypto::ring::default_provider().install_default();
    let http_client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    let builder = Client::builder().api_key("lomi_sk_test_secret").header("X-Shop", "private");
    let client = builder.http_client(http_client.build().unwrap()).build().unwrap();
    assert_eq!(client.download_to(&link, folder.file(), options()).await.unwrap(), 300_000);
    assert_eq!(read(&folder.file()), file());
    assert_eq!(client.download(&link, options()).await.unwrap(), file());
    let seen = requests.lock().unwrap().join("").to_lowercase();
    assert!(!seen.contains("secret") && !seen.contains("private"), "{seen}");
    let error = client.download(&link, options().max_bytes(10)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ResponseTooLarge);
}
