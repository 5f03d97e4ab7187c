//! A proxy that delays, for machines whose kernel cannot.
//!
//! Each direction takes half of the round trip. The first bytes of a connection wait one round trip
//! more: that is the handshake of TCP, which on loopback takes no time. Nothing is lost, and
//! bandwidth has no limit. Threads and not tokio: tokio's timers are rounded up to a millisecond,
//! which is as much as the bars leave.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use crate::done::Done;

const STACK: usize = 128 * 1024;
/// Chunks that are under way in one direction of one connection.
const UNDER_WAY: usize = 4096;

/// Opens a proxy to this address; gives its own.
pub(crate) fn open(to: SocketAddr, round_trip: Duration) -> Done<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    thread(move || {
        for stream in listener.incoming().flatten() {
            if let Err(error) = connect(&stream, to, round_trip) {
                eprintln!("distance: {error}");
            }
        }
    })?;
    Ok(address)
}

fn connect(near: &TcpStream, to: SocketAddr, round_trip: Duration) -> Done<()> {
    let far = TcpStream::connect(to)?;
    near.set_nodelay(true)?;
    far.set_nodelay(true)?;
    let half = round_trip / 2;
    carry(near.try_clone()?, far.try_clone()?, half, round_trip)?;
    carry(far, near.try_clone()?, half, Duration::ZERO)
}

/// Carries bytes from one socket to the other, each after the delay, the first after more.
fn carry(from: TcpStream, to: TcpStream, delay: Duration, first: Duration) -> Done<()> {
    let (sender, receiver) = sync_channel(UNDER_WAY);
    thread(move || read(from, &sender, delay, first))?;
    thread(move || write(to, &receiver))
}

type Chunk = (Instant, Vec<u8>);

fn read(mut from: TcpStream, sender: &SyncSender<Chunk>, delay: Duration, first: Duration) {
    let mut buffer = vec![0; 16 * 1024];
    // Bytes that follow the first ones at once cannot overtake them.
    let mut connected = None;
    loop {
        // An error is an end here: the other side is told by an end of its stream.
        let length = from.read(&mut buffer).unwrap_or(0);
        let now = Instant::now();
        let earliest = *connected.get_or_insert(now + first);
        let due = now.max(earliest) + delay;
        let bytes = buffer.get(..length).unwrap_or_default().to_vec();
        if sender.send((due, bytes)).is_err() || length == 0 {
            return;
        }
    }
}

fn write(mut to: TcpStream, receiver: &Receiver<Chunk>) {
    while let Ok((due, bytes)) = receiver.recv() {
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        if bytes.is_empty() || to.write_all(&bytes).is_err() {
            break;
        }
    }
    // The other side may have closed it already.
    let _ = to.shutdown(Shutdown::Write);
}

fn thread(work: impl FnOnce() + Send + 'static) -> Done<()> {
    std::thread::Builder::new().stack_size(STACK).spawn(work)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that returns each chunk at once.
    fn echo() -> Done<SocketAddr> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        thread(move || {
            let mut stream = listener.accept().map(|(stream, _)| stream).ok();
            let mut buffer = [0; 16];
            while let Some(stream) = stream.as_mut() {
                let length = stream.read(&mut buffer).unwrap_or(0);
                let bytes = buffer.get(..length).unwrap_or_default();
                if length == 0 || stream.write_all(bytes).is_err() {
                    return;
                }
            }
        })?;
        Ok(address)
    }

    #[test]
    fn the_first_exchange_takes_two_round_trips_and_the_next_one() -> Done<()> {
        let round_trip = Duration::from_millis(60);
        let mut stream = TcpStream::connect(open(echo()?, round_trip)?)?;
        for trips in [2, 1, 1] {
            let start = Instant::now();
            stream.write_all(b"hello")?;
            stream.read_exact(&mut [0; 5])?;
            let took = start.elapsed();
            assert!(took >= round_trip * trips, "{took:?} is less than {trips} round trips");
            let most = round_trip * trips + round_trip / 2;
            assert!(took < most, "{took:?} is more than {trips} round trips");
        }
        stream.shutdown(Shutdown::Write)?;
        assert_eq!(stream.read(&mut [0; 5])?, 0, "the end of a stream gets through");
        Ok(())
    }
}
