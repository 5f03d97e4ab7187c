//! Functions of Ruby, passed as addresses. uniffi's own callbacks would run on a thread of theirs in
//! Ruby, which a forked process does not have.

use lomi::{Observer, RequestEvent, ResponseEvent};

use crate::attempts;
use crate::caller::Blocking;

/// Asks whether the caller of a blocking call has been interrupted: not 0 ends the call.
type Check = extern "C" fn() -> i32;

/// Takes an event: a value as bytes.
type OnEvent = extern "C" fn(*const u8, usize);

/// A caller that asks the function at an address whether it has been interrupted. No address, no
/// question.
pub(crate) fn caller(check_address: u64) -> Blocking<impl FnMut() -> bool> {
    let address = pointer(check_address);
    // SAFETY: the other half passes the address of a function of this type, which it keeps until
    // the call returns. 0 is `None`.
    let check = unsafe { std::mem::transmute::<*const (), Option<Check>>(address) };
    Blocking(move || check.is_some_and(|check| check() != 0))
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

    fn send(&self, event: &[u8]) {
        (self.0)(event.as_ptr(), event.len());
    }
}

impl Observer for ForeignObserver {
    fn on_request(&self, event: &RequestEvent<'_>) {
        self.send(&attempts::request(event));
    }

    fn on_response(&self, event: &ResponseEvent<'_>) {
        self.send(&attempts::response(event));
    }
}

fn pointer(address: u64) -> *const () {
    std::ptr::with_exposed_provenance(usize::try_from(address).unwrap_or(0))
}
