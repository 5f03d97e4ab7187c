//! A thread that closes idle connections, while there are any.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::process::is_main_thread;

/// How often idle connections are checked.
const TICK: Duration = Duration::from_secs(1);

/// Whether a thread closes idle connections.
#[derive(Default)]
pub(super) struct Sweeper(AtomicBool);

impl Sweeper {
    /// Starts the thread after a call, unless it runs. `sweep` returns whether any connection is
    /// left; `shared` says whether other calls were in flight at the same time.
    ///
    /// A process with one thread gets no second one, because languages warn when a process with
    /// threads forks: its next call closes old connections.
    pub(super) fn start(
        &'static self,
        shared: bool,
        sweep: impl Fn(Instant) -> bool + Send + 'static,
    ) {
        if !self.0.load(Ordering::Relaxed)
            && (shared || !is_main_thread())
            && !self.0.swap(true, Ordering::AcqRel)
        {
            let thread = std::thread::Builder::new().name("lomi-idle".into());
            if thread.spawn(move || self.run(sweep)).is_err() {
                self.0.store(false, Ordering::Release);
            }
        }
    }

    fn run(&self, sweep: impl Fn(Instant) -> bool) {
        loop {
            std::thread::sleep(TICK);
            self.0.store(false, Ordering::Release);
            // A call that ended meanwhile may have started another sweep.
            if !sweep(Instant::now()) || self.0.swap(true, Ordering::AcqRel) {
                return;
            }
        }
    }
}
