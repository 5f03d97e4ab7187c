//! The file descriptor through which the worker thread wakes an event loop.

use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

use pyo3::prelude::*;

/// A descriptor that the event loop watches, and one that wakes the loop.
pub(super) struct Wake {
    write: OwnedFd,
    read: OwnedFd,
}

impl Wake {
    pub(super) fn new() -> PyResult<Self> {
        let (read, write) = descriptors()?;
        Ok(Self { write, read })
    }

    /// The descriptor that the event loop watches for reading.
    pub(super) fn fileno(&self) -> i32 {
        self.read.as_raw_fd()
    }

    /// Wakes the loop.
    pub(super) fn wake(&self) {
        let one = 1_u64.to_ne_bytes();
        // SAFETY: the descriptor is open as long as `self` exists. It cannot fill up: it is
        // written to once between two calls of `clear`.
        unsafe { libc::write(self.write.as_raw_fd(), one.as_ptr().cast(), one.len()) };
    }

    /// Makes the descriptor unreadable again, until the next `wake`.
    pub(super) fn clear(&self) {
        let mut buffer = [0_u8; 64];
        // SAFETY: the buffer is as long as stated. The descriptor does not block.
        unsafe { libc::read(self.read.as_raw_fd(), buffer.as_mut_ptr().cast(), buffer.len()) };
    }
}

/// A pair to read from and to write to: one eventfd, which has both ends.
#[cfg(target_os = "linux")]
fn descriptors() -> PyResult<(OwnedFd, OwnedFd)> {
    // SAFETY: a plain system call; its result is checked and owned once.
    let fd = unsafe { libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK) };
    if fd < 0 {
        return Err(std::io::Error::last_os_error().into());
    }
    // SAFETY: just opened, and nothing else owns it.
    let read = unsafe { OwnedFd::from_raw_fd(fd) };
    let write = read.try_clone()?;
    Ok((read, write))
}

/// A pair to read from and to write to: a pipe.
#[cfg(not(target_os = "linux"))]
fn descriptors() -> PyResult<(OwnedFd, OwnedFd)> {
    let (read, write) = std::io::pipe()?;
    let (read, write) = (OwnedFd::from(read), OwnedFd::from(write));
    for fd in [read.as_raw_fd(), write.as_raw_fd()] {
        // SAFETY: plain system calls on descriptors that are open.
        unsafe {
            let flags = libc::fcntl(fd, libc::F_GETFL);
            libc::fcntl(fd, libc::F_SETFL, flags | libc::O_NONBLOCK);
        }
    }
    Ok((read, write))
}
