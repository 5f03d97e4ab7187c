//! Functions of the other language, passed as addresses. uniffi's own callbacks would run on a
//! thread of theirs in Ruby, which a forked process does not have.

use lomi::binding::CallHandle;
use lomi::{Error, ErrorKind, Observer, RequestEvent, ResponseEvent};

use crate::packed::Writer;

/// Asks whether the caller of a blocking call has been interrupted: not 0 ends the call.
type Check = extern "C" fn() -> i32;

/// Takes an event: a value as bytes.
type OnEvent = extern "C" fn(*const u8, usize);

/// The check at an address, which returns the error of a call that is to end. No address, no check.
pub(crate) fn check(address: u64, call: CallHandle) -> impl FnMut() -> Result<(), Error> {
    let address = pointer(address);
    // SAFETY: the other half passes the address of a function of this type, which it keeps until
    // the call returns. 0 is `None`.
    let check = unsafe { std::mem::transmute::<*const (), Option<Check>>(address) };
    move || match check {
        Some(check) if check() != 0 => Err(call.cancelled()),
        _ => Ok(()),
    }
}

/// Passes the events of attempts to a function.
pub(crate) struct ForeignObserver(OnEvent);

impl ForeignObserver {
    /// The observer at an address. No address, no observer.
    pub(crate) fn at(address: u64) -> Option<Self> {
        // SAFETY: the other half passes the address of a function of this type, which it keeps as
        // long as the client. 0 is `None`.
        let on_event =
            unsafe { std::mem::transmute::<*const (), Option<OnEvent>>(pointer(address)) };
        on_event.map(Self)
    }

    fn send(&self, event: &Writer) {
        (self.0)(event.bytes.as_ptr(), event.bytes.len());
    }
}

impl Observer for ForeignObserver {
    fn on_request(&self, event: &RequestEvent<'_>) {
        let mut writer = Writer::with_capacity(256);
        writer.map(|map| {
            map.string("event", Some("request"));
            map.string("operation", Some(event.operation));
            map.string("method", Some(event.method.as_str()));
            map.string("route", Some(event.route));
            map.integer("attempt", Some(event.attempt));
            map.string("idempotency_key", event.idempotency_key);
            map.string("request_id", Some(event.request_id));
        });
        self.send(&writer);
    }

    fn on_response(&self, event: &ResponseEvent<'_>) {
        let mut writer = Writer::with_capacity(512);
        writer.map(|map| {
            map.string("event", Some("response"));
            map.string("operation", Some(event.operation));
            map.string("method", Some(event.method.as_str()));
            map.string("route", Some(event.route));
            map.integer("attempt", Some(event.attempt));
            map.string("idempotency_key", event.idempotency_key);
            map.integer("status", event.status);
            map.string("error", event.failure.map(ErrorKind::class_name));
            map.seconds("elapsed", Some(event.elapsed));
            map.string("request_id", Some(event.request_id));
            map.seconds("retry_in", event.retry_in);
            map.string("text", Some(&event.to_string()));
        });
        self.send(&writer);
    }
}

fn pointer(address: u64) -> *const () {
    std::ptr::with_exposed_provenance(usize::try_from(address).unwrap_or(0))
}
