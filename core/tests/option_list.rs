//! The list of options and error members in `core/spec/options.json` is what this crate has. Each
//! binding has the same test for its language.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::BTreeSet;

use serde_json::Value;

const BUILDER: &str = include_str!("../src/client/builder.rs");
const CALL_OPTIONS: &str = include_str!("../src/request/arguments.rs");
const DOWNLOAD: &str = include_str!("../src/request/download.rs");
const WEBHOOK: &str = include_str!("../src/webhook/verify.rs");
const ERROR: &str =
    concat!(include_str!("../src/error.rs"), include_str!("../src/response/last_state.rs"));

fn list(section: &str) -> Vec<Value> {
    let list: Value = serde_json::from_str(include_str!("../spec/options.json")).unwrap();
    list[section].as_array().unwrap().clone()
}

/// The names that a section of the list has for Rust.
fn listed(section: &str) -> BTreeSet<String> {
    list(section).iter().filter_map(|row| row["rust"].as_str().map(str::to_owned)).collect()
}

/// The public methods in the `impl` blocks of a type whose signature has a receiver and a result.
fn methods(source: &str, of: &str, receiver: &str, result: &str) -> BTreeSet<String> {
    let blocks = source.split("\nimpl").skip(1).filter(|block| {
        block.lines().next().unwrap().split(['<', '>', ' ']).any(|word| word == of)
    });
    blocks
        .map(|block| block.split_once("\n}").unwrap().0)
        .flat_map(|block| block.split("    pub fn ").skip(1))
        .filter_map(|method| {
            let signature = method.split_once(" {").unwrap().0;
            let (name, rest) = signature.split_once('(').unwrap();
            let returned = signature.rsplit_once(" -> ").map_or("", |(_, returned)| returned);
            let given = rest.strip_prefix("mut ").unwrap_or(rest);
            let fits = given.starts_with(receiver) && returned.starts_with(result);
            fits.then(|| name.split('<').next().unwrap().to_owned())
        })
        .collect()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn options_of_a_client() {
    assert_eq!(methods(BUILDER, "ClientBuilder", "self", "Self"), listed("client"));
}

#[test]
fn options_of_a_call() {
    let all = &listed("call") | &listed("wait");
    assert_eq!(methods(CALL_OPTIONS, "CallOptions", "self", "Self"), all);
}

#[test]
fn options_of_a_download() {
    assert_eq!(methods(DOWNLOAD, "DownloadOptions", "self", "Self"), listed("download"));
}

#[test]
fn options_of_a_webhook() {
    let parameters = set(&["payload", "signature", "secrets"]);
    let (_, rest) = WEBHOOK.split_once("pub fn construct_event(").unwrap();
    let (declared, _) = rest.split_once(") ->").unwrap();
    let declared: BTreeSet<String> = declared
        .split(',')
        .filter_map(|one| one.split_once(':'))
        .map(|(name, _)| name.trim().to_owned())
        .filter(|name| name != "options")
        .collect();
    assert_eq!(declared, parameters);
    let options = methods(WEBHOOK, "VerifyOptions", "self", "Self");
    assert_eq!(&options | &parameters, listed("webhook"));
}

#[test]
fn members_of_an_error() {
    // A question, and the sentence in each language, for the bindings.
    let others = set(&["is_outcome_unknown", "sentence"]);
    assert_eq!(&methods(ERROR, "Error", "&self", "") - &others, listed("error"));
}

/// `max_retries` to `maxRetries`.
fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap().to_owned();
    words.fold(first, |name, word| name + &word[..1].to_uppercase() + &word[1..])
}

#[test]
fn an_option_has_one_name_in_the_case_of_each_language() {
    // One method for each header, one object for both hooks; the key is an argument in PHP.
    let others = ["header", "proxy_header", "observer", "apiKey"];
    for section in ["client", "call", "download"] {
        for row in list(section) {
            let name = row["name"].as_str().unwrap();
            for (language, expected) in [
                ("python", name),
                ("node", &camel(name)),
                ("php", name),
                ("rust", name),
                ("ruby", name),
                ("kotlin", &camel(name)),
            ] {
                let Some(given) = row[language].as_str() else { continue };
                assert!(
                    given == expected || others.contains(&given),
                    "{section}: {name} is {given} in {language}"
                );
            }
        }
    }
}
