//! Recording a run against the sandbox, and replaying it without one; the stub for unit tests.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use lomi::binding::{ConfigBuilder, table};
use lomi::testing::Stub;
use lomi::{CallOptions, Client, ErrorKind, Input, Map, Outcome, Secret, Value, json};
use lomi_sandbox::{Generation, Options, Sandbox};

/// A file that is removed at the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("lomi-{}-{name}.jsonl", std::process::id()));
        let _ = std::fs::remove_file(&path);
        Self(path)
    }

    fn text(&self) -> String {
        std::fs::read_to_string(&self.0).unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn recording(sandbox: &Sandbox, base: &str, file: &Path) -> Client {
    Client::with(ConfigBuilder {
        api_key: Some(Secret::new(sandbox.test_key())),
        base_url: Some(format!("{}{base}", sandbox.url())),
        record: Some(file.to_owned()),
        ..ConfigBuilder::default()
    })
    .unwrap()
}

/// What a shop does, and what it gets: results and errors in turn.
async fn shop(client: &Client) -> Vec<Value> {
    let mut results = Vec::new();
    let mut call = async |operation: &str, input: Input, options: CallOptions| {
        let operation = table::operation(operation).unwrap();
        let result = match client.call(operation, input, options).await {
            Ok(response) => response.json().unwrap(),
            Err(error) => json!({"kind": error.kind().class_name(), "message": error.message(),
                                 "attempts": error.attempts()}),
        };
        results.push(result.clone());
        result
    };
    let none = CallOptions::new;
    for amount in [5001, 5002, 5003] {
        let body = json!({"amount": amount, "currency_code": "XOF", "title": "Thé",
            "customer_email": "awa.planted@example.sn", "customer_phone": "+221771234599",
            "customer_name": "Awa Planted", "metadata": {"order": "planted-77"}});
        call("create_checkout_session", Input::body(body), none()).await;
    }
    let list = |offset: i64| {
        Input::query(Map::from_iter([
            ("limit".to_owned(), 2.into()),
            ("offset".to_owned(), offset.into()),
        ]))
    };
    call("list_checkout_sessions", list(0), none()).await;
    call("list_checkout_sessions", list(2), none()).await;
    let by_id = |id: &str| Input {
        path: Map::from_iter([("session_id".to_owned(), id.into())]),
        ..Input::default()
    };
    call("retrieve_checkout_session", by_id("00000000-0000-4000-8000-00000000dead"), none()).await;
    // Two attempts fail, the third one succeeds.
    let failing = none().header("X-Sandbox-Fault", "503; count=2");
    call("list_customers", Input::query(Map::new()), failing).await;
    let refused = json!({"amount": 100, "currency_code": "ZZZ"});
    call("create_checkout_session", Input::body(refused), none()).await;
    results
}

/// What must be the same in a replay, wherever it stands in a result.
fn words(value: &Value) -> Vec<String> {
    const NAMES: [&str; 8] = [
        "kind",
        "attempts",
        "amount",
        "status",
        "checkout_session_id",
        "created_at",
        "currency_code",
        "total",
    ];
    match value {
        Value::Array(items) => items.iter().flat_map(words).collect(),
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, value)| match NAMES.contains(&name.as_str()) {
                true => vec![format!("{name}={value}")],
                false => words(value),
            })
            .collect(),
        _ => Vec::new(),
    }
}

#[tokio::test]
async fn a_recorded_run_is_replayed_without_a_server() {
    for (generation, base) in
        [(Generation::B, ""), (Generation::D, ""), (Generation::D, "/v1"), (Generation::E, "")]
    {
        let file = Scratch::new("run");
        let sandbox = Sandbox::start(Options { generation, ..Options::default() }).unwrap();
        let client = recording(&sandbox, base, &file.0);
        let recorded = shop(&client).await;
        let key = sandbox.test_key().to_owned();
        drop(sandbox);

        let text = file.text();
        for secret in [key.as_str(), "planted", "Planted", "1771234599", "77123"] {
            assert!(!text.contains(secret), "{secret} is in the recording");
        }
        assert!(text.lines().count() >= 10, "{text}");
        assert!(text.lines().all(|line| line.parse::<Value>().is_ok()));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&file.0).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }

        let began = Instant::now();
        let replayed = shop(&Client::replay(&file.0).unwrap()).await;
        assert!(began.elapsed() < Duration::from_secs(1), "the pauses were waited for");
        assert_eq!(recorded.len(), replayed.len());
        assert!(recorded.iter().flat_map(words).count() > 20);
        for (recorded, replayed) in recorded.iter().zip(&replayed) {
            assert_eq!(words(recorded), words(replayed), "{generation:?}{base}");
        }
    }
}

/// A wait of 5 minutes is replayed at once, with the state that it has ended with.
#[tokio::test]
async fn a_wait_is_replayed_at_once() {
    let file = Scratch::new("wait");
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let client = recording(&sandbox, "", &file.0);
    let body = Input::body(json!({"amount": 100, "currency_code": "XOF"}));
    let create = table::operation("create_checkout_session").unwrap();
    let made = client.call(create, body, CallOptions::new()).await.unwrap().json().unwrap();
    let id = made.get("data").unwrap_or(&made)["checkout_session_id"].as_str().unwrap().to_owned();
    let timeout = CallOptions::new().timeout(Duration::from_millis(1500));
    let wait = async |client: &Client, options| {
        client.checkout_sessions().wait_with(&id, options).await.unwrap_err().kind()
    };
    assert_eq!(wait(&client, timeout).await, ErrorKind::StillPending);
    drop(sandbox);

    let began = Instant::now();
    let replay = Client::replay(&file.0).unwrap();
    let long = CallOptions::new().timeout(Duration::from_secs(300));
    assert_eq!(wait(&replay, long).await, ErrorKind::StillPending);
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
}

#[tokio::test]
async fn what_is_not_recorded_is_a_clear_error() {
    let file = Scratch::new("missing");
    let missing = Client::replay(&file.0).unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::Configuration);
    std::fs::write(&file.0, "no recording\n").unwrap();
    assert!(Client::replay(&file.0).unwrap_err().message().contains("line 1"));

    let sandbox = Sandbox::start(Options::default()).unwrap();
    let client = recording(&sandbox, "", &file.0);
    let error = Client::replay(&file.0).unwrap_err();
    assert!(error.message().contains("is no recording"), "{error}");
    drop(client);
    std::fs::remove_file(&file.0).unwrap();
    let client = recording(&sandbox, "", &file.0);
    let missing = client.refunds().get("r_1").await.unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::NotFound);
    // The program was killed within the next line.
    let torn = format!("{}{{\"lomi\":1,\"at", file.text());
    std::fs::write(&file.0, torn).unwrap();
    let replay = Client::replay(&file.0).unwrap();
    assert_eq!(replay.refunds().get("r_1").await.unwrap_err().kind(), ErrorKind::NotFound);
    let error = replay.refunds().get("r_2").await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Configuration, Outcome::Final));
    assert!(error.message().contains("is not in the recording"), "{error}");
    assert_eq!(error.attempts(), 1);
}

#[tokio::test]
async fn a_recording_that_cannot_be_written_is_refused_at_once() {
    let config = ConfigBuilder {
        api_key: Some(Secret::new("lomi_sk_test_1")),
        record: Some("/no/such/folder/file".into()),
        ..ConfigBuilder::default()
    };
    let error = Client::with(config).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(error.message().contains("/no/such/folder/file"), "{error}");
}

#[test]
fn threads_and_clients_share_a_recording() {
    let file = Scratch::new("threads");
    let sandbox = Sandbox::start(Options::default()).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                let client = recording(&sandbox, "", &file.0);
                runtime.unwrap().block_on(async {
                    for _ in 0..20 {
                        client.checkout_sessions().list(Default::default()).await.unwrap();
                    }
                });
            });
        }
    });
    let text = file.text();
    assert_eq!(text.lines().count(), 160);
    assert!(text.lines().all(|line| line.parse::<Value>().is_ok()));
}

/// Each operation has an example that is read into its model.
#[tokio::test]
async fn the_stub_has_an_example_of_every_operation() {
    let stub = Stub::new();
    let client = Client::builder().stub(&stub).build().unwrap();
    let mut count = 0;
    for operation in table::OPERATIONS.iter().copied() {
        let path = operation.paths[0].1;
        let names = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
        let path = names.map(|name| (name.to_owned(), Value::from("id_1"))).collect();
        let body = operation.body.map(|model| match model.field("amount") {
            Some(_) => json!({"amount": 500}),
            None => json!({}),
        });
        let input = Input { path, body, ..Input::default() };
        let response = client.call(operation, input, CallOptions::new()).await;
        let response = response.unwrap_or_else(|error| panic!("{}: {error}", operation.id));
        response.json().unwrap();
        count += 1;
    }
    assert!(count > 200);
    assert_eq!(stub.requests().as_array().unwrap().len(), count);
}

#[tokio::test]
async fn the_stub_answers_what_the_test_has_set() {
    let stub = Stub::new();
    let client = Client::builder().stub(&stub).build().unwrap();
    let session = client.checkout_sessions().get("cs_9").await.unwrap();
    assert_eq!(session.checkout_session_id.as_deref(), Some("cs_9"));

    stub.respond("checkout_sessions.get", 404, r#"{"error": {"message": "none"}}"#).unwrap();
    let error = client.checkout_sessions().get("cs_9").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(client.checkout_sessions().get("cs_9").await.is_ok(), "each answer is used once");

    stub.fail("refunds.create", "timeout").unwrap();
    let body = json!({"transaction_id": "t_1", "amount": 500});
    let operation = table::operation("create_refund").unwrap();
    let refund =
        async || client.call(operation, Input::body(body.clone()), CallOptions::new()).await;
    let error = refund().await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::OutcomeUnknown, Outcome::Unknown));
    assert_eq!(refund().await.unwrap().json().unwrap()["amount"], 500);

    stub.fail("checkout_sessions.list", "connection").unwrap();
    let error = client.checkout_sessions().list(Default::default()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Connection, 3));

    let requests = stub.requests();
    assert_eq!(requests[0]["operation"], "checkout_sessions.get");
    assert_eq!(requests[3]["body"], body);
    for (name, status, body) in
        [("refunds.creat", 200, "{}"), ("refunds.create", 99, "{}"), ("refunds.create", 200, "{")]
    {
        let error = stub.respond(name, status, body).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Validation, "{name} {status} {body}");
    }
    assert!(
        stub.fail("refunds.creat", "timeout").unwrap_err().message().contains("refunds.create")
    );
}

#[tokio::test]
async fn a_list_of_the_stub_has_one_page() {
    let client = Client::builder().stub(&Stub::new()).build().unwrap();
    let mut count = 0;
    let mut sessions = client.checkout_sessions().list_all(Default::default());
    while let Some(session) = sessions.next().await {
        assert!(session.unwrap().checkout_session_id.is_some());
        count += 1;
    }
    assert_eq!(count, 1);
}
