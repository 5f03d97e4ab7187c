//! PHP's signals and limits while a call waits.

use std::time::Duration;

use ext_php_rs::ffi::{ext_php_rs_executor_globals, zend_interrupt_function};
use ext_php_rs::zend::ExecutorGlobals;
use lomi::Error;
use lomi::binding::CHECK_INTERVAL;

use crate::zend::{Thrown, guarded, is_ending};

/// The signals that a thread blocks.
#[derive(Clone, Copy)]
pub(super) struct SignalMask(libc::sigset_t);

impl SignalMask {
    /// Runs code on this thread with this mask in place of the present one.
    pub(super) fn during(&self, run: impl FnOnce()) {
        // SAFETY: plain calls on sets that live on this stack.
        unsafe {
            let mut present: libc::sigset_t = std::mem::zeroed();
            libc::pthread_sigmask(libc::SIG_SETMASK, &raw const self.0, &raw mut present);
            run();
            libc::pthread_sigmask(libc::SIG_SETMASK, &raw const present, std::ptr::null_mut());
        }
    }
}

/// Blocks signals on this thread until it is dropped; they stay pending.
pub(super) struct BlockedSignals {
    before: SignalMask,
}

impl BlockedSignals {
    pub(super) fn new() -> Self {
        // SAFETY: plain calls on sets that live on this stack.
        unsafe {
            let mut all: libc::sigset_t = std::mem::zeroed();
            let mut before: libc::sigset_t = std::mem::zeroed();
            libc::sigfillset(&raw mut all);
            // Signals of a crash cannot be deferred.
            for signal in [libc::SIGSEGV, libc::SIGBUS, libc::SIGFPE, libc::SIGILL, libc::SIGABRT] {
                libc::sigdelset(&raw mut all, signal);
            }
            libc::pthread_sigmask(libc::SIG_SETMASK, &raw const all, &raw mut before);
            Self { before: SignalMask(before) }
        }
    }

    /// Delivers the pending signals.
    pub(super) fn let_through(&self) {
        self.before.during(|| ());
    }

    /// The script's own mask.
    pub(super) fn before(&self) -> SignalMask {
        self.before
    }
}

impl Drop for BlockedSignals {
    fn drop(&mut self) {
        // SAFETY: as above.
        unsafe {
            let before = &raw const self.before.0;
            libc::pthread_sigmask(libc::SIG_SETMASK, before, std::ptr::null_mut());
        }
    }
}

/// Lets PHP handle its signals and time limit while a call is in flight. A signal handler of the
/// script may throw or exit here, which ends the call; so does a hook that has ended the script.
pub(crate) fn check_interrupts() -> Result<(), Thrown> {
    if is_ending() {
        return Err(Thrown::Pending);
    }
    // SAFETY: the globals of this thread; both flags are one byte that signal handlers set.
    let (interrupted, timed_out) = unsafe {
        let globals = ext_php_rs_executor_globals();
        let interrupted = (&raw mut (*globals).vm_interrupt).cast::<bool>();
        let timed_out = (&raw const (*globals).timed_out).cast::<bool>().read_volatile();
        let was = interrupted.read_volatile();
        if was && !timed_out {
            interrupted.write_volatile(false);
        }
        (was, timed_out)
    };
    if !interrupted {
        return Ok(());
    }
    if timed_out {
        // The engine raises its own fatal error when this call returns.
        let error = Error::cancelled().with_message("the script ran into max_execution_time");
        return Err(error.into());
    }
    // SAFETY: what the engine itself does at this point; the frame is the running one.
    guarded(|| unsafe {
        if let Some(interrupt) = zend_interrupt_function {
            let globals = ext_php_rs_executor_globals();
            interrupt((*globals).current_execute_data);
        }
    })?;
    if ExecutorGlobals::has_exception() { Err(Thrown::Pending) } else { Ok(()) }
}

/// Sleeps, and checks for interrupts in between.
pub(crate) fn sleep(whole: Duration) -> Result<(), Thrown> {
    let until = std::time::Instant::now() + whole;
    loop {
        let left = until.saturating_duration_since(std::time::Instant::now());
        if left.is_zero() {
            return Ok(());
        }
        std::thread::sleep(left.min(CHECK_INTERVAL));
        check_interrupts()?;
    }
}
