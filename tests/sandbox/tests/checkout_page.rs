//! The hosted page, as a browser without JavaScript uses it.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use common::{Client, Response, documented_a, send};
use reqwest::Method;
use serde_json::{Value, json};

fn shop() -> Value {
    json!({
        "amount": 10000,
        "currency_code": "XOF",
        "title": "Panier <b>du</b> jour",
        "customer_name": "Awa \"A\" Diop",
        "customer_phone": "+221771234567",
        "success_url": "https://shop.test/ok?s={CHECKOUT_SESSION_ID}",
        "cancel_url": "https://shop.test/no?s={{CHECKOUT_SESSION_ID}}",
    })
}

fn plain(response: &Response) -> String {
    response.text.replace('\u{a0}', " ").replace("&nbsp;", " ").replace("&#x2f;", "/")
}

fn to(response: &Response) -> &str {
    assert_eq!(response.status, 303, "{}", response.text);
    response.header("location").unwrap()
}

#[tokio::test]
async fn shows_what_is_sold_in_two_languages_and_escapes_it() {
    let client = Client::new();
    let id = client.session(&shop()).await;
    let french = client.page(&format!("/checkout/{id}"), "fr-FR,fr;q=0.9").await;
    let text = plain(&french);
    assert_eq!(french.status, 200);
    assert!(text.contains("10 000 F CFA") && text.contains("Choisissez comment payer"));
    assert!(text.contains("Panier &lt;b&gt;du&lt;") && !text.contains("<b>du"));
    assert!(text.contains("Awa &quot;A&quot; Diop") && text.contains("+221771234567"));
    assert!(text.contains("<html lang=\"fr\">"));
    let english = client.page(&format!("/checkout/{id}"), "en-GB").await;
    assert!(english.text.contains("Choose how to pay"));
    let chosen = client.page(&format!("/checkout/{id}?lang=en"), "fr").await;
    assert!(chosen.text.contains("Choose how to pay"));
    assert!(french.header("content-security-policy").unwrap().contains("default-src 'none'"));
    // With `no-referrer` a browser sends forms without their origin, which the control API rejects.
    assert_eq!(french.header("referrer-policy"), Some("same-origin"));
}

#[tokio::test]
async fn only_the_allowed_providers_are_offered() {
    let client = Client::new();
    let made = client.post("/v1/checkout-sessions", &documented_a()).await.json();
    let id = made["data"]["checkout_session_id"].as_str().unwrap().to_owned();
    let page = client.page(&format!("/checkout/{id}"), "en").await.text;
    assert!(page.contains("value=\"WAVE\" checked") && page.contains("value=\"ORANGE\""));
    assert!(!page.contains("value=\"MTN\"") && !page.contains("card_number"));
    let wrong = [("provider", "MTN"), ("customer_phone", "+22501020304")];
    let refused = client.form(&format!("/checkout/{id}/pay"), &wrong).await;
    assert_eq!(refused.status, 422);
}

#[tokio::test]
async fn mobile_money_is_approved_on_the_phone() {
    let client = Client::new();
    let id = client.session(&shop()).await;
    let page = format!("/checkout/{id}");
    let fields = [("provider", "WAVE"), ("customer_phone", "+221771234567"), ("lang", "en")];
    let asked = client.form(&format!("{page}/pay"), &fields).await;
    assert_eq!(to(&asked), format!("{page}?lang=en"));
    let prompt = client.page(&page, "en").await;
    assert!(prompt.text.contains("Confirm on your phone"));
    assert_eq!(client.status(&id).await, "open");
    let approved = client.form(&format!("{page}/approve"), &[]).await;
    assert_eq!(to(&approved), format!("https://shop.test/ok?s={id}"));
    assert_eq!(client.status(&id).await, "completed");
    let done = client.page(&page, "fr").await;
    assert!(done.text.contains("Paiement réussi") && done.text.contains("Revenir à la boutique"));
    // A completed session does not change any more.
    assert_eq!(
        to(&client.form(&format!("{page}/refuse"), &[]).await),
        format!("https://shop.test/ok?s={id}")
    );
    assert_eq!(client.status(&id).await, "completed");
}

#[tokio::test]
async fn a_refused_payment_leaves_the_session_open() {
    let client = Client::new();
    let id = client.session(&shop()).await;
    let page = format!("/checkout/{id}");
    let fields = [("provider", "ORANGE"), ("customer_phone", "+221771234567")];
    client.form(&format!("{page}/pay"), &fields).await;
    client.form(&format!("{page}/refuse"), &[]).await;
    let again = client.page(&page, "en").await;
    assert!(again.text.contains("The payment failed") && again.text.contains("role=\"alert\""));
    assert!(again.text.contains("value=\"ORANGE\" checked"));
    assert_eq!(client.status(&id).await, "open");
    let card = [("provider", "CARD"), ("card_number", "4242 4242 4242 4242")];
    assert!(
        to(&client.form(&format!("{page}/pay"), &card).await).starts_with("https://shop.test/ok")
    );
}

#[tokio::test]
async fn cards_behave_by_their_last_digits() {
    let client = Client::new();
    for (ending, said) in [
        ("0002", "The card was declined."),
        ("9995", "There is not enough money on the account."),
        ("0127", "The security code is wrong."),
        ("3155", "Your bank asks you to confirm"),
    ] {
        let id = client.session(&shop()).await;
        let page = format!("/checkout/{id}");
        let number = format!("4000 0000 0000 {ending}");
        client
            .form(&format!("{page}/pay"), &[("provider", "CARD"), ("card_number", &number)])
            .await;
        assert!(client.page(&page, "en").await.text.contains(said), "{ending}");
        assert_eq!(client.status(&id).await, "open");
    }
}

#[tokio::test]
async fn a_pending_payment_can_succeed_later() {
    let client = Client::new();
    let id = client.session(&shop()).await;
    let page = format!("/checkout/{id}");
    client
        .form(&format!("{page}/pay"), &[("provider", "MTN"), ("customer_phone", "0102030405")])
        .await;
    let left = client.form(&format!("{page}/leave"), &[("lang", "en")]).await;
    let left = client.page(to(&left), "en").await;
    assert!(left.text.contains("Payment pending") && left.text.contains("Back to the request"));
    client.control("/clock", &json!({"advance": "2h"})).await;
    assert_eq!(client.status(&id).await, "expired");
    assert_eq!(client.control(&format!("/sessions/{id}/pay"), &json!({})).await.status, 200);
    assert_eq!(client.status(&id).await, "completed");
}

#[tokio::test]
async fn cancelling_redirects_to_the_shop_or_shows_a_page() {
    let client = Client::new();
    let id = client.session(&shop()).await;
    let back = client.form(&format!("/checkout/{id}/cancel"), &[]).await;
    assert_eq!(to(&back), format!("https://shop.test/no?s={id}"));
    assert_eq!(client.status(&id).await, "open");
    let id = client.session(&common::minimal()).await;
    let said = client.form(&format!("/checkout/{id}/cancel?lang=en"), &[]).await;
    assert!(said.status == 200 && said.text.contains("Payment cancelled"));
}

#[tokio::test]
async fn expired_and_unknown_sessions_have_pages() {
    let client = Client::new();
    let id = client.session(&shop()).await;
    client.sandbox.advance_clock(std::time::Duration::from_secs(61 * 60));
    let expired = client.page(&format!("/checkout/{id}"), "fr").await;
    assert!(expired.text.contains("Cette page a expiré") && plain(&expired).contains("/no?s="));
    let late = [("provider", "CARD"), ("card_number", "4242424242424242")];
    let late = client.form(&format!("/checkout/{id}/pay"), &late).await;
    assert!(late.text.contains("Cette page a expiré"));
    for id in ["11111111-2222-4333-8444-555555555555", "nonsense"] {
        let unknown = client.page(&format!("/checkout/{id}"), "en").await;
        assert!(unknown.status == 404 && unknown.text.contains("No such checkout page"));
    }
}

#[tokio::test]
async fn quantity_and_coupon_change_the_total() {
    let client = Client::new();
    let mut body = shop();
    body["allow_quantity"] = true.into();
    body["allow_coupon_code"] = true.into();
    let id = client.session(&body).await;
    let page = format!("/checkout/{id}");
    let update = [("do", "update"), ("quantity", "3"), ("coupon", "lomi10"), ("lang", "en")];
    let updated = client.form(&format!("{page}/pay"), &update).await;
    assert!(plain(&updated).contains("27 000 F CFA") && plain(&updated).contains("3 000 F CFA"));
    for wrong in [("quantity", "0"), ("quantity", "x"), ("coupon", "FREE")] {
        let refused = client.form(&format!("{page}/pay"), &[("do", "update"), wrong]).await;
        assert_eq!(refused.status, 422, "{wrong:?}");
    }
    let pay = [
        ("provider", "CARD"),
        ("card_number", "4242424242424242"),
        ("quantity", "3"),
        ("coupon", "LOMI10"),
    ];
    client.form(&format!("{page}/pay"), &pay).await;
    assert!(plain(&client.page(&page, "fr").await).contains("27 000 F CFA"));
}

#[tokio::test]
async fn form_errors_are_shown_and_input_is_kept() {
    let client = Client::new();
    let mut body = shop();
    body["customer_phone"] = Value::Null;
    body["require_billing_address"] = true.into();
    let id = client.session(&body).await;
    let fields = [
        ("provider", "WAVE"),
        ("customer_email", "nobody"),
        ("customer_city", "Dakar"),
        ("lang", "en"),
    ];
    let refused = client.form(&format!("/checkout/{id}/pay"), &fields).await;
    assert_eq!(refused.status, 422);
    for said in ["at least 8 digits", "valid email", "the city and the country"] {
        assert!(refused.text.contains(said), "{said}");
    }
    assert!(refused.text.contains("value=\"nobody\"") && refused.text.contains("value=\"Dakar\""));
}

#[tokio::test]
async fn the_control_api_rejects_other_origins() {
    let client = Client::new();
    let id = client.session(&shop()).await;
    let path = format!("/_sandbox/sessions/{id}/pay");
    let foreign = client.bare(Method::POST, &path).header("origin", "https://evil.test");
    assert_eq!(send(foreign).await.status, 403);
    assert_eq!(client.status(&id).await, "open");
    let own = client.bare(Method::POST, &path).header("origin", client.sandbox.url());
    assert_eq!(send(own).await.status, 200);
}

#[tokio::test]
async fn the_console_lists_everything_escaped() {
    let client = Client::new();
    client.session(&shop()).await;
    let console = client.page("/_sandbox", "en").await;
    assert!(console.status == 200 && console.text.contains("Panier &lt;b&gt;"));
    assert!(
        plain(&console).contains("POST</strong> /checkout-sessions")
            && !console.text.contains("<b>du")
    );
    assert!(!console.text.contains(client.sandbox.test_key()), "keys are not shown");
}
