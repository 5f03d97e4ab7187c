//! Whether Java's half knows the same functions. The JVM itself compares the native methods.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use super::functions;

const KOTLIN: &str = include_str!("../../kotlin/src/main/kotlin/africa/lomi/internal/Bridge.kt");
const RUST: &str = include_str!("functions.rs");

/// The names that Kotlin calls: `call("redact", ...)`, `call<Long>("webhookMaxBody")`.
fn called() -> BTreeSet<&'static str> {
    let callers = ["reply", "call", "of", "made", "function", ">"];
    let parts: Vec<_> = KOTLIN.split("(\"").collect();
    let pairs = parts.iter().zip(parts.iter().skip(1));
    let calls = pairs.filter(|(before, _)| callers.iter().any(|caller| before.ends_with(caller)));
    calls.filter_map(|(_, after)| Some(after.split_once('"')?.0)).collect()
}

/// The names that are known here: `"redact" => ...`.
fn known() -> BTreeSet<&'static str> {
    let arms = RUST.lines().filter_map(|line| line.trim().strip_prefix('"'));
    arms.filter_map(|arm| arm.split_once("\" =>")).map(|(name, _)| name).collect()
}

#[test]
fn kotlin_calls_the_functions_that_are_here() {
    assert!(called().len() > 25, "{:?}", called());
    assert_eq!(called(), known());
}

#[test]
fn a_function_that_is_not_here_is_an_error() {
    let result = functions::call("none", &[]);
    assert!(String::from_utf8_lossy(&result).contains("there is no function none"));
}

#[test]
fn arguments_of_another_type_are_an_error() {
    for name in known() {
        // Two values of null, where most functions want something else: never a panic.
        assert!(!functions::call(name, &[0, 0]).is_empty(), "{name}");
    }
}
