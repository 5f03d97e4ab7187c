//! One operation of one generation: what a runner is asked for, and what it must do.

use anyhow::{Context, Result};
use lomi::RouteStyle;
use lomi::binding::table::{Model, Operation, Returns};
use serde_json::{Map, Value, json};

use super::bodies;
use super::objects::{Prepared, parameters};
use super::plan::{ApiGeneration, routes};
use super::recording::Recorded;

/// An operation of a generation.
#[derive(Clone, Copy)]
pub(crate) struct Case {
    pub(crate) generation: ApiGeneration,
    pub(crate) operation: &'static Operation,
}

/// A case with its sandbox.
pub(crate) struct ReadyCase {
    pub(crate) case: Case,
    pub(crate) prepared: Prepared,
    ids: Vec<String>,
    /// How many requests prepared the sandbox.
    before: usize,
}

impl Case {
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.generation.letter, self.operation.id)
    }

    /// The route style in which it is called, and its path in that style.
    fn route(&self) -> Result<(RouteStyle, &'static str)> {
        let style = self.generation.style;
        let own = self.operation.path(style).map(|path| (style, path));
        // The documentation of A has one path of the other style.
        own.or_else(|| self.operation.paths.first().copied()).context("an operation has a path")
    }

    pub(crate) async fn ready(self) -> Result<ReadyCase> {
        let prepared = Prepared::new(self.generation).await?;
        let (_, template) = self.route()?;
        let ids = prepared.ids(self.operation, template).await?;
        if matches!(self.operation.returns, Returns::Page(_)) {
            prepared.fill(self.operation, ids.first()).await?;
        }
        let before = prepared.requests().await?.len();
        Ok(ReadyCase { case: self, prepared, ids, before })
    }
}

impl ReadyCase {
    /// The line for a runner.
    pub(crate) fn plan(&self) -> Result<Value> {
        let Case { generation, operation } = self.case;
        let sandbox = &self.prepared.sandbox;
        let mut call = Map::new();
        call.insert("do".into(), "operation".into());
        call.insert("on".into(), operation.resource.into());
        call.insert("verb".into(), operation.verb.into());
        call.insert("ids".into(), json!(self.ids));
        let body = bodies::body(operation, generation.letter, &self.prepared.transaction);
        call.extend(body.map(|body| ("body".to_owned(), body)));
        call.extend(bodies::query(operation).map(|query| ("query".to_owned(), query)));
        if self.asks() {
            call.insert("confirm".into(), true.into());
        }
        Ok(json!({
            "name": self.case.name(),
            "client": {
                "api_key": sandbox.test_key(),
                "base_url": format!("{}{}", sandbox.url(), generation.base),
                "routes": routes(self.case.route()?.0),
            },
            "before": [],
            "pause_ms": 0,
            "call": call,
        }))
    }

    /// Whether some servers ask for a second call that confirms the first.
    fn asks(&self) -> bool {
        self.case.operation.alternatives.iter().any(|model| model.name == "ConfirmationRequired")
    }

    /// What a runner did with the plan.
    pub(crate) async fn recorded(&self, result: Option<Value>) -> Result<Recorded> {
        let requests = self.prepared.requests().await?;
        let sent = requests.get(self.before..).unwrap_or_default();
        let sandbox = &self.prepared.sandbox;
        let origin = sandbox.url().trim_start_matches("http://");
        let secrets = [(origin, "{origin}"), (sandbox.test_key(), "{key}")];
        Ok(Recorded::new(sent, result, &secrets))
    }

    /// What is wrong with a recording by the spec alone.
    pub(crate) async fn wrong(&self, result: Option<&Value>) -> Result<Option<String>> {
        let operation = self.case.operation;
        let requests = self.prepared.requests().await?;
        let sent = requests.get(self.before..).unwrap_or_default();
        let (_, template) = self.case.route()?;
        let path = parameters(template)
            .zip(&self.ids)
            .fold(format!("{}{template}", self.case.generation.base), |path, (name, id)| {
                path.replace(&format!("{{{name}}}"), id)
            });
        let result = result.unwrap_or(&Value::Null);
        for request in sent {
            let word = |name| request.get(name).and_then(Value::as_str).unwrap_or_default();
            let sent_path = word("target").split('?').next().unwrap_or_default();
            if (word("method"), sent_path) != (operation.method.as_str(), &path) {
                return Ok(Some(format!("it is {} {path}, sent was {request}", operation.method)));
            }
            // The client gives a key to every POST, and to nothing else.
            if (word("method") == "POST") == word("idempotency_key").is_empty() {
                return Ok(Some(format!("the idempotency key of {request}")));
            }
            let status = request.get("status").and_then(Value::as_u64).unwrap_or_default();
            if !(200..300).contains(&status) {
                return Ok(Some(format!("the response is {request}")));
            }
        }
        // Only the newest API asks.
        let wanted = if self.asks() && self.case.generation.letter == 'E' { 2 } else { 1 };
        if sent.len() != wanted {
            let count = sent.len();
            return Ok(Some(format!("{count} requests were sent, the result is {result}")));
        }
        let class = result.get("type").and_then(Value::as_str);
        let is_right = result.get("error").is_none() && self.returns(class);
        Ok((!is_right).then(|| format!("the result is {result}")))
    }

    /// Whether the operation returns a class of Rust, and none for rows that are not there.
    fn returns(&self, class: Option<&str>) -> bool {
        let operation = self.case.operation;
        let is = |model: &Model| class == Some(model.names.rust);
        match operation.returns {
            Returns::One(model) => is(model) || operation.alternatives.iter().any(|m| is(m)),
            Returns::Page(model) => class.is_none() || is(model),
            Returns::Nothing | Returns::Any => class.is_none(),
        }
    }
}
