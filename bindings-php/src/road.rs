//! The two roads of a call: the core's own HTTP, or an HTTP client of the user's. Every
//! rule (retries, deadlines, idempotency keys, limits) is the core's on both.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use ext_php_rs::ffi::{ext_php_rs_executor_globals, zend_interrupt_function};
use ext_php_rs::types::Zval;
use ext_php_rs::zend::ExecutorGlobals;
use lomi::process::{Bundle, SLICE, wait};
use lomi::{CallOptions, Client, Error, Exchange, Input, Reply, Target};

use crate::configuration::Certificates;
use crate::zend::Thrown;

/// How calls of one API object travel.
pub(crate) struct Road {
    pub(crate) client: Client,
    /// The user's HTTP client: Guzzle's, or any of PSR-18.
    pub(crate) http: Option<Zval>,
    pub(crate) certificates: Option<Certificates>,
    pub(crate) debug_file: Option<String>,
}

impl Road {
    /// The core's own road.
    pub(crate) fn own(client: Client) -> Self {
        Self { client, http: None, certificates: None, debug_file: None }
    }

    /// The same road once more.
    pub(crate) fn share(&self) -> Self {
        Self {
            client: self.client.clone(),
            http: self.http.as_ref().map(Zval::shallow_clone),
            certificates: self.certificates.clone(),
            debug_file: self.debug_file.clone(),
        }
    }

    /// Checks a call and prepares it. Nothing is sent.
    pub(crate) fn prepare(
        &self,
        target: Target,
        input: Input,
        options: CallOptions,
    ) -> Result<Exchange, Thrown> {
        start_bundle()?;
        Ok(self.client.prepare(target, input, options)?)
    }

    /// Makes a call and waits for its end.
    pub(crate) fn call(
        &self,
        target: Target,
        input: Input,
        options: CallOptions,
    ) -> Result<Reply, Thrown> {
        let exchange = self.prepare(target, input, options)?;
        self.run(exchange)
    }

    /// Carries a prepared call out.
    pub(crate) fn run(&self, exchange: Exchange) -> Result<Reply, Thrown> {
        match &self.http {
            Some(http) => crate::foreign_http::drive(self, http, exchange),
            None => wait(lomi::execute(exchange), look),
        }
    }
}

/// The process whose bundle was built by [`start_bundle`].
static STARTED: AtomicU32 = AtomicU32::new(0);

/// Builds the process's runtime with every signal blocked, so that its thread, which
/// inherits the mask, takes none: PHP's handlers must run on PHP's own thread.
pub(crate) fn start_bundle() -> Result<(), Thrown> {
    let pid = std::process::id();
    if STARTED.load(Ordering::Relaxed) == pid {
        return Ok(());
    }
    // SAFETY: plain calls on sets that live on this stack; the old mask is put back.
    let made = unsafe {
        let mut all: libc::sigset_t = std::mem::zeroed();
        let mut before: libc::sigset_t = std::mem::zeroed();
        libc::sigfillset(&raw mut all);
        libc::pthread_sigmask(libc::SIG_SETMASK, &raw const all, &raw mut before);
        let made = Bundle::current().map(|_| ());
        libc::pthread_sigmask(libc::SIG_SETMASK, &raw const before, std::ptr::null_mut());
        made
    };
    made?;
    STARTED.store(pid, Ordering::Relaxed);
    Ok(())
}

/// Lets PHP look at its signals and limits while a call is under way. A handler of the
/// script's own may throw or exit here, which ends the call.
pub(crate) fn look() -> Result<(), Thrown> {
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
        // The engine raises its own fatal error as soon as it has control again.
        let mut error = Error::cancelled();
        error.message = "the script ran into max_execution_time".to_owned();
        return Err(error.into());
    }
    // SAFETY: what the engine itself does at this point; the frame is the running one.
    unsafe {
        if let Some(interrupt) = zend_interrupt_function {
            let globals = ext_php_rs_executor_globals();
            interrupt((*globals).current_execute_data);
        }
    }
    if ExecutorGlobals::has_exception() { Err(Thrown::Pending) } else { Ok(()) }
}

/// Waits, looking.
pub(crate) fn pause(whole: Duration) -> Result<(), Thrown> {
    let until = std::time::Instant::now() + whole;
    loop {
        let left = until.saturating_duration_since(std::time::Instant::now());
        if left.is_zero() {
            return Ok(());
        }
        std::thread::sleep(left.min(SLICE));
        look()?;
    }
}
