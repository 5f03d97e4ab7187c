//! A number by which a process and the children it forks tell their state apart.

/// A number that differs between a process and every child it forks. State that carries another
/// number than this belongs to the parent, and must be neither used nor dropped.
///
/// On Linux it costs one load from memory that the kernel clears in a child. Elsewhere it is made
/// of the process id and a count of forks: a process id alone does not tell a child from its
/// parent, since both may have the same one in different PID namespaces.
pub fn generation() -> u64 {
    #[cfg(target_os = "linux")]
    if let Some(generation) = wiped::generation() {
        return generation;
    }
    counted::generation()
}

#[cfg(target_os = "linux")]
mod wiped {
    use std::ptr;
    use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, Ordering};

    /// The generation of this process, in a page that the kernel clears in a forked child.
    static PAGE: AtomicPtr<AtomicU64> = AtomicPtr::new(ptr::null_mut());

    /// Whether the kernel has no such pages.
    static UNSUPPORTED: AtomicBool = AtomicBool::new(false);

    /// The last generation. A child has a copy, so its numbers are above those of its ancestors,
    /// and it can inherit state only from them.
    static LAST: AtomicU64 = AtomicU64::new(0);

    /// Bytes that are mapped, of which the kernel makes whole pages.
    const SIZE: usize = size_of::<AtomicU64>();

    /// Returns `None` if the kernel cannot clear memory in a child (Linux before 4.14).
    pub(super) fn generation() -> Option<u64> {
        // SAFETY: the pointer is null or was made by `map`, and its page is never unmapped.
        match unsafe { PAGE.load(Ordering::Acquire).as_ref() } {
            Some(page) => Some(current(page)),
            None => first(),
        }
    }

    fn current(page: &AtomicU64) -> u64 {
        match page.load(Ordering::Acquire) {
            0 => {
                let next = LAST.fetch_add(1, Ordering::Relaxed) + 1;
                let set = page.compare_exchange(0, next, Ordering::AcqRel, Ordering::Acquire);
                set.map_or_else(|by_another_thread| by_another_thread, |_| next)
            }
            generation => generation,
        }
    }

    #[cold]
    fn first() -> Option<u64> {
        if UNSUPPORTED.load(Ordering::Relaxed) {
            return None;
        }
        let Some(page) = map() else {
            UNSUPPORTED.store(true, Ordering::Relaxed);
            return None;
        };
        let null = ptr::null_mut();
        if PAGE.compare_exchange(null, page, Ordering::AcqRel, Ordering::Acquire).is_err() {
            // Another thread was first.
            // SAFETY: mapped above with this size, and shared with nobody.
            unsafe { libc::munmap(page.cast(), SIZE) };
        }
        generation()
    }

    /// Maps a page of zeros that the kernel clears in a child.
    fn map() -> Option<*mut AtomicU64> {
        let (access, kind) =
            (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
        // SAFETY: a new mapping, at an address that the kernel chooses.
        let page = unsafe { libc::mmap(ptr::null_mut(), SIZE, access, kind, -1, 0) };
        if page == libc::MAP_FAILED {
            return None;
        }
        // An emulator that ignores every advice also accepts one that does not exist.
        // SAFETY: both calls are about the mapping above.
        let (ignored, wiped) = unsafe {
            (libc::madvise(page, SIZE, -1) == 0, libc::madvise(page, SIZE, libc::MADV_WIPEONFORK))
        };
        if ignored || wiped != 0 {
            // SAFETY: mapped above, and shared with nobody.
            unsafe { libc::munmap(page, SIZE) };
            return None;
        }
        Some(page.cast())
    }
}

mod counted {
    use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

    /// How many forks lie between this process and the one that loaded the library.
    static FORKS: AtomicU32 = AtomicU32::new(0);

    /// Whether the handler that counts forks is registered.
    static COUNTING: AtomicBool = AtomicBool::new(false);

    pub(super) fn generation() -> u64 {
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
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    /// The generation of a child, as its exit status shows the comparison of it with its parent's.
    fn differs_in_child(of: fn() -> u64) -> bool {
        let parent = of();
        // SAFETY: the child calls only what neither allocates nor locks, and ends at once.
        match unsafe { libc::fork() } {
            // SAFETY: it ends the process and nothing else.
            0 => unsafe { libc::_exit(i32::from(of() != parent && of() == of())) },
            child => {
                let mut status = 0;
                // SAFETY: `status` is a local of this type.
                assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
                libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 1 && of() == parent
            }
        }
    }

    #[test]
    fn a_child_has_another_generation_and_the_parent_keeps_its_own() {
        assert!(differs_in_child(generation));
        assert!(differs_in_child(counted::generation));
        assert!(wiped::generation().is_some(), "a kernel from 4.14 clears pages in a child");
    }
}
