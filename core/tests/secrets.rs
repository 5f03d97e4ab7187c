//! No printed value contains the key.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use lomi::binding::{ConfigBuilder, Target, table};
use lomi::{CallOptions, Client, Input, Secret};

const KEY: &str = "lomi_sk_test_4f1b9c_never_shown";

fn config() -> ConfigBuilder {
    ConfigBuilder {
        api_key: Some(Secret::new(KEY)),
        base_url: Some("http://127.0.0.1:9".into()),
        max_retries: Some(0),
        ..ConfigBuilder::default()
    }
}

#[tokio::test]
async fn no_debug_display_or_error_contains_the_key() {
    let client = Client::with(config()).unwrap();
    let mut shown = vec![
        format!("{:?}", config()),
        format!("{:#?}", client),
        format!("{:#?}", client.config()),
        format!("{:?}", CallOptions::new().api_key(KEY)),
        format!("{:?}", CallOptions::new().header("x-api-key", KEY)),
        format!("{:?}", Client::builder().header("authorization", KEY)),
        format!(
            "{:?}",
            ConfigBuilder {
                proxy_headers: vec![("proxy-authorization".into(), KEY.into())],
                ..config()
            }
        ),
    ];
    let new_key = format!(r#"{{"api_key_id": "k1", "key": "{KEY}"}}"#);
    let response = lomi::Response::from_json(new_key, &table::API_KEY);
    shown.push(format!("{:?}", response.unwrap()));
    let target = || Target::Operation(table::operation("retrieve_checkout_session").unwrap());
    let input = || Input::default().with_path("session_id", "s");
    let mut call = client.prepare(target(), input(), CallOptions::default()).unwrap();
    let step = call.step(std::time::Instant::now());
    shown.push(format!("{step:#?}"));

    let refused = client.checkout_sessions().get("s").await.unwrap_err();
    shown.push(format!("{refused} {refused:#?}"));
    let bad_header = CallOptions::new().header("x-api-key", format!("{KEY}\n"));
    let error = client.prepare(target(), input(), bad_header).err().unwrap();
    shown.push(format!("{error} {error:#?}"));
    for key in [format!("{KEY}\n"), format!(" {KEY}"), KEY.replace("_sk_", "_pk_")] {
        let bad = ConfigBuilder { api_key: Some(Secret::new(key)), ..config() };
        shown.push(format!("{:#?}", bad.build().err().unwrap()));
    }
    let in_url = ConfigBuilder { base_url: Some(format!("https://x:{KEY}@h")), ..config() };
    shown.push(format!("{:#?}", in_url.build().err().unwrap()));

    for text in shown {
        assert!(!text.contains("never_shown"), "{text}");
    }
}

#[test]
fn a_server_that_repeats_the_key_is_not_quoted() {
    let response = lomi::binding::RawResponse {
        status: 401,
        headers: http::HeaderMap::new(),
        body: format!(r#"{{"message":"invalid key {KEY}"}}"#).into(),
    };
    let now = std::time::Instant::now();
    let target = Target::Operation(table::operation("list_checkout_sessions").unwrap());
    let (input, options) = (Input::default(), CallOptions::default());
    let mut call = Client::with(config()).unwrap().prepare(target, input, options).unwrap();
    call.step(now);
    call.complete_attempt(Ok(response), now, || 0.5);
    let lomi::binding::Step::Done(Err(error)) = call.step(now) else { panic!("not over") };
    assert!(error.to_string().contains("lomi_sk_test_***"), "{error}");
    assert!(!error.to_string().contains("never_shown"));
    // The body is kept unchanged, but is not part of the printed error.
    assert!(!format!("{error:?}").contains("never_shown"), "{error:?}");
}

#[test]
fn a_long_message_is_cut_in_its_middle() {
    let key = format!("lomi_sk_test_{}", "k".repeat(2000));
    let long = "é".repeat(100_000);
    let error = lomi::Error::new(
        lomi::ErrorKind::Validation,
        format!("the title {long} with {key} and {long} is refused: give a shorter one"),
    );
    assert!(error.message().starts_with("the title éé"), "{}", error.message());
    assert!(error.message().ends_with("éé is refused: give a shorter one"), "{}", error.message());
    assert!(error.message().chars().count() < 1000 && !error.message().contains("kk"));
    let short = "é".repeat(600);
    assert_eq!(lomi::Error::new(lomi::ErrorKind::Validation, short.as_str()).message(), short);
}
