//! The sandbox's clock, which a test can move and stop.

use std::sync::atomic::{AtomicI64, Ordering};

use super::time::{Millis, system_now};

const RUNNING: Millis = i64::MIN;

/// A clock that runs at an offset from the system's clock, or is stopped.
#[derive(Debug)]
pub(crate) struct Clock {
    /// Offset from the system's clock.
    offset: AtomicI64,
    /// The time at which it is stopped, or [`RUNNING`].
    stopped_at: AtomicI64,
}

impl Default for Clock {
    fn default() -> Self {
        Self { offset: AtomicI64::new(0), stopped_at: AtomicI64::new(RUNNING) }
    }
}

impl Clock {
    /// A clock in a state that [`Clock::state`] returned.
    pub(crate) fn restored(offset: Millis, stopped_at: Option<Millis>) -> Self {
        Self {
            offset: AtomicI64::new(offset),
            stopped_at: AtomicI64::new(stopped_at.unwrap_or(RUNNING)),
        }
    }

    /// The time now.
    pub(crate) fn now(&self) -> Millis {
        match self.stopped_at.load(Ordering::Relaxed) {
            RUNNING => system_now().saturating_add(self.offset.load(Ordering::Relaxed)),
            at => at,
        }
    }

    /// Offset from the system's clock, and the time at which it is stopped if it is.
    pub(crate) fn state(&self) -> (Millis, Option<Millis>) {
        let stopped = self.stopped_at.load(Ordering::Relaxed);
        (self.offset.load(Ordering::Relaxed), (stopped != RUNNING).then_some(stopped))
    }

    /// Moves it forward, whether it runs or is stopped.
    pub(crate) fn advance(&self, by: Millis) {
        let to = self.now().saturating_add(by);
        self.set(to);
    }

    /// Sets the time; a running clock keeps running, a stopped one stays stopped.
    pub(crate) fn set(&self, to: Millis) {
        if self.stopped_at.load(Ordering::Relaxed) != RUNNING {
            self.stopped_at.store(to, Ordering::Relaxed);
        }
        self.offset.store(to.saturating_sub(system_now()), Ordering::Relaxed);
    }

    /// Stops it at its present time, or lets it run from there.
    pub(crate) fn freeze(&self, frozen: bool) {
        let now = self.now();
        self.offset.store(now.saturating_sub(system_now()), Ordering::Relaxed);
        self.stopped_at.store(if frozen { now } else { RUNNING }, Ordering::Relaxed);
    }

    /// Follows the system's clock again.
    pub(crate) fn real(&self) {
        self.offset.store(0, Ordering::Relaxed);
        self.stopped_at.store(RUNNING, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_moves_stops_and_returns() {
        let clock = Clock::default();
        let start = clock.now();
        clock.advance(3_600_000);
        assert!((3_600_000..3_601_000).contains(&(clock.now() - start)));
        clock.freeze(true);
        clock.set(1_000);
        assert_eq!(clock.now(), 1_000);
        clock.advance(500);
        assert_eq!(clock.now(), 1_500);
        clock.freeze(false);
        assert!((1_500..2_500).contains(&clock.now()), "runs from where it was stopped");
        clock.real();
        assert!((0..1_000).contains(&(clock.now() - start)));
    }
}
