//! Access to the console and the control API, which need no key.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use std::net::Ipv4Addr;

use common::{Client, send};
use lomi_sandbox::{Options, Sandbox};
use reqwest::Method;

const CLOSED: &[&str] =
    &["/_sandbox", "/_sandbox/requests", "/_sandbox/lists", "/_sandbox/console.js", "/"];

async fn status(client: &Client, method: Method, path: &str, headers: &[(&str, &str)]) -> u16 {
    let mut request = client.bare(method, path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    send(request).await.status
}

#[tokio::test]
async fn a_foreign_host_name_is_rejected() {
    let client = Client::new();
    let port = client.sandbox.url().rsplit(':').next().unwrap().to_owned();
    for name in ["evil.example", "evil.example:4010", "localhost.evil.example", "127.0.0.1.nip.io"]
    {
        for path in CLOSED {
            assert_eq!(status(&client, Method::GET, path, &[("host", name)]).await, 403, "{name}");
        }
        let clock = status(&client, Method::POST, "/_sandbox/clock", &[("host", name)]).await;
        assert_eq!(clock, 403, "{name}");
    }
    for name in ["localhost".to_owned(), format!("LOCALHOST:{port}"), format!("[::1]:{port}")] {
        let seen = status(&client, Method::GET, "/_sandbox/requests", &[("host", &name)]).await;
        assert_eq!(seen, 200, "{name}");
    }
}

#[tokio::test]
async fn a_page_of_another_origin_changes_nothing() {
    let client = Client::new();
    let own = client.sandbox.url().to_owned();
    let local = own.replace("127.0.0.1", "localhost");
    for (origin, wanted) in [
        ("https://evil.example", 403),
        ("http://127.0.0.1:1", 403),
        ("null", 403),
        ("", 403),
        (own.as_str(), 200),
        (local.as_str(), 200),
    ] {
        let came = status(&client, Method::DELETE, "/_sandbox/faults", &[("origin", origin)]).await;
        assert_eq!(came, wanted, "{origin}");
    }
}

#[tokio::test]
async fn other_machines_are_served_only_with_allow_remote() {
    let refused = Options { host: Ipv4Addr::UNSPECIFIED.into(), ..Options::default() };
    assert!(Sandbox::start(refused).unwrap_err().to_string().contains("--allow-remote"));
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let client = Client::with(Options {
        port: free,
        // The address stays the test machine's own; the rest is as in a container.
        allow_remote: true,
        allowed_hosts: vec!["lomi".to_owned()],
        public_url: Some("http://localhost:14010/".to_owned()),
        ..Options::default()
    });
    let console = async |host: &str| {
        let request = client.http.get(format!("http://127.0.0.1:{free}/_sandbox"));
        send(request.header("host", host)).await.status
    };
    assert_eq!((console("lomi:4010").await, console("other:4010").await), (200, 403));
    let request = client.http.post(format!("http://127.0.0.1:{free}/checkout-sessions"));
    let request = request.header("X-API-Key", client.sandbox.test_key()).json(&common::minimal());
    let session = send(request).await.json();
    let page = session["checkout_url"].as_str().unwrap();
    assert!(page.starts_with("http://localhost:14010/checkout/"), "{page}");
}

#[tokio::test]
async fn the_root_redirects_to_the_console() {
    let client = Client::new();
    let root = send(client.bare(Method::GET, "/")).await;
    assert_eq!((root.status, root.header("location")), (303, Some("/_sandbox")));
}
