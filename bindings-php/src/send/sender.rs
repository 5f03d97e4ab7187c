//! The two roads of a call: the core's own HTTP, or an HTTP client of the user's. Every
//! rule (retries, deadlines, idempotency keys, limits) is the core's on both.

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ext_php_rs::ffi::{ext_php_rs_executor_globals, zend_interrupt_function};
use ext_php_rs::types::Zval;
use ext_php_rs::zend::ExecutorGlobals;
use lomi::process::{Bundle, SLICE, run};
use lomi::{CallOptions, Client, Error, Exchange, Input, Reply, Target};

use crate::documented::configuration::Certificates;
use crate::zend::{Array, Thrown, call_function, call_value, caught, guarded, long, string_zval};

/// How calls of one API object travel.
pub(crate) struct Road {
    pub(crate) client: Client,
    /// The user's HTTP client: Guzzle's, or any of PSR-18.
    pub(crate) http: Option<Zval>,
    pub(crate) certificates: Option<Certificates>,
    pub(crate) debug_file: Option<String>,
    /// `LOMI_LOG` asks for a line on standard error for each request.
    pub(crate) logs: bool,
    /// What the user wants told of every request.
    pub(crate) logger: Option<Zval>,
}

impl Road {
    /// The core's own road.
    pub(crate) fn own(client: Client) -> Self {
        Self { client, http: None, certificates: None, debug_file: None, logs: false, logger: None }
    }

    /// The PHP values that it owns.
    pub(crate) fn references(&self, visit: &mut dyn FnMut(&Zval)) {
        self.http.iter().chain(&self.logger).for_each(visit);
    }

    /// The same road once more.
    pub(crate) fn share(&self) -> Self {
        Self {
            client: self.client.clone(),
            http: self.http.as_ref().map(Zval::shallow_clone),
            certificates: self.certificates.clone(),
            debug_file: self.debug_file.clone(),
            logs: self.logs,
            logger: self.logger.as_ref().map(Zval::shallow_clone),
        }
    }

    /// Checks a call and prepares it. Nothing is sent.
    pub(crate) fn prepare(
        &self,
        target: Target,
        input: Input,
        options: CallOptions,
    ) -> Result<Exchange, Thrown> {
        let exchange = self.client.prepare(target, input, options)?;
        warn(exchange.warnings())?;
        Ok(exchange)
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
    pub(crate) fn run(&self, mut exchange: Exchange) -> Result<Reply, Thrown> {
        let progress = exchange.progress();
        let result = match &self.http {
            Some(http) => {
                let drive = || crate::send::psr18::drive(self, http, &mut exchange);
                catch_unwind(AssertUnwindSafe(drive)).unwrap_or_else(|_| {
                    let panic = Error::internal("a defect of the extension (a panic)");
                    Err(exchange.broken_off(panic).into())
                })
            }
            None => run_here(exchange),
        };
        let result = result.map_err(|thrown| crate::send::cancellation::ended(thrown, &progress));
        self.report(&result)?;
        result
    }

    /// Tells of every request of a call that has ended.
    pub(crate) fn report(&self, result: &Result<Reply, Thrown>) -> Result<(), Thrown> {
        if let Ok(reply) = result
            && let Some(warning) = reply.warning()
        {
            warn(&[warning])?;
        }
        let history = match result {
            Ok(reply) => reply.history.as_slice(),
            Err(Thrown::Failure(error)) => error.history.as_slice(),
            Err(_) => return Ok(()),
        };
        if self.logs && self.logger.is_none() {
            log(history);
        }
        if let Some(file) = &self.debug_file {
            debug(file, history)?;
        }
        if let Some(logger) = &self.logger {
            tell(logger, history)?;
        }
        Ok(())
    }
}

/// The core's own road, on this thread. Threads that are started on the way (to look up
/// a name) inherit the blocked signals: PHP's handlers must run on PHP's own thread.
fn run_here(exchange: Exchange) -> Result<Reply, Thrown> {
    let signals = BlockedSignals::new();
    run(exchange, || {
        signals.let_through();
        look()
    })
}

/// The process whose worker thread was started by [`start_worker`].
static STARTED: AtomicU64 = AtomicU64::new(0);

/// Starts the process's worker thread, for calls that run while the script goes on.
pub(crate) fn start_worker() -> Result<(), Thrown> {
    let generation = lomi::process::generation();
    if STARTED.load(Ordering::Relaxed) != generation {
        let _signals = BlockedSignals::new();
        Bundle::current()?;
        STARTED.store(generation, Ordering::Relaxed);
    }
    Ok(())
}

/// While it lives, this thread takes no signals; those that come wait.
struct BlockedSignals {
    before: libc::sigset_t,
}

impl BlockedSignals {
    fn new() -> Self {
        // SAFETY: plain calls on sets that live on this stack.
        unsafe {
            let mut all: libc::sigset_t = std::mem::zeroed();
            let mut before: libc::sigset_t = std::mem::zeroed();
            libc::sigfillset(&raw mut all);
            // A crash is the thread's own.
            for signal in [libc::SIGSEGV, libc::SIGBUS, libc::SIGFPE, libc::SIGILL, libc::SIGABRT] {
                libc::sigdelset(&raw mut all, signal);
            }
            libc::pthread_sigmask(libc::SIG_SETMASK, &raw const all, &raw mut before);
            Self { before }
        }
    }

    /// Takes those that wait.
    fn let_through(&self) {
        // SAFETY: as above.
        unsafe {
            let mut blocked: libc::sigset_t = std::mem::zeroed();
            libc::pthread_sigmask(libc::SIG_SETMASK, &raw const self.before, &raw mut blocked);
            libc::pthread_sigmask(libc::SIG_SETMASK, &raw const blocked, std::ptr::null_mut());
        }
    }
}

impl Drop for BlockedSignals {
    fn drop(&mut self) {
        // SAFETY: as above.
        unsafe {
            libc::pthread_sigmask(libc::SIG_SETMASK, &raw const self.before, std::ptr::null_mut());
        }
    }
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
    guarded(|| unsafe {
        if let Some(interrupt) = zend_interrupt_function {
            let globals = ext_php_rs_executor_globals();
            interrupt((*globals).current_execute_data);
        }
    })?;
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

/// The log of `setDebug(true)`: one line for each request, with nothing private in it. A
/// file that cannot be written does not change what the call came to.
fn debug(file: &str, history: &[lomi::Attempt]) -> Result<(), Thrown> {
    let lines: String = history.iter().map(|attempt| format!("lomi: {attempt}\n")).collect();
    let append = long(8);
    let arguments = &mut [string_zval(file), string_zval(&lines), append];
    caught(call_function("file_put_contents", arguments)).map(drop)
}

/// One line for each request, as every language writes it where it has no log of its own.
fn log(history: &[lomi::Attempt]) {
    let mut out = std::io::stderr().lock();
    for (number, attempt) in history.iter().enumerate() {
        // A log that cannot be written is no failure of the call.
        let _ = writeln!(out, "lomi: {attempt} attempt {}", number + 1);
    }
}

/// Writes sentences to PHP's own log, which `error_log` in php.ini names.
pub(crate) fn warn(sentences: &[String]) -> Result<(), Thrown> {
    for sentence in sentences {
        let line = string_zval(&format!("lomi: warning: {sentence}"));
        drop(caught(call_function("error_log", &mut [line]))?);
    }
    Ok(())
}

/// Tells the user's logger of each request. What it throws is its own affair: the call
/// has had its outcome.
fn tell(logger: &Zval, history: &[lomi::Attempt]) -> Result<(), Thrown> {
    for (number, attempt) in history.iter().enumerate() {
        let mut entry = Array::new();
        entry.set("method", string_zval(attempt.method.as_str()));
        entry.set("route", string_zval(&attempt.route));
        entry.set("status", attempt.status.map_or_else(Zval::null, |s| long(i64::from(s))));
        let failure = attempt.failure.map(lomi::ErrorKind::class_name);
        entry.set("failure", failure.map_or_else(Zval::null, string_zval));
        entry.set("attempt", long(i64::try_from(number + 1).unwrap_or(i64::MAX)));
        let milliseconds = i64::try_from(attempt.elapsed.as_millis()).unwrap_or(i64::MAX);
        entry.set("milliseconds", long(milliseconds));
        entry.set("request_id", string_zval(&attempt.request_id));
        drop(caught(call_value(logger, &mut [entry.finish()]))?);
    }
    Ok(())
}
