//! Whether the calling thread is the main one.

use std::cell::Cell;

use super::generation;

thread_local! {
    /// What is known of this thread, and in which process: a thread that forks is the main one of
    /// the child.
    static KNOWN: Cell<(u64, bool)> = const { Cell::new((0, false)) };
}

/// Whether the calling thread is the main thread of this process. Asks the system once.
pub fn is_main_thread() -> bool {
    let here = generation();
    let (process, known) = KNOWN.get();
    if process == here {
        return known;
    }
    let is_main = ask();
    KNOWN.set((here, is_main));
    is_main
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn ask() -> bool {
    // SAFETY: both calls have no arguments and cannot fail.
    unsafe { libc::gettid() == libc::getpid() }
}

#[cfg(target_vendor = "apple")]
fn ask() -> bool {
    // SAFETY: a plain call that cannot fail.
    unsafe { libc::pthread_main_np() == 1 }
}

/// Not known, so it is treated like the main thread.
#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn ask() -> bool {
    true
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_thread_that_forks_is_the_main_one_of_the_child() {
        assert!(!is_main_thread(), "tests run on threads of their own");
        // SAFETY: the child calls only what neither allocates nor locks, and ends at once.
        match unsafe { libc::fork() } {
            // SAFETY: it ends the process and nothing else.
            0 => unsafe { libc::_exit(i32::from(is_main_thread())) },
            child => {
                let mut status = 0;
                // SAFETY: `status` is a local of this type.
                assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
                assert!(libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 1);
            }
        }
        assert!(!is_main_thread());
    }
}
