//! The console: what it lists, and what its buttons do.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use common::Client;
use common::money::{balance, paid};
use serde_json::json;

/// The first form of the console with this label: where it is sent, and its fields.
fn form(page: &str, label: &str) -> (String, Vec<(String, String)>) {
    let attribute = |text: &str, name: &str| {
        let (_, rest) = text.split_once(&format!(" {name}=\""))?;
        Some(rest.split('"').next().unwrap().replace("&#x2f;", "/"))
    };
    let end = format!(">{label}</button>");
    let (before, _) = page.split_once(&end).unwrap_or_else(|| panic!("no {label}: {page}"));
    let form = before.rsplit_once("<form").unwrap().1;
    let button = form.rsplit_once("<button").unwrap().1;
    let field = attribute(button, "name").zip(attribute(button, "value"));
    assert!(attribute(button, "aria-label").unwrap().starts_with(label), "{button}");
    (attribute(form, "action").unwrap(), field.into_iter().collect())
}

/// Presses a button.
async fn press(client: &Client, label: &str) {
    let page = client.page("/_sandbox", "en").await;
    let (path, fields) = form(&page.text, label);
    let fields: Vec<_> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let done = client.form(&path, &fields).await;
    assert!(matches!(done.status, 200 | 303), "{path}: {}", done.text);
}

#[tokio::test]
async fn a_transaction_is_refunded_with_one_button() {
    let client = Client::new();
    let id = paid(&client, 10_000, "WAVE").await;
    client.post("/refunds", &json!({"transaction_id": id, "amount": 4_000})).await;
    press(&client, "Refund").await;
    assert_eq!(balance(&client).await, json!(0), "all that was left");
    let page = client.page("/_sandbox", "en").await;
    assert!(!page.text.contains(">Refund</button>"), "there is nothing left to refund");
    // Today's server does not refund Orange Money.
    paid(&client, 500, "ORANGE").await;
    assert!(!client.page("/_sandbox", "en").await.text.contains(">Refund</button>"));
    let unknown = client.control("/transactions/none/refund", &json!({})).await;
    assert_eq!(unknown.status, 404);
}

#[tokio::test]
async fn a_payout_is_made_completed_or_failed() {
    let client = Client::new();
    paid(&client, 10_000, "WAVE").await;
    let made = client.form("/_sandbox/payouts", &[("amount", "2500")]).await;
    assert_eq!(made.json()["status"], "pending", "{}", made.text);
    assert_eq!(balance(&client).await, json!(7_500));
    press(&client, "Complete").await;
    let path = format!("/payouts/{}", made.json()["payout_id"].as_str().unwrap());
    assert_eq!(client.get(&path).await.json()["status"], "completed");
    // The provider returns it later. The other buttons of this name are those of open sessions.
    let page = client.page("/_sandbox", "en").await.text;
    let (path, _) = form(page.split_once("<h2>Payouts</h2>").unwrap().1, "Fail");
    client.form(&path, &[("status", "failed")]).await;
    assert_eq!(balance(&client).await, json!(10_000));
    for wrong in ["10001", "0", "-1", "many"] {
        let refused = client.form("/_sandbox/payouts", &[("amount", wrong)]).await;
        assert_eq!(refused.status, 400, "{wrong}: {}", refused.text);
    }
}

#[tokio::test]
async fn a_subscription_is_renewed_or_its_payment_fails() {
    let client = Client::new();
    let price = json!({"amount": 5_000, "currency_code": "XOF", "billing_interval": "month"});
    let price = client.post("/v1/prices", &price).await.json()["price_id"].clone();
    let body = json!({"status": "active", "price_id": price});
    let id = client.post("/v1/subscriptions", &body).await.json()["subscription_id"].clone();
    let path = format!("/subscriptions/{}", id.as_str().unwrap());
    press(&client, "Renew").await;
    assert_eq!(balance(&client).await, json!(5_000));
    press(&client, "Renewal fails").await;
    assert_eq!(client.get(&path).await.json()["status"], "past_due");
    press(&client, "Renew").await;
    assert_eq!(client.get(&path).await.json()["status"], "active");
    assert_eq!(balance(&client).await, json!(10_000));
}

#[tokio::test]
async fn the_console_has_two_languages() {
    let client = Client::new();
    paid(&client, 10_000, "WAVE").await;
    let french = client.page("/_sandbox", "fr").await.text;
    let english = client.page("/_sandbox?lang=en", "fr").await.text;
    for (page, lang, words) in [
        (&french, "fr", ["Transactions", "Solde", "Rembourser", "Horloge"]),
        (&english, "en", ["Transactions", "Balance", "Refund", "Clock"]),
    ] {
        assert!(page.contains(&format!("<html lang=\"{lang}\">")), "{page}");
        for word in words {
            assert!(page.contains(word), "{lang}: {word}");
        }
        assert!(page.contains("10\u{a0}000"), "{lang}");
    }
    // The lists that the script fetches are in the same language.
    let lists = client.page("/_sandbox/lists?lang=en", "fr").await.text;
    assert!(lists.contains("<h2>Clock</h2>"), "{lists}");
    // Every text of the page is there: a missing one would leave a gap.
    for page in [&french, &english] {
        assert!(!page.contains("<h2></h2>") && !page.contains("></button>"), "{page}");
    }
}
