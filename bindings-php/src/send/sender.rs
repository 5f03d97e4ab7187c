//! Sends a call through the core's own HTTP or through the user's HTTP client. The core applies
//! the same rules to both (retries, deadlines, idempotency keys, limits).

use std::panic::{AssertUnwindSafe, catch_unwind};

use ext_php_rs::types::Zval;
use lomi::binding::run_blocking;
use lomi::binding::{self as core, Target};
use lomi::{CallOptions, Client, Error, Input, Response};

use crate::send::log::{call_logger, warn, write_debug_file, write_stderr};
use crate::send::psr18::{self, Certificates};
use crate::send::signals::{BlockedSignals, check_interrupts};
use crate::zend::Thrown;

/// How an API object sends its calls.
pub(crate) struct Sender {
    pub(crate) client: Client,
    /// The user's HTTP client: Guzzle's, or any of PSR-18.
    pub(crate) http: Option<Zval>,
    pub(crate) certificates: Option<Certificates>,
    pub(crate) debug_file: Option<String>,
    /// `LOMI_LOG` asks for a line on standard error for each request.
    pub(crate) logs: bool,
    /// The user's logger, called once for each request.
    pub(crate) logger: Option<Zval>,
}

impl Sender {
    /// Sends through the core's own HTTP.
    pub(crate) fn new(client: Client) -> Self {
        Self { client, http: None, certificates: None, debug_file: None, logs: false, logger: None }
    }

    /// Visits the PHP values that it owns.
    pub(crate) fn references(&self, visit: &mut dyn FnMut(&Zval)) {
        self.http.iter().chain(&self.logger).for_each(visit);
    }

    /// A copy that counts its own references to the PHP values.
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
    ) -> Result<core::Call, Thrown> {
        let prepared = self.client.prepare(target, input, options)?;
        warn(prepared.warnings())?;
        Ok(prepared)
    }

    /// Makes a call and waits for its result.
    pub(crate) fn call(
        &self,
        target: Target,
        input: Input,
        options: CallOptions,
    ) -> Result<Response, Thrown> {
        let prepared = self.prepare(target, input, options)?;
        self.run(prepared)
    }

    /// Runs a prepared call.
    pub(crate) fn run(&self, mut prepared: core::Call) -> Result<Response, Thrown> {
        let progress = prepared.progress();
        let result = match &self.http {
            Some(http) => {
                let drive = || {
                    let certificates = self.certificates.as_ref();
                    psr18::drive(&self.client, http, certificates, &mut prepared)
                };
                catch_unwind(AssertUnwindSafe(drive)).unwrap_or_else(|_| {
                    let panic = Error::internal("a defect of the extension (a panic)");
                    Err(prepared.interrupted(panic).into())
                })
            }
            None => run_here(prepared),
        };
        let result = result
            .map_err(|thrown| crate::send::cancellation::attach_cancelled_error(thrown, &progress));
        self.report(&result)?;
        result
    }

    /// Reports every attempt of a finished call to the logs.
    pub(crate) fn report(&self, result: &Result<Response, Thrown>) -> Result<(), Thrown> {
        if let Ok(response) = result
            && let Some(warning) = response.warning()
        {
            warn(&[warning])?;
        }
        let history = match result {
            Ok(response) => response.history.as_slice(),
            Err(Thrown::Failure(error)) => error.history(),
            Err(_) => return Ok(()),
        };
        if self.logs && self.logger.is_none() {
            write_stderr(history);
        }
        if let Some(file) = &self.debug_file {
            write_debug_file(file, history)?;
        }
        if let Some(logger) = &self.logger {
            call_logger(logger, history)?;
        }
        Ok(())
    }
}

/// Runs a call through the core's own HTTP, on this thread. Threads that it starts (to resolve a
/// name) inherit the blocked signals, because PHP's handlers must run on PHP's thread.
fn run_here(prepared: core::Call) -> Result<Response, Thrown> {
    let signals = BlockedSignals::new();
    run_blocking(prepared, || {
        signals.let_through();
        check_interrupts()
    })
}
