//! Sockets and timers of blocking calls: the thread that makes a call waits for them itself, by
//! poll(2). They belong to no runtime, so a connection that one thread opened serves any other, and
//! neither a thread nor an idle connection holds an epoll.
//!
//! While a future is polled, what it waits for is noted in [`CURRENT`]: sockets by
//! [`PolledStream`], the next deadline by [`Alarm`](super::alarm::Alarm).

mod stream;

use std::cell::RefCell;
use std::future::Future;
use std::os::fd::RawFd;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::{Duration, Instant};

pub(super) use stream::{PolledStream, connect};

thread_local! {
    /// What the future that this thread polls at the moment waits for.
    static CURRENT: RefCell<Interests> = const { RefCell::new(Interests::new()) };

    /// Wakes this thread.
    static WAKER: (Arc<Woken>, Waker) = {
        let thread = std::thread::current();
        let woken = Arc::new(Woken { thread, is_woken: AtomicBool::new(false) });
        (Arc::clone(&woken), Waker::from(woken))
    };
}

/// Numbers the turns of all threads. Only compared, so it is safe after a fork.
static TURNS: AtomicU64 = AtomicU64::new(1);

/// A turn that is never the current one.
const NO_TURN: u64 = 0;

/// What a future waits for.
struct Interests {
    /// Each stays until it is ready or closed, as with an epoll.
    sockets: Vec<libc::pollfd>,
    /// The next deadline. It is noted again whenever the future is polled.
    until: Option<Instant>,
    /// The number of this turn: between two waits no socket becomes ready, as far as we look.
    turn: u64,
}

impl Interests {
    const fn new() -> Self {
        Self { sockets: Vec::new(), until: None, turn: NO_TURN }
    }
}

/// Wakes a thread that waits for something else than a socket: a name lookup, or a connection in use.
struct Woken {
    thread: Thread,
    is_woken: AtomicBool,
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !self.is_woken.swap(true, Ordering::AcqRel)
            && self.thread.id() != std::thread::current().id()
        {
            self.thread.unpark();
        }
    }
}

/// The number of the current turn of this thread.
fn turn() -> u64 {
    CURRENT.with_borrow(|current| current.turn)
}

/// Notes that the future waits for a socket.
fn wait_for(socket: RawFd, events: i16) {
    CURRENT.with_borrow_mut(|current| {
        match current.sockets.iter_mut().find(|noted| noted.fd == socket) {
            Some(noted) => noted.events |= events,
            None => current.sockets.push(libc::pollfd { fd: socket, events, revents: 0 }),
        }
    });
}

/// Forgets a socket that is closed now.
fn forget(socket: RawFd) {
    // A thread that ends may have no interests any more, and waits for nothing.
    let _ = CURRENT.try_with(|current| {
        if let Ok(mut current) = current.try_borrow_mut() {
            current.sockets.retain(|noted| noted.fd != socket);
        }
    });
}

/// Notes that the future must be polled again at this time.
pub(super) fn wait_until(at: Instant) {
    CURRENT.with_borrow_mut(|current| {
        current.until = Some(current.until.map_or(at, |until| until.min(at)));
    });
}

/// Polls one future and waits for its sockets and timers, on this thread.
pub(crate) struct Poller {
    interests: Interests,
}

impl Poller {
    pub(crate) fn new() -> Self {
        Self { interests: Interests { turn: next_turn(), ..Interests::new() } }
    }

    /// Polls the future. Futures that are polled within it, by code of the caller's, have their own
    /// interests.
    pub(crate) fn poll<F: Future>(&mut self, future: Pin<&mut F>) -> Poll<F::Output> {
        self.interests.until = None;
        let _polling = Polling::begin(&mut self.interests);
        WAKER.with(|(woken, waker)| {
            woken.is_woken.store(false, Ordering::Release);
            future.poll(&mut Context::from_waker(waker))
        })
    }

    /// Waits until the future can continue, or for `at_most`. Returns whether a signal ended the wait.
    pub(crate) fn wait(&mut self, at_most: Duration) -> bool {
        let left = self.interests.until.map(|at| at.saturating_duration_since(Instant::now()));
        let timeout = left.map_or(at_most, |left| left.min(at_most));
        let is_woken = WAKER.with(|(woken, _)| woken.is_woken.load(Ordering::Acquire));
        let timeout = if is_woken { Duration::ZERO } else { timeout };
        self.interests.turn = next_turn();
        if !self.interests.sockets.is_empty() {
            return self.wait_for_sockets(timeout);
        }
        if !is_woken {
            std::thread::park_timeout(timeout);
        }
        false
    }

    fn wait_for_sockets(&mut self, timeout: Duration) -> bool {
        let sockets = &mut self.interests.sockets;
        // Rounded up: a timer that is polled too early would be waited for once more.
        let milliseconds = timeout.as_micros().div_ceil(1000).try_into().unwrap_or(i32::MAX);
        let count = sockets.len() as libc::nfds_t;
        // SAFETY: the pointer and the length are those of the vector, which poll(2) does not keep. A
        // number that is no open socket any more is reported, and nothing else happens to it.
        let ready = unsafe { libc::poll(sockets.as_mut_ptr(), count, milliseconds) };
        if ready > 0 {
            sockets.retain(|socket| socket.revents == 0);
        }
        // Any other error leads to the same: the future is polled, which finds it out.
        ready < 0 && std::io::Error::last_os_error().kind() == std::io::ErrorKind::Interrupted
    }
}

fn next_turn() -> u64 {
    TURNS.fetch_add(1, Ordering::Relaxed)
}

/// Puts interests in place while a future is polled, and takes them back, also after a panic.
struct Polling<'i>(&'i mut Interests);

impl<'i> Polling<'i> {
    fn begin(interests: &'i mut Interests) -> Self {
        CURRENT.with_borrow_mut(|current| std::mem::swap(current, interests));
        Self(interests)
    }
}

impl Drop for Polling<'_> {
    fn drop(&mut self) {
        CURRENT.with_borrow_mut(|current| std::mem::swap(current, self.0));
    }
}

#[cfg(test)]
mod tests;
