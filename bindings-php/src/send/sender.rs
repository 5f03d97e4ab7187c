//! Sends a call through the core's own HTTP or through the user's HTTP client. The core applies
//! the same rules to both (retries, deadlines, idempotency keys, limits).

use std::panic::{AssertUnwindSafe, catch_unwind};

use ext_php_rs::types::Zval;
use lomi::binding::run_blocking;
use lomi::binding::{self as core, Target};
use lomi::{CallOptions, Client, Error, Input, Response};

use crate::send::cancellation::attach_cancelled_error;
use crate::send::in_flight::InFlight;
use crate::send::log::warn;
use crate::send::observer::deliver_at_once;
use crate::send::psr18::{self, Certificates};
use crate::send::reporter::Reporter;
use crate::send::signals::{BlockedSignals, check_interrupts};
use crate::zend::{Thrown, is_ending};

/// How an API object sends its calls.
pub(crate) struct Sender {
    pub(crate) client: Client,
    /// The user's HTTP client: Guzzle's, or any of PSR-18.
    pub(crate) http: Option<Zval>,
    pub(crate) certificates: Option<Certificates>,
    /// Who receives the events of calls. Each copy has its own, so that each PHP value in it has
    /// one owner.
    pub(crate) reporter: Option<Box<Reporter>>,
}

impl Sender {
    /// Visits the PHP values that it owns.
    pub(crate) fn references(&self, visit: &mut dyn FnMut(&Zval)) {
        self.http.iter().for_each(&mut *visit);
        if let Some(reporter) = &self.reporter {
            reporter.references(visit);
        }
    }

    /// A copy that counts its own references to the PHP values.
    pub(crate) fn share(&self) -> Self {
        Self {
            client: self.client.clone(),
            http: self.http.as_ref().map(Zval::shallow_clone),
            certificates: self.certificates.clone(),
            reporter: self.reporter.clone(),
        }
    }

    /// Checks a call and prepares it. Nothing is sent.
    pub(crate) fn prepare(
        &self,
        target: Target,
        input: Input,
        options: CallOptions,
    ) -> Result<Box<core::Call>, Thrown> {
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
    ) -> Result<Box<Response>, Thrown> {
        let prepared = self.prepare(target, input, options)?;
        self.run(prepared)
    }

    /// Opens a connection for the next call. The user's HTTP client has connections of its own.
    pub(crate) fn prewarm(&self) -> Result<(), Thrown> {
        if self.http.is_some() {
            return Ok(());
        }
        self.call(Target::Connection, Input::default(), CallOptions::new()).map(drop)
    }

    /// Runs a prepared call.
    pub(crate) fn run(&self, mut prepared: Box<core::Call>) -> Result<Box<Response>, Thrown> {
        let progress = prepared.progress();
        let reporter = self.reporter.as_deref();
        let result = match &self.http {
            Some(http) => {
                if let Some(reporter) = reporter {
                    deliver_at_once(&mut prepared, reporter, None);
                }
                let drive = || {
                    let certificates = self.certificates.as_ref();
                    psr18::drive(&self.client, http, certificates, &mut prepared)
                };
                catch_unwind(AssertUnwindSafe(drive)).unwrap_or_else(|_| {
                    let panic = Error::internal("a defect of the extension (a panic)");
                    Err(prepared.interrupted(panic).into())
                })
            }
            None => run_here(prepared, reporter),
        };
        let result = match result {
            // A hook has ended the script, and nothing can use the result.
            Ok(_) | Err(Thrown::Failure(_)) if reporter.is_some() && is_ending() => {
                Err(Thrown::Pending)
            }
            result => result,
        };
        let result = result.map_err(|thrown| attach_cancelled_error(thrown, &progress))?;
        warn(result.warning().as_slice())?;
        Ok(result)
    }

    /// Starts a prepared call on the worker thread.
    pub(crate) fn start(&self, prepared: Box<core::Call>) -> Result<InFlight, Thrown> {
        InFlight::start(prepared, self.reporter.is_some())
    }

    /// Waits for a call that [`Self::start`] has started.
    pub(crate) fn finish(&self, flight: &mut InFlight) -> Result<Box<Response>, Thrown> {
        let result = flight.wait(self.reporter.as_deref())?;
        warn(result.warning().as_slice())?;
        Ok(result)
    }
}

/// Runs a call through the core's own HTTP, on this thread. Threads that it starts (to resolve a
/// name) inherit the blocked signals, because PHP's handlers must run on PHP's thread.
fn run_here(
    mut prepared: Box<core::Call>,
    reporter: Option<&Reporter>,
) -> Result<Box<Response>, Thrown> {
    let signals = BlockedSignals::new();
    if let Some(reporter) = reporter {
        deliver_at_once(&mut prepared, reporter, Some(signals.before()));
    }
    run_blocking(prepared, || {
        signals.let_through();
        check_interrupts()
    })
}
