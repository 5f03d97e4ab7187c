//! State of one process, which a forked child does not share.
//!
//! A fork copies memory but no threads: in the child, an inherited runtime would wait forever
//! for threads that do not exist, and an inherited connection is one end shared by two
//! processes. So every static of this crate is a [`PerProcess`]: a child makes its own value on
//! first use. The parent's value is leaked, never dropped: dropping it would deregister the
//! parent's sockets and join threads that are not there.

mod cache;
mod generation;
mod main_thread;

use std::cell::Cell;
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

pub(crate) use cache::Cache;
pub use generation::generation;
pub use main_thread::is_main_thread;

/// A value that every process makes for itself. No lock guards it: at a fork a lock may be held
/// by a thread that the child does not have.
pub(crate) struct PerProcess<T> {
    current: AtomicPtr<Owned<T>>,
    make: fn() -> T,
}

struct Owned<T> {
    generation: u64,
    value: T,
}

impl<T: Send + Sync + 'static> PerProcess<T> {
    pub(crate) const fn new(make: fn() -> T) -> Self {
        Self { current: AtomicPtr::new(ptr::null_mut()), make }
    }

    /// The value of this process, made on first use.
    pub(crate) fn get(&self) -> &'static T {
        let current = self.current.load(Ordering::Acquire);
        // SAFETY: the pointer is null or was made by `Box::into_raw` below, and what it
        // points to is never freed.
        if let Some(owned) = unsafe { current.as_ref() }
            && (THREAD_OF_THIS_PROCESS.get() || owned.generation == generation())
        {
            return &owned.value;
        }
        let owned = Owned { generation: generation(), value: (self.make)() };
        let made = Box::into_raw(Box::new(owned));
        match self.current.compare_exchange(current, made, Ordering::AcqRel, Ordering::Acquire) {
            // SAFETY: just made, and leaked on purpose.
            Ok(_) => unsafe { &(*made).value },
            Err(_) => {
                // Another thread of this process was first; ours was never shared.
                // SAFETY: made above and not shared.
                drop(unsafe { Box::from_raw(made) });
                self.get()
            }
        }
    }
}

thread_local! {
    /// A thread that this crate started: a child does not have it, so it always runs in the
    /// process whose values it has seen.
    static THREAD_OF_THIS_PROCESS: Cell<bool> = const { Cell::new(false) };
}

/// Marks the calling thread as started by this crate, which saves it the check for a fork.
pub(crate) fn mark_own_thread() {
    // The generation must be known before this thread skips the check.
    debug_assert_ne!(generation(), 0);
    THREAD_OF_THIS_PROCESS.set(true);
}
