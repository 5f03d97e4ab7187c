//! Blocking and awaited calls over real sockets.

use std::time::Duration;

use tokio::runtime::Builder;
use tokio::task::yield_now;

use super::host_states::{HOST_STATES, MAX_REMEMBERED};
use super::worker::is_worker;
use super::*;
use crate::call::{Call, Learned};
use crate::config::ConfigBuilder;
use crate::error::Error;
use crate::request::Target;

#[test]
fn one_worker_serves_all_threads() {
    let here = std::ptr::from_ref(Worker::current().unwrap()).addr();
    let there: Vec<_> = (0..8)
        .map(|_| std::thread::spawn(|| std::ptr::from_ref(Worker::current().unwrap()).addr()))
        .collect();
    assert!(there.into_iter().all(|thread| thread.join().unwrap() == here));
}

/// A listener that accepts connections and never responds.
fn silent_server() -> std::net::TcpListener {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap()
}

fn call_to(listener: &std::net::TcpListener) -> Box<Call> {
    let client = crate::Client::with(ConfigBuilder {
        key_optional: true,
        base_url: Some(format!("http://{}", listener.local_addr().unwrap())),
        ..ConfigBuilder::default()
    });
    let target = Target::Operation(&crate::table::LIST_CHECKOUT_SESSIONS);
    client.unwrap().prepare(target, Default::default(), Default::default()).unwrap()
}

#[test]
fn a_call_can_be_ended_while_it_waits() {
    let listener = silent_server();
    let started = std::time::Instant::now();
    let result = run_blocking(call_to(&listener), || Err(Error::cancelled()));
    assert_eq!(result.unwrap_err().kind(), crate::ErrorKind::Cancelled);
    assert!(started.elapsed() < Duration::from_secs(5));
    // The connection is closed at once.
    until_closed(&listener);
}

#[test]
fn a_panic_in_a_call_is_an_error_and_the_next_call_works() {
    let listener = silent_server();
    #[allow(clippy::panic)]
    let broken = run_blocking::<Error>(call_to(&listener), || panic!("inside"));
    assert_eq!(broken.unwrap_err().kind(), crate::ErrorKind::Internal);
    let next = run_blocking(call_to(&listener), || Err(Error::cancelled()));
    assert_eq!(next.unwrap_err().kind(), crate::ErrorKind::Cancelled);
}

fn wait<T>(call: InFlight<T>) -> Option<T> {
    Builder::new_current_thread().build().unwrap().block_on(call.join())
}

#[test]
fn only_a_single_call_starts_on_the_calling_thread() {
    let here = std::thread::current().id();
    for is_only in [true, false] {
        let threads = wait(Worker::current().unwrap().start(is_only, async {
            let first = std::thread::current().id();
            yield_now().await;
            (first, std::thread::current().id(), is_worker())
        }));
        let (first, second, at_worker) = threads.unwrap();
        assert_eq!(first == here, is_only);
        assert_ne!(second, here);
        assert!(at_worker);
    }
}

/// Responds to every request on one connection and sends a message for each.
fn responding(listener: std::net::TcpListener) -> std::sync::mpsc::Receiver<()> {
    use std::io::{Read, Write};
    let (sender, requests) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let (mut peer, _) = listener.accept().unwrap();
        let mut request = [0; 4096];
        while peer.read(&mut request).is_ok_and(|length| length > 0) {
            let _ = sender.send(());
            let response = b"HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\n{\"data\":[]}";
            peer.write_all(response).unwrap();
        }
    });
    requests
}

#[test]
fn a_single_call_is_sent_while_the_worker_is_busy() {
    let worker = Worker::current().unwrap();
    let listener = silent_server();
    let (first, second) = (call_to(&listener), call_to(&listener));
    let requests = responding(listener);
    wait(worker.start(true, execute(first))).unwrap().unwrap();
    requests.recv().unwrap();

    let (is_busy, busy) = std::sync::mpsc::channel();
    let (end, ended) = std::sync::mpsc::channel();
    let work = worker.start(false, async move {
        is_busy.send(()).unwrap();
        ended.recv().unwrap();
    });
    busy.recv().unwrap();
    let call = worker.start(true, execute(second));
    requests.recv_timeout(Duration::from_secs(5)).unwrap();
    end.send(()).unwrap();
    wait(work).unwrap();
    wait(call).unwrap().unwrap();
}

#[test]
fn the_worker_outlives_a_panic() {
    let worker = Worker::current().unwrap();
    for pauses in 0..2 {
        #[allow(clippy::panic)]
        let broken = worker.start(true, async move {
            for _ in 0..pauses {
                yield_now().await;
            }
            panic!("inside");
        });
        assert!(wait::<()>(broken).is_none());
    }
    let next = worker.start(true, async {
        yield_now().await;
        7
    });
    assert_eq!(wait(next), Some(7));
}

/// Reads until the client closes the connection.
fn until_closed(listener: &std::net::TcpListener) {
    let (mut peer, _) = listener.accept().unwrap();
    peer.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let mut request = Vec::new();
    std::io::Read::read_to_end(&mut peer, &mut request).unwrap();
}

#[test]
fn a_dropped_call_closes_its_connection() {
    let listener = silent_server();
    let call = Worker::current().unwrap().start(false, execute(call_to(&listener)));
    let seen = std::thread::spawn(move || until_closed(&listener));
    std::thread::sleep(Duration::from_millis(50));
    drop(call);
    seen.join().unwrap();
}

#[test]
fn a_call_within_a_call_is_served() {
    let listener = silent_server();
    let outer = run_blocking(call_to(&listener), || {
        let inner = run_blocking(call_to(&listener), || Err(Error::cancelled()));
        Err(inner.unwrap_err())
    });
    assert_eq!(outer.unwrap_err().kind(), crate::ErrorKind::Cancelled);
}

#[test]
fn base_urls_are_remembered_up_to_a_number() {
    for number in 0..MAX_REMEMBERED + 10 {
        host_state(&format!("http://localhost:1/{number}"));
    }
    let learned = Learned { route: Some(1), ..Learned::default() };
    remember("http://localhost:1/9999", &learned);
    assert_eq!(HOST_STATES.get().len(), MAX_REMEMBERED);
}

#[tokio::test]
async fn a_blocking_call_within_a_runtime_is_driven_by_the_worker() {
    let listener = silent_server();
    let call = call_to(&listener);
    let _requests = responding(listener);
    let response = run_blocking(call, || Ok::<_, Error>(())).unwrap();
    assert_eq!(response.status, 200);
}

#[test]
fn every_runtime_of_a_program_has_its_own_connections() {
    for _ in 0..3 {
        let listener = silent_server();
        let (first, second) = (call_to(&listener), call_to(&listener));
        let requests = responding(listener);
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        // The server takes one connection only.
        runtime.block_on(run_awaited(first)).unwrap();
        runtime.block_on(run_awaited(second)).unwrap();
        assert_eq!(requests.try_iter().count(), 2);
    }
}

#[test]
fn a_runtime_without_timers_leaves_its_calls_to_the_worker() {
    let listener = silent_server();
    let call = call_to(&listener);
    let _requests = responding(listener);
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(run_awaited(call)).unwrap();
}
