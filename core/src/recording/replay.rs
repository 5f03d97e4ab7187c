//! Answers requests from a recording.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use super::exchange::{Exchange, Received};
use super::mask;
use super::sent::Sent;
use crate::error::Error;
use crate::json;
use crate::messages::recording as messages;
use crate::table::Operation;

/// A recording that is replayed: each attempt is used once.
#[derive(Debug)]
pub(crate) struct Replay {
    /// The attempts in the order of the recording, each with whether it was used.
    attempts: Mutex<Vec<(Exchange, bool)>>,
    /// The base URL of its clients: a host of its own, to which nothing connects.
    pub(crate) base_url: String,
}

impl Replay {
    /// Reads a recording.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| Error::configuration(messages::not_readable(path.display(), error)))?;
        let mut attempts = Vec::new();
        for (number, line) in text.split_inclusive('\n').enumerate() {
            match Exchange::of_line(line.trim_end()) {
                Some(exchange) => attempts.push((exchange, false)),
                // The program that recorded was killed while it wrote its last line.
                None if !line.ends_with('\n') && number > 0 => {}
                None => {
                    let sentence = messages::no_recording(path.display(), number + 1);
                    return Err(Error::configuration(sentence));
                }
            }
        }
        static NUMBER: AtomicU64 = AtomicU64::new(1);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let base = attempts.first().map(|(exchange, _)| exchange.base.as_str());
        let base_url = format!("https://replay-{number}.invalid{}", base.unwrap_or_default());
        Ok(Self { attempts: Mutex::new(attempts), base_url })
    }

    pub(super) fn answer(&self, sent: Sent<'_>) -> Received {
        let (target, body) = (mask::target(sent.target), mask::value(sent.body));
        let mut attempts = self.attempts.lock().unwrap_or_else(PoisonError::into_inner);
        let is_of = |(exchange, _): &(Exchange, bool)| exchange.is_of(sent.method, &target, &body);
        let next = attempts.iter().position(|attempt| !attempt.1 && is_of(attempt));
        if let Some((exchange, is_used)) = next.and_then(|at| attempts.get_mut(at)) {
            *is_used = true;
            return exchange.received.clone();
        }
        // Reading again shows the last state.
        if sent.method == "GET"
            && let Some((exchange, _)) = attempts.iter().rev().find(|attempt| is_of(attempt))
        {
            return exchange.received.clone();
        }
        let recorded = attempts.iter().filter(|(exchange, _)| exchange.operation == sent.name);
        let (mut all, mut left, mut has_route) = (0_usize, 0_usize, false);
        for (exchange, is_used) in recorded {
            all += 1;
            left += usize::from(!is_used);
            has_route |= sent.operation.is_none_or(|operation| {
                route(operation, &exchange.target) == route(operation, &target)
            });
        }
        if all > 0 && !has_route {
            // The recorded server has the operation under another route.
            let path = sent.target.split('?').next().unwrap_or_default();
            let message = format!("Cannot {} {path}", sent.method);
            return Received::json(404, &json!({"statusCode": 404, "message": message}));
        }
        Received::refused(messages::not_recorded(sent.method, target, all, sent.name, left))
    }
}

/// The path of a target with the names of its parameters.
fn route(operation: &Operation, target: &str) -> String {
    let path = target.split('?').next().unwrap_or_default();
    let segments: Vec<&str> = path.split('/').collect();
    let is_route = |template: &[&str]| {
        let start = segments.len().checked_sub(template.len());
        start.and_then(|start| segments.get(start..)).is_some_and(|end| {
            end.iter().zip(template).all(|(part, name)| name.starts_with('{') || part == name)
        })
    };
    for (_, template) in operation.paths {
        let names: Vec<&str> = template.trim_start_matches('/').split('/').collect();
        if is_route(&names) {
            let start = segments.get(..segments.len() - names.len()).unwrap_or_default();
            return [start, &names].concat().join("/");
        }
    }
    path.to_owned()
}
