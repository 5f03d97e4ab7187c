//! The typed client against the sandbox, over a real socket, in every version of the API.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use lomi::binding::table::OPERATIONS;
use lomi::binding::{ConfigBuilder, Target};
use lomi::json;
use lomi::models::CheckoutSessionListParams;
use lomi::{CallOptions, Client, Created, ErrorKind, Input, Secret};
use lomi::{
    models::CheckoutSessionCreate, models::CheckoutSessionStatus, models::CheckoutSessionUpdate,
};
use lomi_sandbox::{Family, Generation, Options, Sandbox};

fn sandbox(families: &[Family]) -> Sandbox {
    Sandbox::start(Options { families: families.to_vec(), ..Options::default() }).unwrap()
}

fn client(sandbox: &Sandbox, base: &str, headers: &[(&str, &str)]) -> Client {
    Client::with(ConfigBuilder {
        api_key: Some(Secret::new(sandbox.test_key())),
        base_url: Some(format!("{}{base}", sandbox.url())),
        headers: headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect(),
        ..ConfigBuilder::default()
    })
    .unwrap()
}

fn coffee() -> CheckoutSessionCreate {
    CheckoutSessionCreate::new()
        .amount(5000)
        .currency_code("XOF")
        .title("Coffee")
        .description("1 kg")
        .customer_email("customer@example.com")
        .success_url("https://example.com/success")
        .cancel_url("https://example.com/cancel")
        .allowed_providers(["WAVE", "ORANGE"])
}

#[tokio::test]
async fn every_generation_gives_the_same_session() {
    let sandbox = sandbox(&[Family::A, Family::C, Family::Current]);
    let generations: [(&str, &[(&str, &str)]); 4] = [
        ("/v1", &[]),
        ("", &[("x-sandbox-generation", "b")]),
        ("", &[("x-sandbox-generation", "d")]),
        ("", &[("x-sandbox-generation", "e")]),
    ];
    for (base, headers) in generations {
        let client = client(&sandbox, base, headers);
        let sessions = client.checkout_sessions();
        let made = sessions.create(coffee()).await.unwrap().into_session().unwrap();
        let id = made.checkout_session_id.clone().unwrap();
        let read = sessions.get(&id).await.unwrap();
        assert_eq!(read.checkout_session_id, made.checkout_session_id);
        assert_eq!(read.status, Some(CheckoutSessionStatus::Open), "{headers:?}");
        assert_eq!(read.amount.unwrap().to_string().trim_end_matches(".0"), "5000");
        assert_eq!(read.description, Some("1 kg".into()), "{base} {headers:?}");
        assert_eq!(read.description, read.public_description);
        let page = sessions.list(CheckoutSessionListParams::new().limit(1)).await.unwrap();
        assert_eq!(page.data.len(), 1);
        assert_eq!(page.data[0].checkout_session_id, Some(id));
    }
}

#[tokio::test]
async fn the_page_to_send_the_buyer_to_is_never_lost() {
    let sandbox = sandbox(&[Family::A, Family::Current]);
    // /v1/checkout_sessions is not served here, and the next route style is generation A's.
    for base in ["/v1", ""] {
        let client = client(&sandbox, base, &[]);
        let made =
            client.checkout_sessions().create(coffee()).await.unwrap().into_session().unwrap();
        assert!(made.checkout_url.clone().unwrap().starts_with(sandbox.url()), "{base}");
        assert_eq!(made.checkout_url, made.url);
    }
}

#[tokio::test]
async fn code_for_the_documented_host_reaches_todays_server() {
    let sandbox = sandbox(&[Family::Current]);
    let client = client(&sandbox, "/v1", &[]);
    let sessions = client.checkout_sessions();
    let made = sessions.create(coffee()).await.unwrap().into_session().unwrap();
    let id = made.checkout_session_id.unwrap();
    sessions.get(&id).await.unwrap();
    let gone = sessions.get("6e0c3fd5-5a3c-4d57-8d0c-000000000000").await.unwrap_err();
    assert_eq!((gone.kind(), gone.attempts()), (ErrorKind::NotFound, 1));
    for error in [
        sessions.update(&id, CheckoutSessionUpdate::new().title("x")).await.unwrap_err(),
        sessions.delete(&id).await.unwrap_err(),
    ] {
        assert_eq!(
            (error.kind(), error.attempts()),
            (ErrorKind::UnsupportedOperation, 3),
            "{error}"
        );
    }
}

#[tokio::test]
async fn update_distinguishes_null_from_absent() {
    let sandbox = sandbox(&[Family::C]);
    let client = client(&sandbox, "/v1", &[]);
    let sessions = client.checkout_sessions();
    let made = sessions.create(coffee()).await.unwrap().into_session().unwrap();
    let id = made.checkout_session_id.unwrap();
    let change = CheckoutSessionUpdate::new().null("title").set("metadata", json!({"order": 7}));
    let after = sessions.update(&id, change).await.unwrap();
    assert_eq!(after.title, None);
    assert_eq!(after.customer_email.as_deref(), Some("customer@example.com"));
    assert_eq!(after.metadata.unwrap()["order"], 7);
    sessions.delete(&id).await.unwrap();
    assert_eq!(sessions.get(&id).await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn two_calls_with_one_key_are_one() {
    let sandbox = sandbox(&[Family::Current]);
    let client = client(&sandbox, "", &[]);
    let sessions = client.checkout_sessions();
    let key = lomi::idempotency_key::for_order("order-1").unwrap();
    let keyed = || CallOptions::new().idempotency_key(&key);
    let id = |made: Created<lomi::models::CheckoutSession>| {
        made.into_session().unwrap().checkout_session_id
    };
    let first = id(sessions.create_with(coffee(), keyed()).await.unwrap());
    let again = id(sessions.create_with(coffee(), keyed()).await.unwrap());
    assert_eq!(first, again);
    let other = sessions.create_with(coffee().amount(6000), keyed()).await.unwrap_err();
    assert_eq!((other.kind(), other.attempts()), (ErrorKind::IdempotencyConflict, 1));
    assert_eq!(other.idempotency_key(), Some(key.as_str()));
}

#[tokio::test]
async fn a_replay_is_reported() {
    let sandbox = sandbox(&[Family::Current]);
    let client = client(&sandbox, "", &[]);
    let sessions = client.checkout_sessions();
    let call = |attempt: u32| {
        let key = lomi::idempotency_key::for_attempt("order-1", attempt).unwrap();
        let options = CallOptions::new().idempotency_key(key);
        sessions.create_with_response(coffee(), options)
    };
    let (made, first) = call(1).await.unwrap();
    assert_ne!(first.replayed(), Some(true));
    let (repeated, again) = call(1).await.unwrap();
    assert_eq!(made.into_session().unwrap(), repeated.into_session().unwrap());
    assert_eq!((again.replayed(), again.warning()), (Some(true), None));
    let later = lomi::Input::body(json!({"advance": "61m"}));
    let post = http::Method::POST;
    client.request(post, "/_sandbox/clock", later, CallOptions::default()).await.unwrap();
    let (_, late) = call(1).await.unwrap();
    assert!(late.warning().unwrap().contains("attempt=2"), "{:?}", late.warning());
    let (_, second) = call(2).await.unwrap();
    assert_eq!(second.warning(), None);
    assert_ne!(
        lomi::binding::read_values(&second).unwrap(),
        lomi::binding::read_values(&first).unwrap()
    );
}

#[tokio::test]
async fn bad_input_is_refused_before_anything_is_sent() {
    let sandbox = sandbox(&[Family::Current]);
    let client = client(&sandbox, "", &[]);
    let sessions = client.checkout_sessions();
    for id in ["", " ", "..", ".", "a\nb", "a\0"] {
        let error = sessions.get(id).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Validation, 0), "{id:?}");
    }
    for amount in ["0", "-5", "NaN", "Infinity", "1e999"] {
        let number = lomi::Number::from_string_unchecked(amount.into());
        let error = sessions.create(coffee().amount(number)).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Validation, 0), "{amount}");
    }
    for (name, value) in [("limit", json!(0)), ("limit", json!(101)), ("offset", json!(-1))] {
        let error =
            sessions.list(CheckoutSessionListParams::new().set(name, value)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Validation, "{name}");
    }
}

#[tokio::test]
async fn other_endpoints_are_reached_with_the_same_safety() {
    let sandbox = sandbox(&[Family::Current]);
    let client = client(&sandbox, "", &[]);
    let response = client
        .request(
            http::Method::GET,
            "/checkout-sessions",
            lomi::Input::default(),
            CallOptions::default(),
        )
        .await
        .unwrap();
    assert_eq!((response.status, response.attempts), (200, 1));
    for path in ["checkout-sessions", "//host/x", "/../x", "/%2e%2e/x", "/a b", "/x#y"] {
        let input = lomi::Input::default();
        let options = CallOptions::default();
        let error = client.request(http::Method::GET, path, input, options).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Validation, 0), "{path}");
    }
}

#[tokio::test]
async fn a_route_of_another_generation_does_not_exist() {
    for (generation, routes, id) in [
        (Generation::D, "newest", "list_transfers"),
        (Generation::D, "newest", "list_discount_coupons"),
        (Generation::E, "current", "list_discount_coupons"),
        (Generation::E, "current", "resume_subscription"),
        (Generation::B, "current", "list_meters"),
    ] {
        let sandbox = Sandbox::start(Options { generation, ..Options::default() }).unwrap();
        let client = Client::with(ConfigBuilder {
            api_key: Some(Secret::new(sandbox.test_key())),
            base_url: Some(sandbox.url().to_owned()),
            routes: routes.parse().unwrap(),
            ..ConfigBuilder::default()
        });
        let client = client.unwrap();
        let operation = OPERATIONS.iter().find(|operation| operation.id == id).unwrap();
        let input = Input::default().with_path("subscription_id", "s_1");
        let call = client.prepare(Target::Operation(operation), input, CallOptions::default());
        let error = client.run(call.unwrap()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnsupportedOperation, "{id}: {error}");
    }
}
