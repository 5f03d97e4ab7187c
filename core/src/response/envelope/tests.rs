use super::*;
use crate::message::Language;
use crate::table::CHECKOUT_SESSION;

fn refused(text: &'static str, returns: Returns) -> Error {
    read(&text.into(), returns, &[], Limits::default()).unwrap_err()
}

fn said(text: &'static str) -> String {
    refused(text, Returns::One(&CHECKOUT_SESSION)).message().to_owned()
}

#[test]
fn json_that_is_not_of_lomi_is_named() {
    for (text, start) in [
        (r#"{"status":"up"}"#, "the response is an object without its id, not one CheckoutSession"),
        ("[1,2]", "the response is a list, not one CheckoutSession"),
        ("true", "the response is a boolean, not one CheckoutSession"),
    ] {
        let said = said(text);
        assert!(said.starts_with(start), "{said}");
        assert!(said.contains("this JSON is not lomi.'s: check base_url"), "{said}");
    }
    let list = refused("[1]", Returns::Page(&CHECKOUT_SESSION));
    assert!(
        list.message().starts_with("an item of the list is a number, not an object; this JSON")
    );
    assert!(said(" ").starts_with("the response is empty; a proxy may have answered"));
    assert!(said("{").starts_with("the response is not JSON: unexpected end"));
}

#[test]
fn an_error_with_a_success_is_what_the_server_says() {
    let text =
        r#"{"error":{"code":"bad_request","message":"No such price\nlomi_sk_test_secret1"}}"#;
    let error = refused(text, Returns::One(&CHECKOUT_SESSION));
    assert!(
        error
            .message()
            .ends_with("although the status is a success: No such price lomi_sk_test_***"),
        "{error}"
    );
    assert_eq!((error.kind(), error.code()), (ErrorKind::UnexpectedResponse, Some("bad_request")));
    assert_eq!(error.server_message(), Some("No such price lomi_sk_test_***"));
    assert!(said(r#"{"error":null,"message":"ok"}"#).contains("not lomi.'s"));
}

#[test]
fn json_above_the_limits_names_the_option() {
    let limits = Limits { depth: 1, ..Limits::default() };
    let error = read(&"[[1]]".into(), Returns::Any, &[], limits).unwrap_err();
    let said = "the response is nested deeper than 1 levels; if the server may send this, raise";
    assert!(error.message().starts_with(said), "{error}");
}

#[test]
fn an_unexpected_response_is_named_in_french() {
    let said = |text| {
        let error = refused(text, Returns::One(&CHECKOUT_SESSION)).in_language(Language::French);
        error.message().to_owned()
    };
    assert_eq!(
        said("[]"),
        "la réponse est une liste, et non un objet CheckoutSession ; ce JSON n'est pas celui de \
         lomi. : vérifiez base_url, et si un proxy répond à la place de l'API"
    );
    assert_eq!(
        said("{\"a\":1,}"),
        "la réponse n'est pas du JSON : chaîne attendue comme nom, ligne 1, colonne 8"
    );
}
