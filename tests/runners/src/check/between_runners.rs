//! Differences between the Rust runner and another one.

use serde_json::Value;

use super::compare::identical;
use super::normalize::{normal_request, normal_result};
use super::recording::Recording;
use crate::scenario::Scenario;

/// A difference between two runners in the same scenario, which may allow both.
pub(crate) fn difference(
    scenario: &Scenario,
    one: &Recording,
    other: &Recording,
) -> Option<String> {
    for (at, (a, b)) in one.requests.iter().zip(&other.requests).enumerate() {
        let (a, b) = (normal_request(a), normal_request(b));
        if a != b {
            let line = a.lines().zip(b.lines()).find(|(a, b)| a != b);
            return Some(format!("request {} differs from the Rust one: {line:?}", at + 1));
        }
    }
    let (Some(a), Some(b)) = (&one.result, &other.result) else { return None };
    let (a, b) = (normal_result(scenario, a, one), normal_result(scenario, b, other));
    a.iter().find_map(|(name, value)| {
        let found = b.get(name).unwrap_or(&Value::Null);
        (!identical(value, found))
            .then(|| format!("{name} differs from the Rust one: {value:.300} and {found:.300}"))
    })
}
