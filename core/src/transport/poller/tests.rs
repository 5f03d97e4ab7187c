//! Waits of this thread.

use std::future::poll_fn;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::pin::pin;

use tokio::sync::oneshot;

use super::super::alarm::Reactor;
use super::*;

/// Longer than anything here takes.
const LONG: Duration = Duration::from_secs(20);

/// Waits for a future; returns how many waits that took.
fn block_on<T>(future: impl Future<Output = T>) -> (T, u32) {
    let mut future = pin!(future);
    let mut poller = Poller::new();
    let mut waits = 0;
    loop {
        match poller.poll(future.as_mut()) {
            Poll::Ready(output) => return (output, waits),
            Poll::Pending => poller.wait(LONG),
        };
        waits += 1;
    }
}

fn noted() -> usize {
    CURRENT.with_borrow(|current| current.sockets.len())
}

#[test]
fn another_thread_ends_the_wait() {
    let (sender, receiver) = oneshot::channel();
    let other = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(20));
        sender.send(7).unwrap();
    });
    let started = Instant::now();
    let (received, waits) = block_on(receiver);
    assert_eq!((received, waits), (Ok(7), 1));
    assert!(started.elapsed() < LONG / 2);
    other.join().unwrap();
}

#[test]
fn a_timer_ends_the_wait() {
    let time = Duration::from_millis(20);
    let started = Instant::now();
    // Besides the wait, one more if the thread was woken for another reason.
    let ((), waits) = block_on(Reactor::Thread.sleep(time));
    assert!(started.elapsed() >= time && started.elapsed() < LONG / 2);
    assert!(waits <= 2, "{waits}");
}

#[test]
fn a_future_that_wakes_itself_is_polled_again_at_once() {
    let mut times = 0;
    let again = poll_fn(|context| {
        times += 1;
        if times == 100 {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    });
    let started = Instant::now();
    assert_eq!(block_on(again), ((), 99));
    assert!(started.elapsed() < LONG / 2);
}

/// Reads once, with room for some bytes.
async fn read(stream: &mut PolledStream, room: usize) -> Vec<u8> {
    let mut bytes = vec![0; room];
    let mut buffer = hyper::rt::ReadBuf::new(&mut bytes);
    let read = |context: &mut Context<'_>| {
        hyper::rt::Read::poll_read(Pin::new(&mut *stream), context, buffer.unfilled())
    };
    pin!(poll_fn(read)).await.unwrap();
    buffer.filled().to_vec()
}

#[test]
fn a_connection_serves_any_thread_and_its_end_is_seen() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = std::thread::spawn(move || {
        let (mut peer, _) = listener.accept().unwrap();
        for word in ["first", "again"] {
            std::thread::sleep(Duration::from_millis(20));
            peer.write_all(word.as_bytes()).unwrap();
            assert_eq!(peer.read(&mut [0; 8]).unwrap(), 2);
        }
    });
    let (stream, _) = block_on(connect(address));
    let mut stream = stream.unwrap();
    for word in ["first", "again"] {
        let used = std::thread::spawn(move || {
            let (bytes, waits) = block_on(read(&mut stream, 100));
            assert_eq!((bytes.as_slice(), waits), (word.as_bytes(), 1));
            let write = poll_fn(|context| {
                hyper::rt::Write::poll_write(Pin::new(&mut stream), context, b"ok")
            });
            assert_eq!(block_on(write).0.unwrap(), 2);
            stream
        });
        stream = used.join().unwrap();
    }
    server.join().unwrap();
    assert_eq!(block_on(read(&mut stream, 100)).0, b"");
    assert_eq!(block_on(read(&mut stream, 100)), (vec![], 0));
}

#[test]
fn what_does_not_fit_is_read_without_a_wait() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (stream, _) = block_on(connect(listener.local_addr().unwrap()));
    listener.accept().unwrap().0.write_all(b"abc").unwrap();
    let mut stream = stream.unwrap();
    let (both, waits) = block_on(async {
        let first = read(&mut stream, 2).await;
        (first, read(&mut stream, 2).await)
    });
    assert_eq!(both, (b"ab".to_vec(), b"c".to_vec()));
    assert!(waits <= 1, "{waits}");
}

#[test]
fn a_socket_that_is_closed_is_forgotten() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (stream, _) = block_on(connect(listener.local_addr().unwrap()));
    let mut stream = stream.unwrap();
    let mut poller = Poller::new();
    let counted = poller.poll(pin!(async {
        let mut context = Context::from_waker(Waker::noop());
        assert!(pin!(read(&mut stream, 8)).as_mut().poll(&mut context).is_pending());
        let before = noted();
        drop(stream);
        (before, noted())
    }));
    assert_eq!(counted, Poll::Ready((1, 0)));
}

#[test]
fn a_call_within_a_wait_has_its_own_interests() {
    let mut outer = Poller::new();
    let inside = outer.poll(pin!(async {
        wait_for(0, libc::POLLIN);
        let within = Poller::new().poll(pin!(async { noted() }));
        (within, noted())
    }));
    assert_eq!(inside, Poll::Ready((Poll::Ready(0), 1)));
    assert_eq!(noted(), 0);
    assert_eq!(outer.interests.sockets.len(), 1);
}

#[test]
fn a_refused_connection_is_an_error() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (refused, _) = block_on(connect(closed));
    assert_eq!(refused.unwrap_err().kind(), std::io::ErrorKind::ConnectionRefused);
}
