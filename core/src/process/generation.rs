//! Which process this is. A process id alone does not tell a forked child from its parent:
//! in a new PID namespace both may have the same one.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// How many forks lie between this process and the one that loaded the library.
static FORKS: AtomicU32 = AtomicU32::new(0);

/// The handler that counts forks was registered.
static COUNTING: AtomicBool = AtomicBool::new(false);

/// A number that differs between a process and every child it forks. State that carries
/// another number than this belongs to the parent, and must be neither used nor dropped.
pub fn generation() -> u64 {
    if !COUNTING.load(Ordering::Relaxed) && !COUNTING.swap(true, Ordering::Relaxed) {
        count_forks();
    }
    // The process id tells apart a child that was made without running the handlers.
    u64::from(FORKS.load(Ordering::Relaxed)) << 32 | u64::from(std::process::id())
}

#[cfg(unix)]
fn count_forks() {
    extern "C" fn child() {
        FORKS.fetch_add(1, Ordering::Relaxed);
    }
    // SAFETY: the handler only adds to an atomic, which is allowed between fork and exec. It
    // fails only for want of memory, and then the process id decides alone.
    let _ = unsafe { libc::pthread_atfork(None, None, Some(child)) };
}

#[cfg(not(unix))]
fn count_forks() {}
