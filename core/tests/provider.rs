//! Without the feature `rustls-ring`, https needs the program's cryptography provider.

#![cfg(not(feature = "rustls-ring"))]
#![allow(clippy::unwrap_used)]

use lomi::{Client, ErrorKind, Outcome};

#[tokio::test]
async fn https_without_a_provider_is_refused_and_names_the_ways_out() {
    let client = Client::new("lomi_sk_test_1").unwrap();
    let error = client.checkout_sessions().get("cs_1").await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Configuration, Outcome::NotSent));
    for way in ["rustls-ring", "install_default", "http_client"] {
        assert!(error.message().contains(way), "{error}");
    }
}
