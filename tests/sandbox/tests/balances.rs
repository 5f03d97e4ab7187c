//! What leaves the balance and what comes back to it, over a socket.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use common::money::{balance, confirmed, keyed, paid};
use common::{Client, send};
use reqwest::Method;
use serde_json::{Value, json};

fn transfer(amount: u64) -> Value {
    json!({"amount": amount, "currency_code": "XOF", "destination": "acct_1"})
}

#[tokio::test]
async fn transfers_leave_the_balance_and_reversals_bring_them_back() {
    let client = Client::new();
    paid(&client, 10_000, "WAVE").await;
    let refused = confirmed(&client, "/transfers", "k1", &transfer(10_001)).await;
    assert_eq!((refused.status, &refused.json()["error"]["code"]), (400, &"bad_request".into()));
    assert_eq!(balance(&client).await, json!(10_000));

    let sent = confirmed(&client, "/transfers", "k2", &transfer(4_000)).await;
    assert_eq!(sent.status, 201, "{}", sent.text);
    let sent = sent.json();
    assert_eq!((&sent["status"], &sent["reversed_amount"]), (&json!("posted"), &json!(0)));
    assert_eq!(balance(&client).await, json!(6_000));

    let path = format!("/transfers/{}", sent["id"].as_str().unwrap());
    let back = format!("{path}/reversals");
    let part = confirmed(&client, &back, "k3", &json!({"amount": 1_000})).await;
    assert_eq!(part.json()["transfer_type"], "transfer_reversal", "{}", part.text);
    assert_eq!(balance(&client).await, json!(7_000));
    let more = confirmed(&client, &back, "k4", &json!({"amount": 3_001})).await;
    assert_eq!(more.status, 400, "{}", more.text);
    // Without an amount, all that is left.
    let rest = confirmed(&client, &back, "k5", &json!({})).await;
    assert_eq!(rest.json()["amount"], 3_000, "{}", rest.text);
    assert_eq!(balance(&client).await, json!(10_000));
    let row = client.get_as("e", &path).await.json();
    assert_eq!((&row["status"], &row["reversed_amount"]), (&json!("reversed"), &json!(4_000)));
    assert_eq!(confirmed(&client, &back, "k6", &json!({})).await.status, 400);
    let unknown = confirmed(&client, "/transfers/tr_0/reversals", "k7", &json!({})).await;
    assert_eq!(unknown.status, 404);
}

#[tokio::test]
async fn a_transfer_needs_an_amount_a_currency_and_a_destination() {
    let client = Client::new();
    paid(&client, 10_000, "WAVE").await;
    let mut other = transfer(1);
    other["source_transaction_id"] = "00000000-0000-4000-8000-000000000000".into();
    for (key, body, status) in [
        ("k1", json!({}), 400),
        ("k2", json!({"amount": 1, "currency_code": "XOF"}), 400),
        ("k3", json!({"amount": 0, "currency_code": "XOF", "destination": "acct_1"}), 400),
        ("k4", json!({"amount": 1, "currency_code": "EUR", "destination": "acct_1"}), 400),
        ("k5", other, 404),
    ] {
        let response = confirmed(&client, "/transfers", key, &body).await;
        assert_eq!(response.status, status, "{body}: {}", response.text);
    }
    assert_eq!(balance(&client).await, json!(10_000));
}

#[tokio::test]
async fn instant_settlements_take_what_is_there_once() {
    let client = Client::new();
    paid(&client, 10_000, "WAVE").await;
    let advance =
        |amount: u64| json!({"amount": amount, "currency_code": "XOF", "mode": "advance"});
    let path = "/settlements/instant";
    assert_eq!(confirmed(&client, path, "k1", &advance(10_001)).await.status, 400);
    let made = confirmed(&client, path, "k2", &advance(2_000)).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!(balance(&client).await, json!(8_000));

    let body =
        json!({"destination": "self", "rail": "wave", "amount": 3_000, "currency_code": "XOF"});
    let payout = client.post("/payouts", &body).await.json();
    let rail = |amount: u64| {
        let id = payout["payout_id"].clone();
        json!({"amount": amount, "currency_code": "XOF", "mode": "rail", "payout_id": id})
    };
    assert_eq!(confirmed(&client, path, "k3", &rail(3_001)).await.status, 400);
    assert_eq!(confirmed(&client, path, "k4", &rail(3_000)).await.status, 201);
    assert_eq!(balance(&client).await, json!(5_000), "the payout has taken it already");
    let without = json!({"amount": 1, "currency_code": "XOF", "mode": "rail"});
    assert_eq!(confirmed(&client, path, "k5", &without).await.status, 400);
    assert_eq!(confirmed(&client, path, "k6", &json!({"amount": 1})).await.status, 400);
}

#[tokio::test]
async fn what_was_paid_out_cannot_be_refunded() {
    let client = Client::new();
    let id = paid(&client, 10_000, "WAVE").await;
    let body =
        json!({"destination": "self", "rail": "wave", "amount": 9_000, "currency_code": "XOF"});
    client.post("/payouts", &body).await;
    let refund = json!({"transaction_id": id, "amount": 1_001});
    let refused = client.post("/refunds", &refund).await;
    assert_eq!(refused.status, 400, "{}", refused.text);
    assert!(refused.text.contains("Insufficient balance"), "{}", refused.text);
    let refund = json!({"transaction_id": id, "amount": 1_000});
    assert_eq!(client.post("/refunds", &refund).await.status, 201);
    assert_eq!(balance(&client).await, json!(0));
}

#[tokio::test]
async fn a_failed_payout_returns_once_and_for_all() {
    let client = Client::new();
    paid(&client, 10_000, "WAVE").await;
    let body =
        json!({"destination": "self", "rail": "wave", "amount": 10_000, "currency_code": "XOF"});
    let request = client.request(Method::POST, "/payouts").header("X-Scenario-Key", "pending");
    let payout = send(request.json(&body)).await.json();
    assert_eq!(payout["status"], "pending");
    assert_eq!(balance(&client).await, json!(0), "what is on its way cannot be used again");
    let path = format!("/objects/payouts/{}", payout["payout_id"].as_str().unwrap());
    client.control(&path, &json!({"status": "failed"})).await;
    assert_eq!(balance(&client).await, json!(10_000));
    let again = client.control(&path, &json!({"status": "completed"})).await;
    assert_eq!(again.status, 409, "{}", again.text);
    assert_eq!(balance(&client).await, json!(10_000));

    let request = client.request(Method::POST, "/payouts").header("X-Scenario-Key", "failed");
    assert_eq!(send(request.json(&body)).await.json()["status"], "failed");
    assert_eq!(balance(&client).await, json!(10_000));
}

#[tokio::test]
async fn the_documented_style_takes_no_more_than_there_is_and_keeps_what_moved() {
    let client = Client::new();
    let body = json!({"amount": 400, "currency_code": "XOF"});
    assert_eq!(client.post("/v1/payouts", &body).await.status, 201, "no account yet");
    paid(&client, 1_000, "WAVE").await;
    assert_eq!(balance(&client).await, json!(1_000));
    let more = json!({"amount": 1_001, "currency_code": "XOF"});
    assert_eq!(client.post("/v1/payouts", &more).await.status, 400);
    let payout = client.post("/v1/payouts", &body).await.json();
    assert_eq!(balance(&client).await, json!(600));
    let path = format!("/v1/payouts/{}", payout["payout_id"].as_str().unwrap());
    let changed = send(client.request(Method::PATCH, &path).json(&json!({"amount": 1}))).await;
    assert_eq!(changed.status, 400, "{}", changed.text);
    let unset = json!({"amount": null, "status": null, "metadata": {"a": 1}});
    let changed = send(client.request(Method::PATCH, &path).json(&unset)).await;
    assert_eq!((changed.status, &changed.json()["amount"]), (200, &json!(400)), "{}", changed.text);
    assert_eq!(send(client.request(Method::DELETE, &path)).await.status, 204);
    assert_eq!(client.get(&path).await.status, 404);
    assert_eq!(balance(&client).await, json!(600), "deleting a row moves no money back");
}

#[tokio::test]
async fn a_preview_moves_nothing_and_a_replay_neither() {
    let client = Client::new();
    paid(&client, 10_000, "WAVE").await;
    let preview = keyed(&client, "/transfers", "k1", &transfer(100)).await.json();
    assert_eq!(preview["requires_confirmation"], true);
    assert_eq!(balance(&client).await, json!(10_000));
    let mut body = transfer(100);
    body["confirmation_token"] = preview["confirmation_token"].clone();
    let first = keyed(&client, "/transfers", "k1", &body).await;
    let second = keyed(&client, "/transfers", "k1", &body).await;
    assert_eq!(first.text, second.text);
    assert_eq!(balance(&client).await, json!(9_900));
}
