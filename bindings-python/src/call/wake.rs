//! What wakes an event loop: a descriptor that becomes readable, and a thread that waits for a loop that
//! watches no descriptors.

use std::io::{Read, Write};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use pyo3::prelude::*;

#[cfg(target_os = "linux")]
type End = std::fs::File;
#[cfg(all(unix, not(target_os = "linux")))]
type End = std::os::unix::net::UnixStream;
#[cfg(windows)]
type End = std::net::TcpStream;

/// A descriptor that the event loop watches, and one that wakes the loop.
pub(super) struct Wake {
    write: End,
    read: End,
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

/// The state of the thread that waits in place of a loop.
#[derive(Clone, Copy, PartialEq)]
enum Waiting {
    /// There is no such thread.
    Nobody,
    ForResults,
    Woken,
    Ended,
}

impl Wake {
    pub(super) fn new() -> PyResult<Self> {
        let (read, write) = ends()?;
        Ok(Self { write, read, waiting: Mutex::new(Waiting::Nobody), changed: Condvar::new() })
    }

    /// The descriptor that the event loop watches for reading; a socket on Windows.
    #[cfg(unix)]
    pub(super) fn fileno(&self) -> i64 {
        i64::from(std::os::fd::AsRawFd::as_raw_fd(&self.read))
    }
    #[cfg(windows)]
    pub(super) fn fileno(&self) -> i64 {
        std::os::windows::io::AsRawSocket::as_raw_socket(&self.read).cast_signed()
    }

    /// Wakes the loop.
    pub(super) fn wake(&self) {
        let mut waiting = self.waiting();
        if *waiting == Waiting::Nobody {
            // It cannot fill up: it is written to once between two calls of `clear`.
            let _ = (&self.write).write(&1_u64.to_ne_bytes());
        } else if *waiting == Waiting::ForResults {
            *waiting = Waiting::Woken;
            self.changed.notify_all();
        }
    }

    /// Makes the descriptor unreadable again, until the next `wake`.
    pub(super) fn clear(&self) {
        let mut buffer = [0_u8; 64];
        // It does not block.
        let _ = (&self.read).read(&mut buffer);
    }

    /// From now on a thread waits, and nothing is written to the descriptor.
    pub(super) fn watch(&self) {
        *self.waiting() = Waiting::ForResults;
    }

    /// Blocks until `wake`. False after `end`.
    pub(super) fn wait(&self) -> bool {
        let mut waiting = self.waiting();
        while *waiting == Waiting::ForResults {
            waiting = self.changed.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
        let woken = *waiting == Waiting::Woken;
        if woken {
            *waiting = Waiting::ForResults;
        }
        woken
    }

    /// Ends the thread that waits.
    pub(super) fn end(&self) {
        *self.waiting() = Waiting::Ended;
        self.changed.notify_all();
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One eventfd, which has both ends.
#[cfg(target_os = "linux")]
fn ends() -> std::io::Result<(End, End)> {
    use std::os::fd::{FromRawFd, OwnedFd};

    // SAFETY: a plain system call; its result is checked and owned once.
    let fd = unsafe { libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK) };
    if fd < 0 {
        return Err(std::io::Error::last_os_error());
    }
    // SAFETY: just opened, and nothing else owns it.
    let read = End::from(unsafe { OwnedFd::from_raw_fd(fd) });
    let write = read.try_clone()?;
    Ok((read, write))
}

#[cfg(all(unix, not(target_os = "linux")))]
fn ends() -> std::io::Result<(End, End)> {
    let (read, write) = End::pair()?;
    read.set_nonblocking(true)?;
    write.set_nonblocking(true)?;
    Ok((read, write))
}

/// Loops of Windows watch sockets only, and it has no pairs of them.
#[cfg(windows)]
fn ends() -> std::io::Result<(End, End)> {
    let listener = std::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0))?;
    let write = End::connect(listener.local_addr()?)?;
    let read = loop {
        // Another program may connect first.
        let (read, peer) = listener.accept()?;
        if peer == write.local_addr()? {
            break read;
        }
    };
    read.set_nonblocking(true)?;
    write.set_nonblocking(true)?;
    write.set_nodelay(true)?;
    Ok((read, write))
}
