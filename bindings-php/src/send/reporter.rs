//! Who receives the events of a client's calls: the hooks `on_request` and `on_response`, the
//! `logger`, the debug file and the lines of `LOMI_LOG`.

use ext_php_rs::types::Zval;

use crate::send::event::Event;
use crate::send::hook::Hook;
use crate::send::log::{log_entry, write_debug_file, write_stderr};
use crate::zend::{Thrown, guarded};

/// The receivers of a client's events.
#[derive(Clone, Default)]
pub(crate) struct Reporter {
    pub(crate) on_request: Option<Hook>,
    pub(crate) on_response: Option<Hook>,
    pub(crate) logger: Option<Hook>,
    /// The file of `setDebug(true)`.
    pub(crate) debug_file: Option<String>,
    /// `LOMI_LOG` asks for a line on standard error for each request.
    pub(crate) stderr: bool,
}

impl Reporter {
    /// Visits the PHP values that it owns.
    pub(crate) fn references(&self, visit: &mut dyn FnMut(&Zval)) {
        let hooks = [&self.on_request, &self.on_response, &self.logger];
        hooks.into_iter().flatten().map(Hook::callable).for_each(visit);
    }

    /// The reporter in a box; nothing where it has no receiver, so that calls make no events.
    pub(crate) fn wanted(self) -> Option<Box<Self>> {
        let is_wanted = self.stderr
            || self.debug_file.is_some()
            || self.logger.is_some()
            || self.on_response.is_some()
            || self.on_request.is_some();
        is_wanted.then(|| Box::new(self))
    }

    /// Hands over an event, on PHP's thread. Errors of receivers are dropped; whoever drives the
    /// call checks whether one of them ended the script.
    pub(super) fn deliver(&self, event: &Event) {
        let _ = guarded(|| self.try_deliver(event));
    }

    fn try_deliver(&self, event: &Event) -> Result<(), Thrown> {
        match event {
            Event::Request(attempt) => match &self.on_request {
                Some(hook) => hook.call(attempt.request_event()?),
                None => Ok(()),
            },
            Event::Response(attempt, end) => {
                if self.stderr && self.logger.is_none() {
                    write_stderr(&end.line);
                }
                if let Some(file) = &self.debug_file {
                    write_debug_file(file, &end.line)?;
                }
                if let Some(logger) = &self.logger {
                    logger.call(log_entry(attempt, end))?;
                }
                match &self.on_response {
                    Some(hook) => hook.call(attempt.response_event(end)?),
                    None => Ok(()),
                }
            }
        }
    }
}
