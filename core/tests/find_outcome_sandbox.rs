//! Finding out the outcome of calls whose response was lost, over real sockets against the sandbox.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::print_stderr)]

use lomi::binding::{ConfigBuilder, table};
use lomi::{
    CallOptions, Client, FindOptions, FoundOutcome, Input, Secret, UnknownCall, Value, json,
};
use lomi_sandbox::{Generation, Options, Sandbox};

struct World {
    _sandbox: Sandbox,
    client: Client,
}

fn world(generation: Generation) -> World {
    let sandbox = Sandbox::start(Options { generation, ..Options::default() }).unwrap();
    let client = Client::with(ConfigBuilder {
        api_key: Some(Secret::new(sandbox.test_key())),
        base_url: Some(sandbox.url().to_owned()),
        ..ConfigBuilder::default()
    })
    .unwrap();
    World { _sandbox: sandbox, client }
}

impl World {
    async fn control(&self, path: &str, body: Value) -> Value {
        let post = http::Method::POST;
        let input = Input::body(body);
        let response = self.client.request(post, path, input, CallOptions::new()).await.unwrap();
        response.json().unwrap()
    }

    async fn call(&self, operation: &str, input: Input) -> Value {
        let operation = table::operation(operation).unwrap();
        let response = self.client.call(operation, input, CallOptions::new()).await;
        response.unwrap_or_else(|error| panic!("{}: {error}", operation.id)).json().unwrap()
    }

    /// A transaction that was paid.
    async fn paid(&self, amount: i64) -> String {
        let body = json!({"amount": amount, "currency_code": "XOF", "customer_email": "a@b.ci"});
        let session = self.call("create_checkout_session", Input::body(body)).await;
        let session = session.get("data").unwrap_or(&session);
        let id = session["checkout_session_id"].as_str().unwrap().to_owned();
        self.control(&format!("/_sandbox/sessions/{id}/pay"), json!({})).await;
        let mut all = self.client.transactions().list_all(Default::default());
        while let Some(row) = all.next().await {
            let row = row.unwrap();
            if row.gross_amount.as_ref().map(ToString::to_string) == Some(amount.to_string()) {
                return row.transaction_id.unwrap();
            }
        }
        panic!("the session was paid")
    }

    /// Makes a call whose response is lost, and finds out. `seconds` is how long ago that was.
    async fn lose(&self, operation: &str, input: Input, fault: &str, seconds: i64) -> FoundOutcome {
        let operation = table::operation(operation).unwrap();
        let options = CallOptions::new().header("X-Sandbox-Fault", fault);
        let error = match self.client.call(operation, input, options).await {
            Ok(response) => panic!("{}: {}", operation.id, response.json().unwrap()),
            Err(error) => error,
        };
        assert!(error.is_outcome_unknown(), "{}: {error:?}", operation.id);
        let mut known: Value = error.unknown_call().unwrap().to_json().parse().unwrap();
        for name in ["started_at", "ended_at"] {
            known[name] = (known[name].as_i64().unwrap() - seconds * 1000).into();
        }
        let call = UnknownCall::from_json(&known.to_string()).unwrap();
        self.client.find_outcome_of(&call, FindOptions::new()).await.unwrap()
    }

    /// The word for what was found about a call that was done, and about one that was not.
    async fn both(&self, operation: &str, input: impl Fn(&str) -> Input) -> [&'static str; 2] {
        let done = self.lose(operation, input("done"), "reset-after", 0).await;
        let not_done = self.lose(operation, input("not done"), "reset-before", 3600).await;
        [done, not_done].map(|found| match found {
            FoundOutcome::Done(_) => "done",
            FoundOutcome::NotDone => "not done",
            FoundOutcome::Ambiguous(why) if why.candidates.len() == 1 => "one candidate",
            _ => "ambiguous",
        })
    }
}

#[tokio::test]
async fn a_refund_is_found() {
    for generation in [Generation::B, Generation::D] {
        let world = world(generation);
        let id = world.paid(5001).await;
        let refund =
            |amount: i64| Input::body(json!({"transaction_id": id.as_str(), "amount": amount}));
        let found = world.lose("create_refund", refund(1500), "reset-after", 0).await;
        let FoundOutcome::Done(object) = found else { panic!("{generation:?}: {found:?}") };
        assert_eq!(object.json().unwrap()["transaction_id"], id.as_str());
        let found = world.lose("create_refund", refund(1600), "reset-before", 0).await;
        let FoundOutcome::Ambiguous(why) = found else { panic!("{generation:?}: {found:?}") };
        assert!(why.candidates.is_empty() && why.ask_again_after.is_some(), "{why:?}");
        let found = world.lose("create_refund", refund(1600), "reset-before", 600).await;
        assert!(matches!(found, FoundOutcome::NotDone), "{generation:?}: {found:?}");
        // Two equal refunds cannot be told apart, unless the shop knows one of them.
        world.call("create_refund", refund(1500)).await;
        let found = world.lose("create_refund", refund(1500), "reset-before", 0).await;
        let FoundOutcome::Ambiguous(why) = found else { panic!("{generation:?}: {found:?}") };
        assert_eq!(why.candidates.len(), 2);
    }
}

#[tokio::test]
async fn a_keyed_call_is_repeated_with_its_key() {
    let world = world(Generation::D);
    let body =
        |name: &str| Input::body(json!({"amount": 700, "currency_code": "XOF", "title": name}));
    let operation = table::operation("create_checkout_session").unwrap();
    for fault in ["reset-after; count=3", "reset-before; count=3"] {
        let options = CallOptions::new().header("X-Sandbox-Fault", fault);
        let error = world.client.call(operation, body(fault), options).await.unwrap_err();
        let FoundOutcome::Done(object) = world.client.find_outcome(&error).await.unwrap() else {
            panic!("{fault}")
        };
        assert_eq!(object.idempotency_key.as_deref(), error.idempotency_key());
    }
    let sessions = world.client.checkout_sessions().list(Default::default()).await.unwrap();
    assert_eq!(sessions.data.len(), 2, "each was made once");
}

#[tokio::test]
async fn after_a_day_a_keyed_call_is_looked_for_and_not_repeated() {
    for hours in [23, 25, 24 * 30] {
        let world = world(Generation::D);
        let input = Input::body(json!({"amount": 700, "currency_code": "XOF", "title": "late"}));
        let lost = "reset-before; count=3";
        let found = world.lose("create_checkout_session", input, lost, hours * 3600).await;
        assert!(!matches!(found, FoundOutcome::Done(_)), "{hours} hours: {found:?}");
        let rows = world.client.checkout_sessions().list(Default::default()).await.unwrap();
        assert!(rows.data.is_empty(), "the work is not done again");
    }
}

#[tokio::test]
async fn a_replayed_session_does_not_show_that_refunds_are_keyed() {
    let world = world(Generation::D);
    let id = world.paid(5001).await;
    let session = Input::body(json!({"amount": 700, "currency_code": "XOF"}));
    for _ in 0..2 {
        let options = CallOptions::new().idempotency_key("order-1");
        let operation = table::operation("create_checkout_session").unwrap();
        world.client.call(operation, session.clone(), options).await.unwrap();
    }
    let refund = json!({"transaction_id": id.as_str(), "amount": 500});
    let found = world.lose("create_refund", Input::body(refund), "reset-after", 0).await;
    assert!(matches!(found, FoundOutcome::Done(_)), "{found:?}");
    let all = world.call("list_refunds", Input::default()).await;
    let rows = all.get("data").unwrap_or(&all).as_array().unwrap();
    assert_eq!(rows.len(), 1, "the refund was made once");
}

#[tokio::test]
async fn what_is_never_repeated_is_looked_for() {
    let world = world(Generation::D);
    world.paid(900_000).await;
    let amount = |name: &str, other: i64| if name == "done" { other } else { other + 1 };
    let mut table = Vec::new();
    table.push((
        "create_payout",
        world
            .both("create_payout", |name| {
                Input::body(json!({"amount": amount(name, 1000), "currency_code": "XOF",
                    "destination": "beneficiary", "rail": "wave",
                    "recipient": {"phone": "+221770000001", "name": "Awa"}}))
            })
            .await,
    ));
    let payer = json!({"name": "Awa", "phoneNumber": "+221770000001", "email": "a@b.ci"});
    for operation in ["create_wave_charge", "create_mtn_charge"] {
        let found = world
            .both(operation, |name| {
                Input::body(json!({"amount": amount(name, 3000), "currency": "XOF",
                    "customer": payer.clone(), "description": name}))
            })
            .await;
        table.push((operation, found));
    }
    let found = world
        .both("create_customer", |name| {
            Input::body(json!({"name": name, "email": format!("{}@shop.ci", name.len())}))
        })
        .await;
    table.push(("create_customer", found));
    let found = world
        .both("create_product", |name| {
            Input::body(json!({"name": name, "product_type": "one_time",
                "prices": [{"amount": 100, "currency_code": "XOF"}]}))
        })
        .await;
    table.push(("create_product", found));
    for (operation, [done, not_done]) in &table {
        eprintln!("{operation:25} done: {done}, not done: {not_done}");
        assert!(*done != "not done" && *not_done != "done", "{operation}");
    }
    // This server does not show to whom a payout went.
    assert_eq!(table[0].1, ["one candidate", "not done"]);
    assert!(table[1..].iter().all(|(_, found)| *found == ["done", "not done"]), "{table:?}");
}

#[tokio::test]
async fn a_confirmation_whose_response_was_lost_is_found() {
    let world = world(Generation::E);
    let id = world.paid(5001).await;
    let body = Input::body(json!({"transaction_id": id.as_str(), "amount": 500}));
    let operation = table::operation("create_refund").unwrap();
    // An earlier call has shown which API this is.
    world.call("create_refund", body.clone()).await;
    // The first call does no work.
    let options = CallOptions::new().header("X-Sandbox-Fault", "reset-after; count=3");
    let error = world.client.call(operation, body.clone(), options).await.unwrap_err();
    let found = world.client.find_outcome(&error).await.unwrap();
    assert!(matches!(found, FoundOutcome::NotDone), "{found:?}");
    let asked = world.client.call(operation, body, CallOptions::new()).await.unwrap();
    let (target, input, options) = asked.confirmation().unwrap();
    let options = options.header("X-Sandbox-Fault", "reset-after;  count=3");
    let error =
        world.client.run(world.client.prepare(target, input, options).unwrap()).await.unwrap_err();
    let found = world.client.find_outcome(&error).await.unwrap();
    let FoundOutcome::Done(refund) = found else { panic!("{found:?}") };
    assert_eq!(refund.json().unwrap()["transaction_id"], id.as_str());
}
