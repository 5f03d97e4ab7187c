//! The Rust runner: performs a plan with the public client of the crate, and prints one line of
//! JSON per scenario.

mod operation;
mod plan;

use std::time::{Duration, Instant};

use anyhow::Result;
use lomi::binding::{moment, seconds_from_zero};
use lomi::models::{CheckoutSessionCreate, CheckoutSessionUpdate};
use lomi::{
    Client, ClientBuilder, Created, Error, ErrorKind, Input, Map, Money, Value, json, webhook,
};
use tokio::task::JoinSet;

use plan::{Plan, exact};

/// What sends the requests of a client.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Through {
    /// The transport of the crate.
    Core,
    /// A client of reqwest.
    Reqwest,
}

pub(crate) async fn run(through: Through) -> Result<()> {
    // For the TLS of reqwest. The transport of the crate has a provider by its feature.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut tasks = JoinSet::new();
    for line in std::io::read_to_string(std::io::stdin())?.lines() {
        let plan: Value = line.parse()?;
        tasks.spawn(async move {
            let mut result = perform(&plan, through).await;
            result.insert("name".into(), plan.get("name").cloned().unwrap_or_default());
            println!("{}", Value::Object(result));
        });
    }
    while let Some(done) = tasks.join_next().await {
        done?;
    }
    // The peak memory of this process is read after its last line.
    tokio::time::sleep(Duration::from_millis(100)).await;
    Ok(())
}

async fn perform(plan: &Value, through: Through) -> Map<String, Value> {
    let mut result = Map::new();
    let settings = Plan(plan.get("client").cloned().unwrap_or_default());
    let client = match configured(&settings, through) {
        Ok(client) => client,
        Err(error) => {
            result.insert("error".into(), error_value(&error));
            return result;
        }
    };
    for before in plan.get("before").and_then(Value::as_array).into_iter().flatten() {
        if let Err(error) = call(&client, through, Plan(before.clone()), &mut Map::new()).await {
            result.insert("error".into(), json!({"kind": "before", "message": error.message()}));
            return result;
        }
    }
    let pause = plan.get("pause_ms").and_then(Value::as_u64).unwrap_or(0);
    tokio::time::sleep(Duration::from_millis(pause)).await;
    let started = Instant::now();
    let asked = Plan(plan.get("call").cloned().unwrap_or_default());
    if let Err(error) = call(&client, through, asked, &mut result).await {
        result.insert("error".into(), error_value(&error));
    }
    result.insert("ms".into(), (started.elapsed().as_millis() as u64).into());
    result
}

async fn call(
    client: &Client,
    through: Through,
    asked: Plan,
    result: &mut Map<String, Value>,
) -> Result<(), Error> {
    let id = asked.text("id").unwrap_or_default();
    let mut options = asked.options()?;
    if through == Through::Reqwest {
        // An option of the client of reqwest, not of one call.
        options.connect_timeout = None;
    }
    let sessions = client.checkout_sessions();
    match asked.text("do").unwrap_or_default().as_str() {
        "create" => {
            let body = asked.map("body").into_iter();
            let body = body.fold(CheckoutSessionCreate::new(), |b, (name, v)| b.set(&name, v));
            match sessions.create_with(body, options).await? {
                Created::Done(session) => give(result, session.originals.clone(), session.into()),
                Created::PaymentRequired(first) => {
                    result.insert("type".into(), "PaymentRequired".into());
                    give(result, first.originals.clone(), Value::from(*first));
                }
                other => return Err(Error::internal(format!("unknown: {other:?}"))),
            }
        }
        "get" => {
            let session = sessions.get_with(&id, options).await?;
            give(result, session.originals.clone(), session.into());
        }
        "list" => {
            let page = sessions.list_with(asked.list_params(), options).await?;
            let data: Vec<Value> = page.data.into_iter().map(Value::from).collect();
            let info = page.info;
            let page = json!({"data": data, "total": info.total, "has_more": info.has_more,
                "next_cursor": info.next_cursor});
            result.insert("page".into(), page);
        }
        "update" => {
            let body = asked.map("body").into_iter();
            let body = body.fold(CheckoutSessionUpdate::new(), |b, (name, v)| b.set(&name, v));
            let session = sessions.update_with(&id, body, options).await?;
            give(result, session.originals.clone(), session.into());
        }
        "delete" => {
            sessions.delete_with(&id, options).await?;
            result.insert("value".into(), Value::Null);
        }
        "list_all" => {
            let mut pages = sessions.list_all(asked.list_params());
            let mut ids = Vec::new();
            let mut again = asked.flag("resume");
            while ids.len() < asked.count("take").unwrap_or(usize::MAX) {
                match pages.next().await {
                    None => break,
                    Some(Ok(session)) => ids.push(session.checkout_session_id),
                    Some(Err(_)) if again => again = false,
                    Some(Err(error)) => {
                        result.insert("items".into(), json!(ids));
                        return Err(error);
                    }
                }
            }
            result.insert("items".into(), json!(ids));
        }
        "operation" => {
            operation::play(client, &asked, options, result).await?;
        }
        "request" => {
            let method = asked.text("method").unwrap_or_default();
            let method = method.parse().map_err(|_| Error::internal("no method"))?;
            let body = asked.0.get("body").map(|body| exact(body.clone()));
            let input = Input { query: asked.map("query"), body, ..Input::default() };
            let path = asked.text("path").unwrap_or_default();
            let response = client.request(method, &path, input, options).await?;
            let text = String::from_utf8_lossy(&response.body);
            let value = text.parse().unwrap_or_default();
            result.insert("value".into(), value);
        }
        "webhook" => {
            let payload = asked.payload();
            let secrets = asked.texts("secrets");
            let secrets: Vec<&str> = secrets.iter().map(String::as_str).collect();
            let signature = match asked.text("sign_with") {
                Some(secret) => webhook::sign(&payload, &secret)?,
                None => asked.text("signature").unwrap_or_default(),
            };
            let mut options = webhook::VerifyOptions::default();
            let (age, at) = (asked.number("max_age"), asked.number("received_at"));
            options.max_age = age.map(|age| seconds_from_zero("max_age", age)).transpose()?;
            options.received_at = at.map(|at| moment("received_at", at)).transpose()?;
            let event = webhook::construct_event(&payload, &signature, &secrets, options)?;
            give(result, event.originals.clone(), event.into());
        }
        "replay_key" => {
            let (payload, secret) = (asked.payload(), "whsec_x");
            let signature = webhook::sign(&payload, secret)?;
            let event =
                webhook::construct_event(&payload, &signature, &[secret], Default::default())?;
            result.insert("text".into(), webhook::replay_key(&event)?.into());
        }
        "sign" => {
            let secret = asked.text("secret").unwrap_or_default();
            result.insert("text".into(), webhook::sign(&asked.payload(), &secret)?.into());
        }
        "key_for_order" => {
            let part = |name| exact(asked.0.get(name).cloned().unwrap_or_default());
            let key = lomi::idempotency_key::for_attempt(part("order"), part("attempt"))?;
            result.insert("text".into(), key.into());
        }
        "money" => {
            let currency = asked.text("currency").unwrap_or_default();
            let money = match asked.text("major") {
                Some(text) => Money::from_major(&text, &currency)?,
                None => Money::new(asked.integer("amount"), &currency)?,
            };
            let value = json!({"amount": money.amount(), "text": money.to_string()});
            result.insert("value".into(), value);
        }
        "nothing" => {}
        other => return Err(Error::internal(format!("the runner does not support {other}"))),
    }
    Ok(())
}

/// Sets the value of a result, and the originals of fields whose value was converted.
fn give(result: &mut Map<String, Value>, mut originals: Map<String, Value>, value: Value) {
    originals.retain(|name, original| value.get(name) != Some(original));
    result.insert("originals".into(), originals.into());
    result.insert("value".into(), value);
}

fn error_value(error: &Error) -> Value {
    json!({
        "kind": error.kind().class_name(), "status": error.status(), "code": error.code(),
        "message": error.message(), "details": error.details(), "outcome": error.outcome().as_str(),
        "attempts": error.attempts(), "request_id": error.request_id(),
        "idempotency_key": error.idempotency_key(), "operation": error.operation(),
        "retry_after": error.retry_after().map(|wait| wait.as_secs_f64()),
        "body": error.body().map(|body| {
            String::from_utf8_lossy(body).chars().take(100).collect::<String>()
        }),
    })
}

fn configured(settings: &Plan, through: Through) -> Result<Client, Error> {
    let count = |name| settings.count(name).and_then(|n| u32::try_from(n).ok());
    let mut builder = Client::builder().allow_http(settings.flag("allow_http"));
    builder = set(builder, settings.text("api_key"), ClientBuilder::api_key);
    builder = set(builder, settings.text("base_url"), ClientBuilder::base_url);
    builder = set(builder, settings.text("environment"), ClientBuilder::environment);
    builder = set(builder, settings.text("api_version"), ClientBuilder::api_version);
    builder = set(builder, settings.seconds("timeout")?, ClientBuilder::timeout);
    builder = set(builder, settings.seconds("attempt_timeout")?, ClientBuilder::attempt_timeout);
    builder = set(builder, settings.seconds("idle_timeout")?, ClientBuilder::idle_timeout);
    builder = set(builder, count("max_retries"), ClientBuilder::max_retries);
    for (name, value) in settings.pairs("headers") {
        builder = builder.header(name, value);
    }
    if let Some(routes) = settings.text("routes") {
        builder = builder.routes(routes.parse()?);
    }
    if through == Through::Reqwest {
        return builder.http_client(http_client(settings)?).build();
    }
    builder = set(builder, settings.seconds("connect_timeout")?, ClientBuilder::connect_timeout);
    builder = set(builder, count("max_connections"), ClientBuilder::max_connections);
    for file in settings.texts("ca_files") {
        builder = builder.ca_file(file);
    }
    builder.build()
}

/// Sets what is given.
fn set<T>(
    builder: ClientBuilder,
    given: Option<T>,
    setter: impl FnOnce(ClientBuilder, T) -> ClientBuilder,
) -> ClientBuilder {
    match given {
        Some(value) => setter(builder, value),
        None => builder,
    }
}

/// A client of reqwest as its documentation here asks for it.
fn http_client(settings: &Plan) -> Result<reqwest::Client, Error> {
    let unusable = |error: &dyn std::error::Error| {
        Error::new(ErrorKind::Configuration, format!("reqwest: {error}"))
    };
    let mut builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never());
    if let Some(timeout) = settings.seconds("connect_timeout")? {
        builder = builder.connect_timeout(timeout);
    }
    let mut authorities = Vec::new();
    for file in settings.texts("ca_files") {
        let pem = std::fs::read(file).map_err(|error| unusable(&error))?;
        let certificate = reqwest::Certificate::from_pem(&pem).map_err(|error| unusable(&error))?;
        authorities.push(certificate);
    }
    // Without the system's certificates, which each client would read again.
    builder = builder.tls_certs_only(authorities);
    builder.build().map_err(|error| unusable(&error))
}
