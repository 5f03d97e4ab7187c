//! The life of every resource in both route styles, over a socket. What is expected follows from
//! the files of core/spec/resources, not from the sandbox's own table.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use std::path::Path;

use common::{Client, send};
use reqwest::Method;
use serde_json::{Map, Value, json};

/// Resources whose creates refer to money, which has tests of its own.
const MONEY: &[&str] = &["refunds", "payouts", "beneficiary_payouts"];
/// Resources with tests of their own.
const OTHERS: &[&str] =
    &["checkout_sessions", "organizations", "webhooks", "webhook_delivery_logs"];
/// Fields that are written as texts, and that today's server requires.
const WORDS: &[(&str, &str)] = &[
    ("code", "LOMI2026"),
    ("discount_type", "percentage"),
    ("expires_at", "2031-01-01T00:00:00.000Z"),
    ("expiry_date", "2031-01-01T00:00:00.000Z"),
    ("link_type", "instant"),
    ("name", "Awa"),
    ("title", "A title"),
];

/// Without an id of its own a price gets one.
const PRICE: &str = "6a8f0d3e-2c5b-4b8e-9b57-0f6f2f8f4a11";

struct Resource {
    name: String,
    spec: Value,
}

impl Resource {
    fn all() -> Vec<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../core/spec/resources");
        let mut paths: Vec<_> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        let read = |path: &std::path::PathBuf| {
            let spec: Value =
                serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
            Self { name: spec["resource"].as_str().unwrap().to_owned(), spec }
        };
        let is_collection = |resource: &Self| {
            let has = |style: &str| {
                ["get", "list"].iter().all(|verb| resource.operation(style, verb).is_some())
            };
            let schemas = resource.spec["schemas"].as_object().unwrap();
            let model = schemas.values().next();
            (has("documented") || has("current"))
                && model.is_some_and(|model| model["x-lomi"]["id"].is_string())
        };
        let others = |resource: &Self| !OTHERS.contains(&resource.name.as_str());
        paths.iter().map(read).filter(|r| others(r) && is_collection(r)).collect()
    }

    /// Method, path and whether it is served, of a verb in a route style.
    fn operation(&self, style: &str, verb: &str) -> Option<(Method, String, bool)> {
        for (path, item) in self.spec["paths"].as_object().unwrap() {
            for (method, entry) in item.as_object().unwrap() {
                let lomi = &entry["x-lomi"];
                if lomi["verb"] == verb && lomi["routes"].as_str().is_none_or(|r| r == style) {
                    let method = method.to_uppercase().parse().unwrap();
                    let letter = if style == "documented" { 'C' } else { 'D' };
                    let served = lomi["generations"].as_str().unwrap().contains(letter);
                    let prefix = if style == "documented" { "/v1" } else { "" };
                    return Some((method, format!("{prefix}{path}"), served));
                }
            }
        }
        None
    }

    /// The fields of its model, and the name of the id.
    fn model(&self) -> (&Map<String, Value>, &str) {
        let schemas = self.spec["schemas"].as_object().unwrap();
        let model = schemas.values().find(|s| s["x-lomi"]["id"].is_string()).unwrap();
        (model["properties"].as_object().unwrap(), model["x-lomi"]["id"].as_str().unwrap())
    }

    /// A body with every field that a generation writes and whose value is plain.
    fn body(&self, letter: char) -> Map<String, Value> {
        let (fields, id) = self.model();
        let mut body = Map::new();
        for (name, field) in fields {
            let is_known = field["x-lomi"]["generations"].as_str().unwrap().contains(letter);
            if !is_known || field["readOnly"] == true || name == id {
                continue;
            }
            let word = WORDS.iter().find(|(known, _)| known == name);
            let value = match (field["type"].as_str(), field["format"].as_str()) {
                _ if word.is_some() => word.unwrap().1.into(),
                _ if field["$ref"].as_str().is_some_and(|r| r.ends_with("/CurrencyCode")) => {
                    "XOF".into()
                }
                _ if field["$ref"].as_str().is_some_and(|r| r.ends_with("/ProductType")) => {
                    "one_time".into()
                }
                (Some("string"), None) => format!("text of {name}").into(),
                (Some("string"), Some("uri")) => "https://example.com/x".into(),
                (Some("string"), Some("email")) => "awa@example.com".into(),
                (Some("number"), _) if name == "discount_percentage" => json!(12.5),
                (Some("number"), _) => "1250.50".parse::<serde_json::Number>().unwrap().into(),
                (Some("boolean"), _) => true.into(),
                (Some("object"), _) => json!({"order": "ORD-1"}),
                (Some("array"), _) if name == "prices" => {
                    json!([{"price_id": PRICE, "amount": 500, "currency_code": "XOF"}])
                }
                _ => continue,
            };
            body.insert(name.clone(), value);
        }
        // Of two names of one field, one is sent.
        if body.contains_key("description") {
            body.remove("public_description");
        }
        body
    }
}

fn shown(resource: &Resource, letter: char) -> impl Iterator<Item = &String> {
    let (fields, id) = resource.model();
    fields
        .iter()
        .filter(move |(name, field)| {
            let is_known = field["x-lomi"]["generations"].as_str().unwrap().contains(letter);
            (is_known && field["writeOnly"] != true) || *name == id
        })
        .map(|(name, _)| name)
}

fn with_id(path: &str, id: &str) -> String {
    format!("{}/{id}", path.rsplit_once("/{").unwrap().0)
}

/// An object of the resource: created over its route, or over the control API.
async fn made(client: &Client, resource: &Resource, style: &str, letter: char) -> (Value, Value) {
    let body = Value::Object(resource.body(letter));
    let create = resource.operation(style, "create").filter(|(_, _, served)| *served);
    match create {
        Some((method, path, _)) if !MONEY.contains(&resource.name.as_str()) => {
            let response = send(client.request(method, &path).json(&body)).await;
            assert_eq!(response.status, 201, "{path}: {}", response.text);
            (body, response.json())
        }
        _ => {
            let mut body = body;
            // The control API selects the environment by this name.
            body.as_object_mut().unwrap().remove("environment");
            let response = client.control(&format!("/objects/{}", resource.name), &body).await;
            assert_eq!(response.status, 200, "{}: {}", resource.name, response.text);
            (body, response.json())
        }
    }
}

/// Lives every served resource of a style; returns their number.
async fn live(style: &str, letter: char) -> usize {
    let client = Client::new();
    let mut lived = 0;
    for resource in Resource::all() {
        let served = |verb| resource.operation(style, verb).filter(|(_, _, served)| *served);
        let Some((_, get, _)) = served("get") else {
            continue;
        };
        let (_, id_field) = resource.model();
        let (sent, created) = made(&client, &resource, style, letter).await;
        let id = created[id_field].as_str().unwrap().to_owned();
        let path = with_id(&get, &id);
        let got = client.get(&path).await;
        assert_eq!(got.status, 200, "{path}: {}", got.text);
        let object = got.json();
        for name in shown(&resource, letter) {
            assert!(object.get(name).is_some(), "{path}: {name} is missing");
            if let Some(value) = sent.get(name) {
                assert_eq!(&object[name], value, "{path}: {name}");
            }
        }
        assert_eq!(object.as_object().unwrap().len(), shown(&resource, letter).count(), "{path}");

        let (_, collection, _) = resource.operation(style, "list").unwrap();
        let listed = client.get(&collection).await;
        assert_eq!(listed.status, 200, "{collection}: {}", listed.text);
        assert!(listed.text.contains(&id), "{collection}: {}", listed.text);

        lived += 1;
        match resource.operation(style, "update") {
            Some((method, update, true)) => {
                let changes = json!({"metadata": {"changed": true}, "name": "Fatou"});
                let path = with_id(&update, &id);
                let changed = send(client.request(method, &path).json(&changes)).await;
                assert_eq!(changed.status, 200, "{path}: {}", changed.text);
                for (name, value) in changes.as_object().unwrap() {
                    if sent.get(name).is_some() && object.get(name).is_some() {
                        assert_eq!(&changed.json()[name], value, "{path}: {name}");
                    }
                }
                assert_eq!(client.get(&path).await.json(), changed.json());
            }
            Some((method, update, false)) => {
                no_route(&client, method, &with_id(&update, &id)).await
            }
            None => {}
        }
        match resource.operation(style, "delete") {
            Some((method, delete, true)) => {
                let path = with_id(&delete, &id);
                let deleted = send(client.request(method.clone(), &path)).await;
                if style == "documented" {
                    assert_eq!((deleted.status, deleted.text.as_str()), (204, ""), "{path}");
                } else {
                    assert_eq!(deleted.status, 200, "{path}");
                    assert!(deleted.json()["message"].is_string());
                }
                assert_eq!(client.get(&path).await.status, 404, "{path}");
                assert_eq!(send(client.request(method, &path)).await.status, 404, "{path}");
            }
            Some((method, delete, false)) => {
                no_route(&client, method, &with_id(&delete, &id)).await
            }
            None => {}
        }
    }
    lived
}

/// The 404 of the router, not of an object.
async fn no_route(client: &Client, method: Method, path: &str) {
    let response = send(client.request(method.clone(), path).json(&json!({}))).await;
    let message = format!("Cannot {method} {path}");
    assert_eq!((response.status, &response.json()["message"]), (404, &message.into()));
}

#[tokio::test]
async fn every_resource_lives_in_the_documented_style() {
    assert_eq!(live("documented", 'C').await, 19);
}

#[tokio::test]
async fn every_resource_lives_in_the_current_style() {
    assert_eq!(live("current", 'D').await, 12);
}

#[tokio::test]
async fn the_prices_of_a_product_are_objects() {
    let client = Client::new();
    let price = json!({"amount": 500, "currency_code": "XOF"});
    let body = json!({"name": "Tea", "product_type": "one_time", "prices": [price]});
    let product = client.post("/products", &body).await.json();
    let id = product["prices"][0]["price_id"].as_str().unwrap();
    let price = client.get(&format!("/v1/prices/{id}")).await.json();
    assert_eq!((&price["product_id"], &price["amount"]), (&product["product_id"], &json!(500)));
}

#[tokio::test]
async fn a_kebab_path_below_v1_is_the_current_style() {
    let client = Client::new();
    let body = json!({"link_type": "instant", "title": "Tea", "currency_code": "XOF"});
    let link = client.post("/v1/payment-links", &body).await;
    assert_eq!(link.status, 201, "{}", link.text);
    let list = client.get("/v1/payment-links").await.json();
    assert_eq!((&list["total"], list["data"].as_array().unwrap().len()), (&json!(1), 1));
    assert_eq!(client.get("/payment-links").await.json(), list);
    let documented = client.get("/v1/payment_links").await.json();
    assert_eq!(documented["pagination"]["total"], 1);
}

#[tokio::test]
async fn routes_that_are_not_served_do_not_exist_in_the_current_style() {
    let client = Client::new();
    let mut absent = 0;
    for resource in Resource::all() {
        for verb in ["create", "get", "list", "update", "delete"] {
            if let Some((method, path, false)) = resource.operation("current", verb) {
                no_route(&client, method, &path.replace("{", "x").replace("}", "")).await;
                absent += 1;
            }
        }
    }
    assert!(absent > 20, "{absent}");
}

#[tokio::test]
async fn wrong_fields_are_refused_in_both_styles() {
    let client = Client::new();
    let mut checked = 0;
    for resource in Resource::all() {
        for (style, letter) in [("documented", 'C'), ("current", 'D')] {
            let Some((method, path, true)) = resource.operation(style, "create") else {
                continue;
            };
            let (fields, _) = resource.model();
            for name in resource.body(letter).keys() {
                let (wrong, said) = match fields[name]["type"].as_str() {
                    Some("number") if fields[name]["x-lomi"]["money"] == true => {
                        (json!(-1), "must not be less than 0")
                    }
                    Some("number") => (json!("1"), "must be a number"),
                    Some("boolean") => (json!("true"), "must be a boolean"),
                    Some("object") => (json!("text"), "must be an object"),
                    None if fields[name]["$ref"].is_string() => (json!("GBP"), "must be one of"),
                    _ => continue,
                };
                let body = json!({ name: wrong });
                let response = send(client.request(method.clone(), &path).json(&body)).await;
                assert_eq!(response.status, 400, "{path} {body}: {}", response.text);
                let expected = format!("{name} {said}");
                assert!(response.text.contains(&expected), "{path} {body}: {}", response.text);
                checked += 1;
            }
        }
    }
    assert!(checked > 100, "{checked}");
}

#[tokio::test]
async fn the_other_environment_sees_nothing() {
    let client = Client::new();
    for resource in Resource::all() {
        let Some((_, get, _)) = resource.operation("documented", "get") else { continue };
        let (_, created) = made(&client, &resource, "documented", 'C').await;
        let id = created[resource.model().1].as_str().unwrap().to_owned();
        let live = client.bare(Method::GET, &with_id(&get, &id));
        let response = send(live.header("X-API-Key", client.sandbox.live_key())).await;
        assert_eq!(
            (response.status, &response.json()["error"]["code"]),
            (404, &"not_found".into())
        );
    }
}
