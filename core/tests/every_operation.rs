//! Every operation of each generation of the API once, against the sandbox of that generation:
//! its route is there, and its response is what the operation returns.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::BTreeMap;
use std::path::Path;

use lomi::binding::table::{OPERATIONS, Returns};
use lomi::binding::{ConfigBuilder, Content, Target};
use lomi::{
    CallOptions, Client, ErrorKind, Input, Map, Response, RouteChoice, Secret, Value, json,
};
use lomi_sandbox::{Generation, Options, Sandbox};

/// Objects that no call of the API makes.
const NO_OBJECT: &[&str] = &["retrieve_dispute", "submit_dispute_evidence", "list_webhook_logs"];

/// The operations of a generation: name, route style, base path.
fn operations(letter: char) -> Vec<(String, &'static str, &'static str)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("spec/resources");
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        let file: Value = std::fs::read_to_string(path).unwrap().parse().unwrap();
        for item in file["paths"].as_object().unwrap().values() {
            for (method, entry) in item.as_object().unwrap() {
                let facts = &entry["x-lomi"];
                if method == "parameters"
                    || !facts["generations"].as_str().unwrap().contains(letter)
                {
                    continue;
                }
                let style = match (letter, facts.get("routes").and_then(Value::as_str)) {
                    ('C', None | Some("documented")) => "documented",
                    // No server has its operations in the current style.
                    ('C', _) => continue,
                    ('E', _) => "newest",
                    _ => "current",
                };
                let base = if matches!(letter, 'A' | 'C') { "/v1" } else { "" };
                found.push((facts["operation"].as_str().unwrap().to_owned(), style, base));
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

struct Api {
    sandbox: Sandbox,
    key: String,
    /// An id for each name of a path parameter.
    ids: BTreeMap<String, String>,
}

impl Api {
    async fn start(generation: Generation) -> Self {
        let sandbox = Sandbox::start(Options { generation, ..Options::default() }).unwrap();
        let key = sandbox.test_key().to_owned();
        let mut api = Self { sandbox, key, ids: BTreeMap::new() };
        // A paid session, for a transaction and a balance.
        let client = api.client("current", "");
        let email = "awa@example.com";
        let body = json!({"amount": 900_000, "currency_code": "XOF", "customer_email": email});
        let session = api.raw(&client, "POST", "/checkout-sessions", body).await;
        let session = session["checkout_session_id"].as_str().unwrap().to_owned();
        api.raw(&client, "POST", &format!("/_sandbox/sessions/{session}/pay"), json!({})).await;
        let rows = api.raw(&client, "GET", "/transactions", Value::Null).await;
        let rows = rows.get("data").unwrap_or(&rows).clone();
        let transaction = rows.as_array().unwrap()[0]["transaction_id"].as_str().unwrap();
        api.ids.insert("transaction_id".into(), transaction.to_owned());
        // An endpoint that got an event.
        let events = json!(["PAYMENT_SUCCEEDED"]);
        let endpoint = json!({
            "url": "http://127.0.0.1:9/", "events": events, "authorized_events": events,
        });
        let endpoint = api.raw(&client, "POST", "/webhooks", endpoint).await;
        let endpoint = endpoint.get("data").unwrap_or(&endpoint)["webhook_id"].clone();
        let endpoint = endpoint.as_str().unwrap();
        api.raw(&client, "POST", &format!("/webhooks/{endpoint}/test"), json!({})).await;
        let logs = format!("/webhook-delivery-logs?webhookId={endpoint}");
        let logs = api.raw(&client, "GET", &logs, Value::Null).await;
        let log = logs.get("data").unwrap_or(&logs).as_array().unwrap()[0]["log_id"].clone();
        api.ids.insert("log_id".into(), log.as_str().unwrap().to_owned());
        api.ids.insert("webhook_id".into(), endpoint.to_owned());
        api.ids.insert("session_id".into(), session);
        api
    }

    fn client(&self, routes: &str, base: &str) -> Client {
        let (base_url, api_key) =
            (Some(format!("{}{base}", self.sandbox.url())), Some(Secret::new(&self.key)));
        let routes: RouteChoice = routes.parse().unwrap();
        let config = ConfigBuilder { api_key, base_url, routes, ..ConfigBuilder::default() };
        Client::with(config).unwrap()
    }

    async fn raw(&self, client: &Client, method: &str, path: &str, body: Value) -> Value {
        let input = if body.is_null() { Input::default() } else { Input::body(body) };
        let method = method.parse().unwrap();
        let response = client.request(method, path, input, CallOptions::new()).await;
        let response = response.unwrap_or_else(|error| panic!("{path}: {error}"));
        String::from_utf8_lossy(&response.body).parse().unwrap_or_default()
    }

    /// A new object of a resource, as the sandbox's control makes it.
    async fn made(&mut self, resource: &str) -> Option<String> {
        let client = self.client("current", "");
        let path = format!("/_sandbox/objects/{resource}");
        let transaction = self.ids["transaction_id"].clone();
        let fields = match resource {
            "refunds" => json!({"transaction_id": transaction, "amount": 1}),
            "payouts" => json!({"amount": 1, "currency_code": "XOF"}),
            _ => json!({}),
        };
        let input = Input::body(fields);
        let post = "POST".parse().unwrap();
        let response = client.request(post, &path, input, CallOptions::new()).await.ok()?;
        let object: Value = String::from_utf8_lossy(&response.body).parse().unwrap();
        let operation = OPERATIONS.iter().find(|o| o.resource == resource && o.verb == "get")?;
        let Returns::One(model) = operation.returns else { return None };
        Some(object[model.id?].as_str()?.to_owned())
    }

    /// The body of an operation: what the servers require of it.
    fn body(&self, id: &str, letter: char) -> Value {
        let money = json!({"amount": 100, "currency_code": "XOF"});
        match id {
            "create_refund" => json!({"transaction_id": self.ids["transaction_id"], "amount": 100}),
            "create_payout" if letter == 'B' => {
                json!({"amount": 100, "currency_code": "XOF", "payout_method_id": "pm"})
            }
            "create_payout" => json!({
                "amount": 100, "currency_code": "XOF", "destination": "beneficiary", "rail": "wave",
            }),
            "create_payment_link" => {
                json!({"link_type": "instant", "title": "Tea", "currency_code": "XOF"})
            }
            "create_payment_request" => json!({
                "amount": 100, "currency_code": "XOF", "expiry_date": "2031-01-01T00:00:00.000Z",
            }),
            "create_product" => json!({
                "name": "Tea", "product_type": "one_time",
                "prices": [{"amount": 500, "currency_code": "XOF"}],
            }),
            "create_transfer" => json!({
                "amount": 100, "currency_code": "XOF", "destination": "acct_1",
            }),
            "create_instant_settlement" => {
                json!({"amount": 100, "currency_code": "XOF", "mode": "advance"})
            }
            "create_wave_charge" | "create_mtn_charge" => json!({
                "amount": 100, "currency": "XOF",
                "customer": {"name": "Awa", "phoneNumber": "+221770000001"},
            }),
            "create_discount_coupon" => json!({"code": "LOMI2026"}),
            "create_customer" | "create_meter" => json!({"name": "Awa"}),
            "create_webhook" => json!({
                "url": "https://shop.example/w", "events": ["PAYMENT_SUCCEEDED"],
                "authorized_events": ["PAYMENT_SUCCEEDED"],
            }),
            "update_webhook" => json!({"url": "https://shop.example/x"}),
            "create_checkout_session" if letter == 'A' => json!({
                "amount": 100, "currency_code": "XOF", "success_url": "https://shop.example/s",
                "cancel_url": "https://shop.example/c", "allowed_providers": ["WAVE"],
            }),
            "create_checkout_session" => json!({
                "amount": 100, "currency_code": "XOF", "customer_email": "awa@example.com",
            }),
            _ if id == "create_beneficiary_payout" => money,
            _ => json!({}),
        }
    }

    async fn call(&mut self, id: &str, (style, base): (&str, &str), letter: char) -> Response {
        let operation = OPERATIONS.iter().find(|operation| operation.id == id).unwrap();
        let client = self.client(style, base);
        let mut input = match operation.body {
            Some(_) => Input::body(self.body(id, letter)),
            None => Input::default(),
        };
        let template = operation.path(style_of(style)).unwrap();
        let names: Vec<_> =
            template.split('{').skip(1).filter_map(|p| p.split('}').next()).collect();
        for name in &names {
            let own = self.ids.get(&format!("{}.{name}", operation.resource));
            // A log of the API has the name of a delivery's.
            let other = self.ids.get(*name).filter(|_| operation.resource != "logs");
            let resource = match *name {
                "subscription_id" => "subscriptions",
                _ => operation.resource,
            };
            let given = match (*name, own.or(other)) {
                ("currency", _) => "XOF".to_owned(),
                (_, Some(known)) => known.clone(),
                _ => match self.made(resource).await {
                    Some(made) => made,
                    None => self.ids.get(*name).cloned().unwrap_or_else(|| "one_1".to_owned()),
                },
            };
            input = input.with_path(name, given);
        }
        let call = client.prepare(Target::Operation(operation), input, CallOptions::default());
        let first =
            client.run(call.unwrap()).await.unwrap_or_else(|e| panic!("{id} {letter}: {e}"));
        let Ok((target, input, options)) = first.confirmation() else { return first };
        let call = client.prepare(target, input, options).unwrap();
        client.run(call).await.unwrap_or_else(|error| panic!("{id} {letter} confirmed: {error}"))
    }
}

fn style_of(style: &str) -> lomi::RouteStyle {
    match style.parse() {
        Ok(RouteChoice::Only(style)) => style,
        other => panic!("{other:?}"),
    }
}

/// The id in the response of a create.
fn id_in(response: &Response) -> Option<(String, String)> {
    let text: Value = String::from_utf8_lossy(&response.body).parse().ok()?;
    let object = text.get("data").filter(|data| data.is_object()).unwrap_or(&text).clone();
    let fields: &Map<String, Value> = object.as_object()?;
    let model = match &response.content {
        Content::One(model, _) => model.id,
        _ => None,
    };
    let name = model.unwrap_or("id");
    Some((name.to_owned(), fields.get(name)?.as_str()?.to_owned()))
}

async fn play(letter: char, generation: Generation) -> usize {
    let mut api = Api::start(generation).await;
    let mut all = operations(letter);
    // What makes objects comes first, and what removes them last.
    let rank = |id: &str| match id.split('_').next() {
        Some("create" | "invite" | "record") => 0,
        Some("delete" | "revoke" | "remove") => 2,
        _ => 1,
    };
    all.sort_by_key(|(id, ..)| (rank(id), id.clone()));
    let mut played = 0;
    for (id, style, base) in &all {
        if NO_OBJECT.contains(&id.as_str()) {
            played += 1;
            continue;
        }
        let response = api.call(id, (style, base), letter).await;
        assert!((200..300).contains(&response.status), "{id}: {}", response.status);
        if id == "create_product" {
            let text: Value = String::from_utf8_lossy(&response.body).parse().unwrap();
            if let Some(price) = text["prices"][0]["price_id"].as_str() {
                api.ids.insert("products.price_id".into(), price.to_owned());
            }
        }
        if let (true, Some((name, value))) = (rank(id) == 0, id_in(&response)) {
            let operation = OPERATIONS.iter().find(|operation| operation.id == *id).unwrap();
            if operation.resource == "webhooks" {
                played += 1;
                continue;
            }
            let named = match (name.as_str(), operation.resource) {
                ("id", "api_keys") => "api_key_id".to_owned(),
                ("id", "team") => "member_id".to_owned(),
                ("id", "support_requests") => "support_request_id".to_owned(),
                ("id", "settlements") => "instant_settlement_id".to_owned(),
                ("id", "transfers") => "transfer_id".to_owned(),
                ("id", "charges") => "charge_id".to_owned(),
                _ => name,
            };
            api.ids.insert(format!("{}.{named}", operation.resource), value.clone());
            // The paid transaction stays the one to refund.
            api.ids.entry(named).or_insert(value);
        }
        played += 1;
    }
    println!("{letter}: {played} operations");
    played
}

#[tokio::test]
async fn the_newest_api() {
    assert_eq!(play('E', Generation::E).await, 157);
}

#[tokio::test]
async fn the_current_server() {
    assert_eq!(play('D', Generation::D).await, 93);
}

#[tokio::test]
async fn earlier_servers() {
    assert_eq!(play('B', Generation::B).await, 52);
    assert_eq!(play('C', Generation::D).await, 84);
    assert_eq!(play('A', Generation::D).await, 42);
}

#[tokio::test]
async fn a_route_of_another_generation_does_not_exist() {
    for (generation, style, id) in [
        (Generation::D, "newest", "list_transfers"),
        (Generation::D, "newest", "list_discount_coupons"),
        (Generation::E, "current", "list_discount_coupons"),
        (Generation::E, "current", "resume_subscription"),
        (Generation::B, "current", "list_meters"),
    ] {
        let api = Api::start(generation).await;
        let client = api.client(style, "");
        let operation = OPERATIONS.iter().find(|operation| operation.id == id).unwrap();
        let input = Input::default().with_path("subscription_id", "s_1");
        let call = client.prepare(Target::Operation(operation), input, CallOptions::default());
        let error = client.run(call.unwrap()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnsupportedOperation, "{id}: {error}");
    }
}
