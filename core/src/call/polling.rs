//! Waiting: a read is repeated until its object is in a final state. When to read again is decided
//! here, without I/O: often at first, since most buyers pay within a minute, then less and less.

use crate::messages::call as messages;
use std::time::{Duration, Instant};

use crate::error::{Error, ErrorKind};
use crate::json::Value;
use crate::names;
use crate::response::Response;
use crate::response::typed::read_values;
use crate::table::{Kind, Operation, Returns, Wait};

/// How long a wait takes at most, unless the caller says otherwise.
pub(super) const TIMEOUT: Duration = Duration::from_secs(300);

/// The first pause.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The pauses of the first minute are at most this long: a payment is noticed after 3 s on average.
const EARLY_PAUSE: Duration = Duration::from_secs(6);
const EARLY: Duration = Duration::from_secs(60);
/// Later pauses are at most this long.
const LATE_PAUSE: Duration = Duration::from_secs(60);
/// The last read is made this long before the time is over.
const LAST_READ: Duration = Duration::from_secs(1);
/// A read needs this much time to be of use.
const LEAST_TIME: Duration = Duration::from_millis(50);

/// The wait of one call.
pub(super) struct Polling {
    wait: &'static Wait,
    /// The state to wait for; `None` for any final one.
    until: Option<String>,
    started: Instant,
    pause: Duration,
    /// The read before the end of the time was made.
    is_last: bool,
    /// The last response, whose object is in no final state.
    pub(super) last: Option<Box<Response>>,
}

impl Polling {
    /// Prepares the wait for a state of the operation's object.
    pub(super) fn new(
        operation: Option<&'static Operation>,
        until: &str,
        now: Instant,
    ) -> Result<Self, Error> {
        let found = operation.and_then(|operation| Some((operation, operation.wait.as_ref()?)));
        let Some((operation, wait)) = found else {
            return Err(Error::validation(match operation {
                Some(operation) => messages::no_state_to_wait_for(operation.id),
                None => messages::request_without_state(),
            }));
        };
        let until = match until {
            "final" => None,
            other => {
                check(operation, wait, other)?;
                Some(other.to_owned())
            }
        };
        Ok(Self { wait, until, started: now, pause: FIRST_PAUSE, is_last: false, last: None })
    }

    /// Whether the object of a response has the state that is waited for, or changes no more.
    pub(super) fn is_over(&self, response: &Response) -> bool {
        let Ok(Value::Object(object)) = read_values(response) else { return true };
        let present = |field: &str| object.get(field).is_some_and(|value| *value != Value::Null);
        let state = object.get(self.wait.field).and_then(Value::as_str);
        let is_over =
            |state: &str| self.until.as_deref() == Some(state) || self.wait.done.contains(&state);
        self.wait.present.is_some_and(present) || state.is_some_and(is_over)
    }

    /// The pause before the next read: at least what the server asks for. `left` is the time until
    /// the end of the wait; `None` if no further read is of use.
    pub(super) fn next_pause(
        &mut self,
        now: Instant,
        asked: Option<Duration>,
        left: Duration,
        random_fraction: f64,
    ) -> Option<Duration> {
        if self.is_last {
            return None;
        }
        // Longer by up to 10 %, so that many waits do not read at the same time.
        let pause = self.pause.mul_f64(1.0 + 0.1 * random_fraction);
        let is_early = now.saturating_duration_since(self.started) + pause < EARLY;
        self.pause = match is_early {
            true => (self.pause * 2).min(EARLY_PAUSE),
            false => self.pause.mul_f64(1.5).min(LATE_PAUSE),
        };
        let pause = pause.max(asked.unwrap_or_default());
        let end = LAST_READ.min(left / 4);
        if pause.saturating_add(end) < left {
            return Some(pause);
        }
        self.is_last = true;
        // No read is made earlier than the server asks for.
        let pause = left.saturating_sub(end);
        (end >= LEAST_TIME && asked.is_none_or(|asked| asked <= pause)).then_some(pause)
    }

    /// The error of a wait whose time has passed; `None` if no response came.
    pub(super) fn still_pending(&mut self) -> Option<Error> {
        let last = self.last.take()?;
        let state = match read_values(&last) {
            Ok(Value::Object(object)) => object.get(self.wait.field).cloned(),
            _ => None,
        };
        let message = match state.as_ref().and_then(Value::as_str) {
            Some(state) => messages::still(state),
            None => messages::still_not_final(),
        };
        let mut error = Error::new(ErrorKind::StillPending, message);
        error.inner.status = Some(last.status);
        error.inner.body = Some(last.body.clone());
        error.inner.request_id = Some(last.request_id.clone());
        error.inner.outcome = crate::error::Outcome::Final;
        Some(error.with_last(*last))
    }
}

/// Refuses a state that is almost a known one: the wait for it would never end early.
fn check(operation: &Operation, wait: &Wait, until: &str) -> Result<(), Error> {
    let Returns::One(model) = operation.returns else { return Ok(()) };
    let known = match model.field(wait.field).map(|field| field.kind) {
        Some(Kind::Enum(set)) => set.values,
        _ => wait.done,
    };
    let all = || known.iter().copied().chain(["final"]);
    if known.contains(&until) {
        return Ok(());
    }
    match names::near_miss(until, all()) {
        Some(meant) => Err(Error::validation(messages::no_such_state(until, meant))),
        None if until.is_empty() => Err(Error::validation(messages::empty_state())),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::RETRIEVE_CHECKOUT_SESSION;

    /// The times of the reads of a wait, in seconds from its start.
    fn reads(timeout: f64, random_fraction: f64) -> Vec<f64> {
        let started = Instant::now();
        let operation = Some(&RETRIEVE_CHECKOUT_SESSION);
        let mut polling = Polling::new(operation, "final", started).unwrap();
        let mut at = Duration::ZERO;
        let mut reads = vec![0.0];
        let limit = Duration::from_secs_f64(timeout);
        while let Some(pause) = polling.next_pause(started + at, None, limit - at, random_fraction)
        {
            at += pause;
            reads.push(at.as_secs_f64());
        }
        reads
    }

    #[test]
    fn five_minutes_take_at_most_twenty_reads() {
        for random_fraction in [0.0, 0.5, 1.0] {
            let reads = reads(300.0, random_fraction);
            assert!(reads.len() <= 20, "{reads:?}");
            assert!(reads.last().is_some_and(|last| (298.0..300.0).contains(last)), "{reads:?}");
        }
    }

    #[test]
    fn a_payment_in_the_first_minute_is_noticed_within_three_seconds_on_average() {
        for random_fraction in [0.0, 0.5, 1.0] {
            let reads = reads(300.0, random_fraction);
            // A payment falls into a pause in proportion to its length, and waits half of it.
            let pauses = reads.windows(2).map(|pair| (pair[0], pair[1]));
            let early: Vec<_> = pauses.filter(|(from, _)| *from < 60.0).collect();
            let total: f64 = early.iter().map(|(from, to)| to - from).sum();
            let late: f64 = early.iter().map(|(from, to)| (to - from) * (to - from) / 2.0).sum();
            assert!(late / total <= 3.3, "{}: {reads:?}", late / total);
        }
    }

    #[test]
    fn a_short_wait_reads_until_its_end() {
        for timeout in [0.1, 1.0, 2.0, 5.0, 61.0, 3600.0] {
            let reads = reads(timeout, 0.3);
            let last = *reads.last().unwrap();
            assert!(
                last <= timeout && last >= timeout - 1.0 - timeout / 4.0,
                "{timeout}: {reads:?}"
            );
        }
    }

    #[test]
    fn no_time_is_too_long_to_compare() {
        let started = Instant::now();
        let operation = Some(&RETRIEVE_CHECKOUT_SESSION);
        let mut polling = Polling::new(operation, "final", started).unwrap();
        let left = Duration::from_secs(300);
        assert_eq!(polling.next_pause(started, Some(Duration::MAX), left, 0.5), None);
    }

    #[test]
    fn the_server_decides_how_soon() {
        let now = Instant::now();
        let new = || Polling::new(Some(&RETRIEVE_CHECKOUT_SESSION), "completed", now).unwrap();
        let asked = Some(Duration::from_secs(20));
        let left = Duration::from_secs(60);
        assert_eq!(new().next_pause(now, asked, left, 0.0), asked);
        assert_eq!(new().next_pause(now, asked, Duration::from_secs(10), 0.0), None);
    }

    #[test]
    fn a_state_that_cannot_come_is_refused() {
        let now = Instant::now();
        let refused = |until| Polling::new(Some(&RETRIEVE_CHECKOUT_SESSION), until, now).err();
        assert!(refused("complete").unwrap().message().contains("\"completed\""));
        assert!(refused("").is_some() && refused("frozen").is_none());
        let list = Polling::new(Some(&crate::table::LIST_REFUNDS), "final", now);
        assert!(list.err().unwrap().message().contains("no state to wait for"));
    }
}
