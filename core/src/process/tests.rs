//! Calls on real sockets, of threads that wait and of threads that do not.

use std::time::Duration;

use tokio::runtime::Builder;
use tokio::task::yield_now;

use super::bundle::is_worker;
use super::*;
use crate::exchange::Exchange;

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
            (first, std::thread::current().id(), is_worker())
        }));
        let (first, second, at_worker) = threads.unwrap();
        assert_eq!(first == here, alone);
        assert_ne!(second, here);
        assert!(at_worker);
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

#[test]
fn what_is_learnt_does_not_grow_without_end() {
    for number in 0..MOST_REMEMBERED + 10 {
        memory(&format!("http://localhost:1/{number}"));
        assert!(is_news(&number.to_string()) && !is_news(&number.to_string()));
    }
    remember("http://localhost:1/9999", 1);
    assert_eq!(process().memories.lock().unwrap().len(), MOST_REMEMBERED);
    assert_eq!(process().said.lock().unwrap().len(), MOST_REMEMBERED);
    let first: url::Url = "http://localhost:1".parse().unwrap();
    for bound in 1..MOST_REMEMBERED + 10 {
        host(&Arc::new(Destination::new(&first).bounded(bound, false))).unwrap();
    }
    assert_eq!(process().hosts.lock().unwrap().len(), MOST_REMEMBERED);
}

#[test]
fn a_pool_forgets_destinations_without_connections() {
    let pool = crate::transport::Pool::default();
    let base: url::Url = "http://localhost:1".parse().unwrap();
    for bound in 1..500 {
        pool.peer(&Arc::new(Destination::new(&base).bounded(bound, false))).unwrap();
    }
    assert!(pool.len() <= 100, "{}", pool.len());
}
