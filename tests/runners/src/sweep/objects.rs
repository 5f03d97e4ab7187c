//! The objects that operations need, in a sandbox of their own.

use anyhow::{Context, Result, bail};
use lomi::binding::table::{OPERATIONS, Operation, Returns};
use lomi::{CallOptions, Client, Input};
use lomi_sandbox::{Options, Sandbox};
use serde_json::{Value, json};

use super::bodies;
use super::plan::{ApiGeneration, operation};
use super::samples;

/// The time of every sandbox: the clock stands, so that times are the same in every language. It is
/// after the time of the machine, which webhooks have.
pub(crate) const NOW: &str = "2100-01-02T03:04:05.678Z";

/// A sandbox with a paid checkout session, and a webhook endpoint that got an event.
pub(crate) struct Prepared {
    pub(crate) sandbox: Sandbox,
    generation: ApiGeneration,
    client: Client,
    pub(crate) transaction: String,
    session: String,
    endpoint: String,
    delivery_log: String,
}

impl Prepared {
    pub(crate) async fn new(generation: ApiGeneration) -> Result<Self> {
        let options = Options { generation: generation.sandbox, ..Options::default() };
        let sandbox = Sandbox::start(options)?;
        let client = Client::builder()
            .api_key(sandbox.test_key())
            .base_url(sandbox.url())
            .routes("current".parse()?)
            .build()?;
        let mut new = Self {
            sandbox,
            generation,
            client,
            transaction: String::new(),
            session: String::new(),
            endpoint: String::new(),
            delivery_log: String::new(),
        };
        new.post("/_sandbox/clock", json!({"freeze": true, "set": NOW})).await?;
        let session = json!({
            "amount": 900_000, "currency_code": "XOF", "customer_email": "awa@example.com",
        });
        let session = new.post("/checkout-sessions", session).await?;
        new.session = text(&session, "checkout_session_id")?;
        new.post(&format!("/_sandbox/sessions/{}/pay", new.session), json!({})).await?;
        new.transaction = text(first(&new.get("/transactions").await?)?, "transaction_id")?;
        let events = json!(["PAYMENT_SUCCEEDED"]);
        let endpoint = json!({
            "url": "http://127.0.0.1:9/", "events": events, "authorized_events": events,
        });
        let endpoint = new.post("/webhooks", endpoint).await?;
        new.endpoint = text(data(&endpoint), "webhook_id")?;
        new.post(&format!("/webhooks/{}/test", new.endpoint), json!({})).await?;
        let logs = format!("/webhook-delivery-logs?webhookId={}", new.endpoint);
        new.delivery_log = text(first(&new.get(&logs).await?)?, "log_id")?;
        Ok(new)
    }

    /// The requests that the sandbox got, oldest first.
    pub(crate) async fn requests(&self) -> Result<Vec<Value>> {
        let log = self.get("/_sandbox/requests").await?;
        let rows = log.get("requests").and_then(Value::as_array).context("a log of requests")?;
        Ok(rows.iter().rev().cloned().collect())
    }

    /// An id for each parameter of a path, of objects that are made for it.
    pub(crate) async fn ids(&self, operation: &Operation, template: &str) -> Result<Vec<String>> {
        let mut ids = Vec::new();
        if operation.id == "set_default_product_price" {
            return self.product_with_price().await;
        }
        for name in parameters(template) {
            ids.push(self.id(operation, name).await?);
        }
        Ok(ids)
    }

    /// A product and one of its prices.
    async fn product_with_price(&self) -> Result<Vec<String>> {
        let prices = json!([{"amount": 500, "currency_code": "XOF"}]);
        let product = json!({"name": "Tea", "product_type": "one_time", "prices": prices});
        let product = self.post("/products", product).await?;
        let product = data(&product);
        let price = product.get("prices").map(first).context("a product with prices")??;
        Ok(vec![text(product, "product_id")?, text(price, "price_id")?])
    }

    /// An object for a list to show: of the operation's resource, or of the object with the id.
    pub(crate) async fn fill(&self, operation: &Operation, id: Option<&String>) -> Result<()> {
        let resource = match operation.id {
            "list_customer_transactions" => "transactions",
            "list_subscriptions_of_customer" | "list_customer_subscriptions" => "subscriptions",
            _ => operation.resource,
        };
        if resource == "disputes" {
            return self.dispute().await.map(drop);
        }
        let is_within = operation.resource == "customers" && resource != "customers";
        let owner = id.filter(|_| is_within);
        if self.made_of(resource, owner).await?.is_none() {
            self.created(resource, "").await?;
        }
        Ok(())
    }

    async fn id(&self, operation: &Operation, name: &str) -> Result<String> {
        let resource = match (name, operation.resource) {
            ("currency", _) => return Ok("XOF".to_owned()),
            ("transaction_id", _) => return Ok(self.transaction.clone()),
            ("session_id", _) => return Ok(self.session.clone()),
            ("webhook_id", _) => return Ok(self.endpoint.clone()),
            ("log_id", "webhooks" | "webhook_delivery_logs") => {
                return Ok(self.delivery_log.clone());
            }
            ("dispute_id", _) => return self.dispute().await,
            ("subscription_id", _) => "subscriptions",
            ("customer_id", _) => "customers",
            (_, resource) => resource,
        };
        if let Some(made) = self.made(resource).await? {
            return Ok(made);
        }
        match self.created(resource, name).await? {
            Some(created) => Ok(created),
            // What the sandbox keeps no objects of, such as the merchant itself.
            None => Ok("one_1".to_owned()),
        }
    }

    /// A dispute about the transaction: no call of the API opens one.
    async fn dispute(&self) -> Result<String> {
        let about = json!({"transaction_id": self.transaction});
        text(&self.post("/_sandbox/disputes", about).await?, "id")
    }

    async fn made(&self, resource: &str) -> Result<Option<String>> {
        self.made_of(resource, None).await
    }

    /// A new object of a resource, made by the sandbox's control API. It can be a customer's.
    async fn made_of(&self, resource: &str, customer: Option<&String>) -> Result<Option<String>> {
        let get = OPERATIONS.iter().find(|o| o.resource == resource && o.verb == "get");
        let Some(Returns::One(model)) = get.map(|get| get.returns) else { return Ok(None) };
        let Some(id) = model.id else { return Ok(None) };
        let mut fields = samples::object(model, |field| {
            !field.beside
                && field.name != id
                && field.mirrors.is_none_or(|other| other != id)
                && !["status", "environment"].contains(&field.name)
        });
        if let Some(customer) = customer {
            fields.insert("customer_id".into(), customer.clone().into());
        }
        if resource == "transfers" {
            fields.insert("status".into(), "posted".into());
            fields.insert("reversed_amount".into(), 0.into());
        }
        if resource == "refunds" {
            fields.insert("transaction_id".into(), self.transaction.clone().into());
        }
        match self.post(&format!("/_sandbox/objects/{resource}"), fields.into()).await {
            Ok(object) => text(&object, id).map(Some),
            // The sandbox keeps no objects of this resource.
            Err(error) if status(&error) == Some(404) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A new object of a resource, made by an operation of the API.
    async fn created(&self, resource: &str, name: &str) -> Result<Option<String>> {
        let (creator, id) = match (resource, name) {
            ("api_keys", _) => ("create_api_key", "id"),
            ("charges", _) => ("create_card_charge", "id"),
            ("support_requests", _) => ("create_support_request", "id"),
            ("team", _) => ("invite_team_member", "id"),
            ("settlements", "instant_settlement_id") => ("create_instant_settlement", "id"),
            ("usage", _) => ("record_usage_event", "event_id"),
            ("subscription_plans", "plan_id" | "") => ("create_subscription_plan", "plan_id"),
            _ => return Ok(None),
        };
        let creator = operation(creator)?;
        let path = creator.path(self.generation.style).context("the creator has a path")?;
        let path = format!("{}{}", self.generation.base, path.replace("{merchant_id}", "one_1"));
        let body = bodies::body(creator, self.generation.letter, &self.transaction);
        let mut body = body.unwrap_or_else(|| json!({}));
        let mut object = self.post(&path, body.clone()).await?;
        if let (Some(token), Some(fields)) =
            (object.get("confirmation_token"), body.as_object_mut())
        {
            fields.insert("confirmation_token".into(), token.clone());
            object = self.post(&path, body).await?;
        }
        text(data(&object), id).map(Some)
    }

    async fn get(&self, path: &str) -> Result<Value> {
        self.request("GET", path, Input::default()).await
    }

    async fn post(&self, path: &str, body: Value) -> Result<Value> {
        let body: lomi::Value = body.to_string().parse()?;
        self.request("POST", path, Input::body(body)).await
    }

    async fn request(&self, method: &str, path: &str, input: Input) -> Result<Value> {
        let method = method.parse()?;
        let response = self.client.request(method, path, input, CallOptions::new()).await;
        let response = response.with_context(|| path.to_owned())?;
        Ok(serde_json::from_slice(&response.body)?)
    }
}

/// The names of the parameters of a path.
pub(crate) fn parameters(template: &str) -> impl Iterator<Item = &str> {
    template.split('{').skip(1).filter_map(|part| part.split('}').next())
}

fn status(error: &anyhow::Error) -> Option<u16> {
    error.downcast_ref::<lomi::Error>()?.status()
}

fn data(body: &Value) -> &Value {
    body.get("data").unwrap_or(body)
}

fn first(body: &Value) -> Result<&Value> {
    data(body).get(0).with_context(|| format!("no rows in {body}"))
}

fn text(object: &Value, name: &str) -> Result<String> {
    match object.get(name).and_then(Value::as_str) {
        Some(text) => Ok(text.to_owned()),
        None => bail!("{object} has no {name}"),
    }
}
