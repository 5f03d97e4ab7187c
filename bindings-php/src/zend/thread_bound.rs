//! PHP's values belong to PHP's thread, but what the core keeps of a call may move between threads.

use std::mem::ManuallyDrop;
use std::thread::{self, ThreadId};

/// A value that only the thread that made it can reach. Dropped on another thread, it leaks.
pub(crate) struct ThreadBound<T> {
    value: ManuallyDrop<T>,
    thread: ThreadId,
}

// SAFETY: only the thread that made the value reads or drops it.
unsafe impl<T> Send for ThreadBound<T> {}
// SAFETY: as above.
unsafe impl<T> Sync for ThreadBound<T> {}

impl<T> ThreadBound<T> {
    pub(crate) fn new(value: T) -> Self {
        Self { value: ManuallyDrop::new(value), thread: thread::current().id() }
    }

    /// The value; nothing on another thread.
    pub(crate) fn get(&self) -> Option<&T> {
        (thread::current().id() == self.thread).then_some(&*self.value)
    }
}

impl<T> Drop for ThreadBound<T> {
    fn drop(&mut self) {
        if thread::current().id() == self.thread {
            // SAFETY: dropped once, on its own thread.
            unsafe { ManuallyDrop::drop(&mut self.value) };
        }
    }
}
