//! Where the results of calls wait for an event loop. The worker thread never touches
//! Python: it puts a result into a queue and wakes the loop through a file descriptor
//! that the loop watches; the loop's own thread then makes the Python values. One inbox
//! serves one loop of one process.

use std::collections::VecDeque;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::sync::{Arc, Mutex};

use lomi::process::{Bundle, Started, Waiting};
use lomi::{Error, Exchange, Progress, Reply, execute};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use crate::fault::{Fault, guarded, raise};
use crate::pager::Pager;
use crate::reply::read_reply;
use crate::shapes::Family;

/// One finished call.
struct Landed {
    token: u64,
    family: Family,
    result: Result<Reply, Error>,
}

/// The part that the worker thread and the loop share.
struct Queue {
    landed: Mutex<VecDeque<Landed>>,
    /// Calls that the loop has not taken yet.
    flying: Waiting,
    wakes: OwnedFd,
    woken: OwnedFd,
}

impl Queue {
    /// True where nothing waited yet, so that the loop must be woken.
    fn put(&self, landed: Landed) -> bool {
        let Ok(mut queue) = self.landed.lock() else { return false };
        let first = queue.is_empty();
        queue.push_back(landed);
        first
    }

    fn wake(&self) {
        let one = 1_u64.to_ne_bytes();
        // SAFETY: the descriptor is open as long as the queue lives. It cannot fill up:
        // it is written to once between two readings.
        unsafe { libc::write(self.wakes.as_raw_fd(), one.as_ptr().cast(), one.len()) };
    }

    fn take(&self) -> VecDeque<Landed> {
        let mut room = [0_u8; 64];
        // SAFETY: the buffer is as long as said. An empty descriptor says so at once.
        unsafe { libc::read(self.woken.as_raw_fd(), room.as_mut_ptr().cast(), room.len()) };
        let landed = self.landed.lock().map(|mut queue| std::mem::take(&mut *queue));
        let landed = landed.unwrap_or_default();
        self.flying.end(landed.len());
        landed
    }
}

/// The results that an event loop is waiting for.
#[pyclass(frozen, module = "lomi._lomi")]
pub(crate) struct Inbox {
    queue: Arc<Queue>,
}

#[pymethods]
impl Inbox {
    #[new]
    fn new() -> PyResult<Self> {
        let (woken, wakes) = descriptors()?;
        let queue =
            Arc::new(Queue { landed: Mutex::default(), flying: Waiting::default(), wakes, woken });
        Ok(Self { queue })
    }

    /// What the loop has to watch for reading.
    fn fileno(&self) -> i32 {
        self.queue.woken.as_raw_fd()
    }

    /// Hands every finished call to its future. `waiting` holds, by token, a tuple of
    /// the future and of the pager that asked for a page, or None.
    fn drain(&self, py: Python<'_>, waiting: &Bound<'_, PyDict>) -> PyResult<()> {
        for landed in self.queue.take() {
            let Some(entry) = waiting.get_item(landed.token)? else { continue };
            waiting.del_item(landed.token)?;
            let (future, asked) =
                entry.extract::<(Bound<'_, PyAny>, Option<Bound<'_, Pager>>)>()?;
            let asked = asked.as_ref().map(Bound::get);
            // A walk does not go on for who no longer waits.
            if asked.is_some() && is_done(&future)? {
                continue;
            }
            let told = match guarded(|| value(py, landed.result, landed.family, asked)) {
                Ok(value) => future.call_method1(pyo3::intern!(py, "set_result"), (value,)),
                Err(error) => {
                    let error = error.into_value(py);
                    future.call_method1(pyo3::intern!(py, "set_exception"), (error,))
                }
            };
            // Only a future that was cancelled takes nothing; the others still wait.
            if let Err(error) = told
                && !is_done(&future)?
            {
                return Err(error);
            }
        }
        Ok(())
    }
}

fn is_done(future: &Bound<'_, PyAny>) -> PyResult<bool> {
    future.call_method0(pyo3::intern!(future.py(), "done"))?.is_truthy()
}

fn value<'py>(
    py: Python<'py>,
    result: Result<Reply, Error>,
    family: Family,
    asked: Option<&Pager>,
) -> Result<Bound<'py, PyTuple>, Fault> {
    let reply = match result {
        Ok(reply) => reply,
        Err(error) => return Err(raise(py, &error).into()),
    };
    match asked {
        Some(pager) => pager.accept(py, reply, family),
        None => read_reply(py, reply, family),
    }
}

impl Inbox {
    /// Starts a call.
    pub(crate) fn launch(
        &self,
        token: u64,
        mut exchange: Exchange,
        family: Family,
    ) -> Result<Flight, Error> {
        let progress = exchange.progress();
        let queue = Arc::clone(&self.queue);
        let call = execute(exchange);
        let bundle = Bundle::current()?;
        let alone = queue.flying.begin();
        let started = bundle.start(alone, async move {
            let mut landing = Landing { queue, token, family, stage: Stage::Flying };
            let result = call.await;
            landing.put(result);
            if matches!(landing.stage, Stage::Waiting) {
                // What else came in at the same time goes along with one waking.
                tokio::task::yield_now().await;
            }
        });
        Ok(Flight { call: Mutex::new(Some(started)), progress })
    }
}

/// Sees to it that the loop hears of the call, however the task ends: a panic must not
/// leave the future waiting for ever.
struct Landing {
    queue: Arc<Queue>,
    token: u64,
    family: Family,
    stage: Stage,
}

enum Stage {
    Flying,
    /// In the queue; nobody has woken the loop yet.
    Waiting,
    /// In the queue behind another, who wakes the loop.
    Behind,
}

impl Landing {
    fn put(&mut self, result: Result<Reply, Error>) {
        let landed = Landed { token: self.token, family: self.family, result };
        self.stage = if self.queue.put(landed) { Stage::Waiting } else { Stage::Behind };
    }
}

impl Drop for Landing {
    fn drop(&mut self) {
        if matches!(self.stage, Stage::Flying) {
            self.put(Err(if std::thread::panicking() {
                Error::internal("the native library panicked")
            } else {
                Error::cancelled()
            }));
        }
        if matches!(self.stage, Stage::Waiting) {
            self.queue.wake();
        }
    }
}

/// A call that is under way.
#[pyclass(frozen, module = "lomi._lomi")]
pub(crate) struct Flight {
    /// Dropped, it ends the call.
    call: Mutex<Option<Started>>,
    progress: Progress,
}

#[pymethods]
impl Flight {
    /// Ends the call and frees its connection. Nothing is sent again. Gives the error that
    /// says what is known of the call (its idempotency key, attempts and outcome), and
    /// whether it was a write that may have been carried out.
    fn abort<'py>(&self, py: Python<'py>) -> (Bound<'py, PyAny>, bool) {
        drop(self.take());
        let error = self.progress.cancelled();
        (raise(py, &error).into_value(py).into_bound(py).into_any(), error.is_outcome_unknown())
    }
}

impl Flight {
    fn take(&self) -> Option<Started> {
        self.call.lock().ok().and_then(|mut call| call.take())
    }
}

impl Drop for Flight {
    /// A call that nobody holds goes on.
    fn drop(&mut self) {
        if let Some(call) = self.take() {
            call.detach();
        }
    }
}

/// A pair to read and to write; both ends of one eventfd where there is one.
#[cfg(target_os = "linux")]
fn descriptors() -> PyResult<(OwnedFd, OwnedFd)> {
    // SAFETY: a plain system call; its result is checked and owned once.
    let fd = unsafe { libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK) };
    if fd < 0 {
        return Err(std::io::Error::last_os_error().into());
    }
    // SAFETY: just opened, owned by nobody else.
    let woken = unsafe { OwnedFd::from_raw_fd(fd) };
    let wakes = woken.try_clone()?;
    Ok((woken, wakes))
}

/// A pair to read and to write: a pipe.
#[cfg(not(target_os = "linux"))]
fn descriptors() -> PyResult<(OwnedFd, OwnedFd)> {
    let (woken, wakes) = std::io::pipe()?;
    let (woken, wakes) = (OwnedFd::from(woken), OwnedFd::from(wakes));
    for fd in [woken.as_raw_fd(), wakes.as_raw_fd()] {
        // SAFETY: plain system calls on descriptors that are open.
        unsafe {
            let flags = libc::fcntl(fd, libc::F_GETFL);
            libc::fcntl(fd, libc::F_SETFL, flags | libc::O_NONBLOCK);
        }
    }
    Ok((woken, wakes))
}
