//! What this process has used and holds.

use std::fs;

use crate::Made;

/// CPU so far, user and system, in microseconds.
pub fn cpu() -> f64 {
    // SAFETY: `rusage` is plain numbers, and the call writes only into it.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_SELF, &raw mut usage);
        usage
    };
    let microseconds = |time: libc::timeval| time.tv_sec as f64 * 1e6 + time.tv_usec as f64;
    microseconds(usage.ru_utime) + microseconds(usage.ru_stime)
}

/// Memory now, in bytes.
pub fn memory() -> Made<u64> {
    status("VmRSS:")
}

/// The most memory so far, in bytes.
pub fn highest() -> Made<u64> {
    status("VmHWM:")
}

/// Open descriptors, without the one that reads their folder.
pub fn descriptors() -> Made<usize> {
    Ok(fs::read_dir("/proc/self/fd")?.count() - 1)
}

fn status(name: &str) -> Made<u64> {
    let text = fs::read_to_string("/proc/self/status")?;
    let line = text.lines().find_map(|line| line.strip_prefix(name)).ok_or("no such figure")?;
    Ok(1024 * line.trim().trim_end_matches(" kB").parse::<u64>()?)
}
