//! What a process needs to talk: runtimes and their HTTP clients, found by process id.
//! Calls that are awaited share one worker thread, which a single call meets only when
//! its answer is there; a blocking call is driven by the thread that makes it.
//!
//! A fork copies memory but no threads: an inherited runtime would wait for ever for
//! workers that do not exist here, and an inherited connection is one end shared by two
//! processes. So the child builds a bundle of its own on its first call. The parent's
//! is forgotten, never dropped: dropping would close the parent's sockets' registrations
//! and join threads that are not there.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use async_task::{FallibleTask, Runnable};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::yield_now;
use tokio::time::timeout;

use crate::client::drive;
use crate::error::Error;
use crate::exchange::{Exchange, Memory};
use crate::reply::Reply;
use crate::tls::Credentials;
use crate::transport::Pool;

/// How long a blocking call waits between looks at its interpreter (signals, limits).
pub const SLICE: Duration = Duration::from_millis(50);

/// How often the worker thread looks for connections to close.
const TICK: Duration = Duration::from_secs(1);

/// What belongs to one process.
struct Process {
    pid: u32,
    /// What was learnt, by base URL.
    memories: Mutex<HashMap<String, Memory>>,
    /// Whom to trust, by the caller's own certificates: reading a system's store costs
    /// milliseconds.
    tls: Mutex<HashMap<Credentials, rustls::ClientConfig>>,
    bundle: OnceLock<Bundle>,
}

/// The worker thread of a process and its connections.
pub struct Bundle {
    pid: u32,
    runtime: Runtime,
    /// Calls that can go on, for the worker.
    ready: UnboundedSender<Runnable>,
    pool: Pool,
    /// Calls of Rust programs; other languages count their own.
    pub(crate) awaited: Waiting,
    /// A task closes connections that stay idle.
    sweeping: AtomicBool,
}

/// The process that made it. No lock guards it: at a fork a lock may be held by a
/// thread that the child does not have.
static PROCESS: AtomicPtr<Process> = AtomicPtr::new(std::ptr::null_mut());

thread_local! {
    /// This is the worker thread of a process: a child of that process does not have it.
    static IS_WORKER: Cell<bool> = const { Cell::new(false) };
}

/// This process, made on the first call.
fn process() -> &'static Process {
    let found = PROCESS.load(Ordering::Acquire);
    if IS_WORKER.get() {
        // SAFETY: as below.
        if let Some(process) = unsafe { found.as_ref() } {
            return process;
        }
    }
    let pid = std::process::id();
    // SAFETY: the pointer is null or was made by `Box::into_raw` below, and what it
    // points to is never freed.
    if let Some(process) = unsafe { found.as_ref() }
        && process.pid == pid
    {
        return process;
    }
    let made =
        Process { pid, memories: Mutex::default(), tls: Mutex::default(), bundle: OnceLock::new() };
    let made = Box::into_raw(Box::new(made));
    match PROCESS.compare_exchange(found, made, Ordering::AcqRel, Ordering::Acquire) {
        // SAFETY: just made, and leaked on purpose.
        Ok(_) => unsafe { &*made },
        Err(_) => {
            // Another thread of this process was first; ours was never seen by anyone.
            // SAFETY: made above and not shared.
            drop(unsafe { Box::from_raw(made) });
            process()
        }
    }
}

/// What this process knows about a base URL.
pub(crate) fn memory(base_url: &str) -> Memory {
    match process().memories.lock() {
        Ok(mut memories) => match memories.get(base_url) {
            Some(memory) => memory.clone(),
            None => memories.entry(base_url.to_owned()).or_default().clone(),
        },
        Err(_) => Memory::default(),
    }
}

/// Keeps the spelling that a base URL answered to.
pub(crate) fn remember(base_url: &str, spelling: usize) {
    if let Ok(mut memories) = process().memories.lock()
        && let Some(memory) = memories.get_mut(base_url)
    {
        memory.spelling = Some(spelling);
    }
}

/// How to prove who a server is, and who we are. Its parts are shared by all copies.
pub(crate) fn tls(credentials: &Credentials) -> Result<rustls::ClientConfig, Error> {
    let mut made =
        process().tls.lock().map_err(|_| Error::internal("the certificates are locked"))?;
    if let Some(config) = made.get(credentials) {
        return Ok(config.clone());
    }
    let config = crate::tls::config(credentials)?;
    made.insert(credentials.clone(), config.clone());
    Ok(config)
}

impl Bundle {
    /// The bundle of this process, built on the first call that is awaited.
    pub fn current() -> Result<&'static Self, Error> {
        let process = process();
        if let Some(bundle) = process.bundle.get() {
            return Ok(bundle);
        }
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("lomi")
            .on_thread_start(|| IS_WORKER.set(true))
            .enable_io()
            .enable_time()
            .build()
            .map_err(no_runtime)?;
        let (ready, calls) = unbounded_channel();
        drop(runtime.spawn(carry_on(calls)));
        let bundle = Self {
            pid: process.pid,
            runtime,
            ready,
            pool: Pool::default(),
            awaited: Waiting::default(),
            sweeping: AtomicBool::default(),
        };
        if let Err(second) = process.bundle.set(bundle) {
            second.runtime.shutdown_background();
        }
        process.bundle.get().ok_or_else(|| Error::internal("the bundle is gone"))
    }

    /// Carries a call out; has to be polled by `start`.
    pub(crate) async fn drive(&'static self, exchange: &mut Exchange) -> Result<Reply, Error> {
        // Names, certificates and handshakes take their time.
        if !IS_WORKER.get() && !self.pool.is_warm(&exchange.config().destination) {
            yield_now().await;
        }
        let result = drive(exchange, &self.pool).await;
        if !self.sweeping.swap(true, Ordering::AcqRel) {
            drop(self.runtime.spawn(self.sweep()));
        }
        result
    }

    /// Closes connections that stay idle, until there is none.
    ///
    /// It looks often, although little is to be done: while a timer is due soon, those that
    /// each call sets for much later do not wake the thread that waits for the first one.
    async fn sweep(&'static self) {
        loop {
            tokio::time::sleep(TICK).await;
            self.sweeping.store(false, Ordering::Release);
            let some_left = self.pool.sweep(Instant::now());
            // A call that ended meanwhile may have started another sweep.
            if !some_left || self.sweeping.swap(true, Ordering::AcqRel) {
                return;
            }
        }
    }

    /// Starts a call, for the worker to carry out.
    ///
    /// Of a call that is `alone`, what can be done without waiting is done at once, by the
    /// thread that asks for it: over an open connection that is all up to the answer, and
    /// the worker is not woken for less. While its caller waits for other calls as well,
    /// the worker is better left to do many in one go.
    pub fn start<T: Send + 'static>(
        &'static self,
        alone: bool,
        call: impl Future<Output = T> + Send + 'static,
    ) -> Started<T> {
        let (runnable, task) = async_task::spawn(call, |runnable| {
            // The worker ends only with its process.
            let _ = self.ready.send(runnable);
        });
        if alone {
            let _runtime = self.runtime.enter();
            go_on(runnable);
        } else {
            runnable.schedule();
        }
        Started { task: Some(task.fallible()), pid: self.pid }
    }
}

/// A call that was started. Dropped, it ends, and its connection is freed; but what a
/// forked child holds of it is its parent's, and goes on there.
pub struct Started<T = ()> {
    /// Nothing only when it is let go of.
    task: Option<FallibleTask<T>>,
    pid: u32,
}

impl<T> Started<T> {
    /// Lets the call go on, whoever drops this.
    pub fn detach(mut self) {
        if let Some(task) = self.task.take() {
            task.detach();
        }
    }

    /// What it came to; nothing where it ended in a panic.
    pub(crate) async fn end(mut self) -> Option<T> {
        match &mut self.task {
            Some(task) => task.await,
            None => None,
        }
    }
}

impl<T> Drop for Started<T> {
    fn drop(&mut self) {
        if let Some(task) = self.task.take()
            && !task.is_finished()
            && self.pid != std::process::id()
        {
            std::mem::forget(task);
        }
    }
}

/// How many calls somebody waits for.
#[derive(Debug, Default)]
pub struct Waiting(AtomicUsize);

impl Waiting {
    /// One more, of which it says whether it is alone.
    pub fn begin(&self) -> bool {
        self.0.fetch_add(1, Ordering::Relaxed) == 0
    }

    /// So many were handed over. Says whether they were the last ones.
    pub fn end(&self, count: usize) -> bool {
        self.0.fetch_sub(count, Ordering::Relaxed) == count
    }

    /// Whether there is more than one.
    pub fn is_many(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 1
    }
}

/// What the worker does: calls that can go on do.
async fn carry_on(mut calls: UnboundedReceiver<Runnable>) {
    while let Some(call) = calls.recv().await {
        go_on(call);
    }
}

/// A call that panics ends; whoever runs it does not.
fn go_on(call: Runnable) {
    let _ = catch_unwind(AssertUnwindSafe(|| call.run()));
}

fn no_runtime(error: std::io::Error) -> Error {
    Error::internal(format!("no runtime can be started: {error}"))
}

/// What one thread carries its own calls out with. Driving a call on the thread that
/// waits for it costs about half of handing it to another one and back. Connections
/// that are idle between calls are looked at when the next call starts.
struct Own {
    pid: u32,
    /// Nothing only after `drop`.
    parts: Option<(Runtime, Pool)>,
}

impl Own {
    fn new(pid: u32) -> Result<Self, Error> {
        let runtime =
            Builder::new_current_thread().enable_io().enable_time().build().map_err(no_runtime)?;
        Ok(Self { pid, parts: Some((runtime, Pool::default())) })
    }
}

impl Own {
    fn carry_out<E: From<Error>>(
        &self,
        mut exchange: Exchange,
        mut look: impl FnMut() -> Result<(), E>,
    ) -> Result<Reply, E> {
        let Some((runtime, pool)) = &self.parts else {
            return Err(Error::internal("this thread has ended").into());
        };
        let stopped = {
            let mut call = pin!(async {
                // Connections that the server closed since the last call are noticed
                // here, and not by writing a request to them.
                settle().await;
                drive(&mut exchange, pool).await
            });
            loop {
                let slice = async { timeout(SLICE, &mut call).await };
                match runtime.block_on(slice) {
                    Ok(result) => return result.map_err(E::from),
                    // Outside the runtime: what looks may run code that calls again.
                    Err(_) => {
                        if let Err(stop) = look() {
                            break stop;
                        }
                    }
                }
            }
        };
        Err(stopped)
    }
}

/// Lets the runtime see what happened to its sockets.
async fn settle() {
    yield_now().await;
}

impl Drop for Own {
    fn drop(&mut self) {
        // In a forked child these are the parent's: closing them would take its sockets
        // out of an epoll that both share.
        if self.pid != std::process::id() {
            std::mem::forget(self.parts.take());
        }
    }
}

thread_local! {
    static OWN: RefCell<Option<Own>> = const { RefCell::new(None) };
}

/// Takes what this thread has, or makes it; a second call within a call makes another.
fn own() -> Result<Own, Error> {
    let pid = std::process::id();
    let kept = OWN.try_with(|own| own.try_borrow_mut().ok()?.take()).ok().flatten();
    match kept {
        Some(own) if own.pid == pid => Ok(own),
        _ => Own::new(pid),
    }
}

/// Carries a call out while the calling thread waits. Between slices `look` is asked
/// whether to go on; its error ends the call and frees its connection.
pub fn run<E: From<Error>>(
    exchange: Exchange,
    look: impl FnMut() -> Result<(), E>,
) -> Result<Reply, E> {
    let own = own()?;
    let result = catch_unwind(AssertUnwindSafe(|| own.carry_out(exchange, look)))
        .unwrap_or_else(|_| Err(Error::internal("a call ended in a panic").into()));
    // Gone only while the thread itself ends; then there is no next call.
    let _ = OWN.try_with(|kept| kept.try_borrow_mut().map(|mut kept| kept.replace(own)));
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_bundle_serves_all_threads() {
        let here = std::ptr::from_ref(Bundle::current().unwrap()).addr();
        let there: Vec<_> = (0..8)
            .map(|_| std::thread::spawn(|| std::ptr::from_ref(Bundle::current().unwrap()).addr()))
            .collect();
        assert!(there.into_iter().all(|thread| thread.join().unwrap() == here));
    }

    /// A listener that takes connections and never answers.
    fn silent() -> std::net::TcpListener {
        std::net::TcpListener::bind("127.0.0.1:0").unwrap()
    }

    fn call_to(listener: &std::net::TcpListener) -> Exchange {
        let client = crate::Client::with(crate::ConfigBuilder {
            key_optional: true,
            base_url: Some(format!("http://{}", listener.local_addr().unwrap())),
            ..crate::ConfigBuilder::default()
        });
        let target = crate::Target::Operation(crate::generated::OPERATIONS[2]);
        client.unwrap().prepare(target, Default::default(), Default::default()).unwrap()
    }

    #[test]
    fn a_call_can_be_ended_while_it_waits() {
        let listener = silent();
        let started = std::time::Instant::now();
        let result = run(call_to(&listener), || Err(Error::cancelled()));
        assert_eq!(result.unwrap_err().kind, crate::ErrorKind::Cancelled);
        assert!(started.elapsed() < Duration::from_secs(5));
        // The connection is closed at once.
        until_closed(&listener);
    }

    #[test]
    fn a_panic_in_a_call_is_an_error_and_the_next_call_works() {
        let listener = silent();
        #[allow(clippy::panic)]
        let broken = run::<Error>(call_to(&listener), || panic!("inside"));
        assert_eq!(broken.unwrap_err().kind, crate::ErrorKind::Internal);
        let next = run(call_to(&listener), || Err(Error::cancelled()));
        assert_eq!(next.unwrap_err().kind, crate::ErrorKind::Cancelled);
    }

    fn wait<T>(call: Started<T>) -> Option<T> {
        Builder::new_current_thread().build().unwrap().block_on(call.end())
    }

    #[test]
    fn only_a_call_that_is_alone_starts_on_the_thread_that_asks() {
        let here = std::thread::current().id();
        for alone in [true, false] {
            let threads = wait(Bundle::current().unwrap().start(alone, async {
                let first = std::thread::current().id();
                yield_now().await;
                (first, std::thread::current().id(), IS_WORKER.get())
            }));
            let (first, second, is_worker) = threads.unwrap();
            assert_eq!(first == here, alone);
            assert_ne!(second, here);
            assert!(is_worker);
        }
    }

    /// Answers every request on one connection, and says so.
    fn answering(listener: std::net::TcpListener) -> std::sync::mpsc::Receiver<()> {
        use std::io::{Read, Write};
        let (tell, heard) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let (mut peer, _) = listener.accept().unwrap();
            let mut request = [0; 4096];
            while peer.read(&mut request).is_ok_and(|length| length > 0) {
                let _ = tell.send(());
                let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\n{\"data\":[]}";
                peer.write_all(answer).unwrap();
            }
        });
        heard
    }

    #[test]
    fn a_call_that_is_alone_goes_out_while_the_worker_is_busy() {
        let bundle = Bundle::current().unwrap();
        let listener = silent();
        let (first, second) = (call_to(&listener), call_to(&listener));
        let heard = answering(listener);
        wait(bundle.start(true, crate::execute(first))).unwrap().unwrap();
        heard.recv().unwrap();

        let (is_busy, busy) = std::sync::mpsc::channel();
        let (end, ended) = std::sync::mpsc::channel();
        let work = bundle.start(false, async move {
            is_busy.send(()).unwrap();
            ended.recv().unwrap();
        });
        busy.recv().unwrap();
        let call = bundle.start(true, crate::execute(second));
        heard.recv_timeout(Duration::from_secs(5)).unwrap();
        end.send(()).unwrap();
        wait(work).unwrap();
        wait(call).unwrap().unwrap();
    }

    #[test]
    fn the_worker_outlives_a_panic() {
        let bundle = Bundle::current().unwrap();
        for pauses in 0..2 {
            #[allow(clippy::panic)]
            let broken = bundle.start(true, async move {
                for _ in 0..pauses {
                    yield_now().await;
                }
                panic!("inside");
            });
            assert!(wait::<()>(broken).is_none());
        }
        let next = bundle.start(true, async {
            yield_now().await;
            7
        });
        assert_eq!(wait(next), Some(7));
    }

    /// Reads until there is nothing more, which is when the other side has closed.
    fn until_closed(listener: &std::net::TcpListener) {
        let (mut peer, _) = listener.accept().unwrap();
        peer.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        let mut request = Vec::new();
        std::io::Read::read_to_end(&mut peer, &mut request).unwrap();
    }

    #[test]
    fn a_call_that_is_let_go_of_frees_its_connection() {
        let listener = silent();
        let call = Bundle::current().unwrap().start(false, crate::execute(call_to(&listener)));
        let seen = std::thread::spawn(move || until_closed(&listener));
        std::thread::sleep(Duration::from_millis(50));
        drop(call);
        seen.join().unwrap();
    }

    #[test]
    fn a_call_within_a_call_is_served() {
        let listener = silent();
        let outer = run(call_to(&listener), || {
            let inner = run(call_to(&listener), || Err(Error::cancelled()));
            Err(inner.unwrap_err())
        });
        assert_eq!(outer.unwrap_err().kind, crate::ErrorKind::Cancelled);
    }
}
