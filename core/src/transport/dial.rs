//! Opens a TCP connection to a host and port: looks up the name and tries each of its addresses for
//! a share of the time.

use std::error::Error;
use std::fmt;
use std::future::{Future, poll_fn};
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use http::Uri;
use tokio::time::Instant;
use url::Url;

use super::alarm::{Alarm, Reactor};
use super::lookup::lookup;
use super::tcp::Tcp;
use crate::config::Endpoint;
use crate::message::{Language, Message};
use crate::messages::transport as messages;

/// The delay before the next address is tried as well (RFC 8305, "Happy Eyeballs"). The first
/// connection that opens is used.
const NEXT_ADDRESS_AFTER: Duration = Duration::from_millis(250);

/// Opens a TCP connection to the host of a URL.
pub(super) async fn dial(
    uri: &Uri,
    reactor: Reactor,
    end: Instant,
    only_loopback: bool,
) -> Result<Tcp, Box<dyn Error + Send + Sync>> {
    let host = host_of(uri);
    let port = uri.port_u16().unwrap_or(match uri.scheme_str() {
        Some("https") => 443,
        Some("socks5" | "socks5h") => 1080,
        _ => 80,
    });
    let mut addresses = match host.parse() {
        Ok(address) => vec![address],
        Err(_) => in_turns(lookup(host).await?),
    };
    if only_loopback {
        let found = addresses.first().copied();
        addresses.retain(|address| address.to_canonical().is_loopback());
        if let (true, Some(found)) = (addresses.is_empty(), found) {
            return Err(NotLoopback { host: host.to_owned(), found }.into());
        }
    }
    let addresses = addresses.into_iter().map(|address| SocketAddr::new(address, port)).collect();
    let stream = first_of(addresses, reactor, end).await?;
    stream.set_nodelay()?;
    Ok(stream)
}

/// The host of a URL, without the brackets of an IPv6 address.
pub(super) fn host_of(uri: &Uri) -> &str {
    let host = uri.host().unwrap_or_default();
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}

/// Refuses a loopback name that resolves to another machine, for an HTTP client that resolves it
/// itself and may use any address. If the name is not found, that client reports it.
fn check_loopback(host: &str) -> Result<(), NotLoopback> {
    let mut found = (host, 0).to_socket_addrs().into_iter().flatten().map(|address| address.ip());
    match found.find(|address| !address.to_canonical().is_loopback()) {
        Some(found) => Err(NotLoopback { host: host.to_owned(), found }),
        None => Ok(()),
    }
}

/// Looks up the host of a plain HTTP endpoint, and refuses one that is another machine.
pub(crate) fn check_plain_http(endpoint: &Endpoint) -> Result<(), crate::error::Error> {
    let plain = endpoint.origin.starts_with("http://") && !endpoint.allow_http;
    let Some(url) = plain.then(|| Url::parse(&endpoint.origin).ok()).flatten() else {
        return Ok(());
    };
    // An address needs no lookup: the base URL was checked.
    url.domain()
        .map_or(Ok(()), check_loopback)
        .map_err(|error| crate::error::Error::configuration(error.message()))
}

/// Alternates addresses of both families, starting with the one that the system prefers.
fn in_turns(addresses: Vec<IpAddr>) -> Vec<IpAddr> {
    let prefers_v6 = addresses.first().is_some_and(IpAddr::is_ipv6);
    let count = addresses.len();
    let (first, second): (Vec<_>, Vec<_>) =
        addresses.into_iter().partition(|address| address.is_ipv6() == prefers_v6);
    let (mut first, mut second) = (first.into_iter(), second.into_iter());
    let turns = (0..count).flat_map(|_| [first.next(), second.next()]);
    turns.flatten().collect()
}

/// Returns the first connection that opens. The next address is tried when one fails, or when its
/// share of the time is over.
async fn first_of(addresses: Vec<SocketAddr>, reactor: Reactor, end: Instant) -> io::Result<Tcp> {
    let unreachable = || io::Error::new(io::ErrorKind::NotFound, "the host has no address");
    let count = u32::try_from(addresses.len()).unwrap_or(u32::MAX);
    let left = end.saturating_duration_since(Instant::now());
    let share = left.checked_div(count).ok_or_else(unreachable)?.min(NEXT_ADDRESS_AFTER);
    let mut waiting = addresses.into_iter();
    let mut trying: Vec<Pin<Box<dyn Future<Output = io::Result<Tcp>> + Send>>> = Vec::new();
    let mut failed = None;
    let now = Instant::now();
    let mut sleep = pin!(reactor.sleep_until(now));
    let mut next_due = Alarm::new(sleep.as_mut(), now);
    poll_fn(|context| {
        loop {
            let mut opened = None;
            let before = trying.len();
            trying.retain_mut(|attempt| match attempt.as_mut().poll(context) {
                Poll::Pending => true,
                Poll::Ready(Ok(stream)) => {
                    opened.get_or_insert(stream);
                    false
                }
                Poll::Ready(Err(error)) => {
                    failed.get_or_insert(error);
                    false
                }
            });
            if let Some(stream) = opened {
                return Poll::Ready(Ok(stream));
            }
            let failed_now = trying.len() < before || trying.is_empty();
            let is_due = failed_now || next_due.poll(context).is_ready();
            match is_due.then(|| waiting.next()).flatten() {
                Some(address) => {
                    trying.push(Box::pin(Tcp::connect(address, reactor)));
                    next_due.reset(Instant::now() + share);
                }
                None if trying.is_empty() => {
                    return Poll::Ready(Err(failed.take().unwrap_or_else(unreachable)));
                }
                None => return Poll::Pending,
            }
        }
    })
    .await
}

/// Plain HTTP to a loopback name that resolves to another machine.
#[derive(Debug)]
pub(super) struct NotLoopback {
    pub(super) host: String,
    pub(super) found: IpAddr,
}

impl NotLoopback {
    pub(super) fn message(&self) -> Message {
        messages::not_loopback(&self.host, self.found)
    }
}

impl fmt::Display for NotLoopback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message().text(Language::English))
    }
}

impl Error for NotLoopback {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_families_take_turns() {
        let addresses = |texts: &[&str]| -> Vec<IpAddr> {
            texts.iter().map(|text| text.parse().unwrap()).collect()
        };
        let given = addresses(&["::1", "::2", "::3", "127.0.0.1"]);
        assert_eq!(in_turns(given), addresses(&["::1", "127.0.0.1", "::2", "::3"]));
    }

    #[tokio::test]
    async fn plain_http_goes_to_loopback_only() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let second = Duration::from_secs(1);
        for host in ["10.0.0.1", "[::ffff:10.0.0.1]", "0.0.0.0"] {
            let uri = format!("http://{host}:{port}/").parse().unwrap();
            let error =
                dial(&uri, Reactor::Tokio, Instant::now() + second, true).await.unwrap_err();
            assert!(error.is::<NotLoopback>(), "{host}: {error}");
        }
        for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"] {
            let uri = format!("http://{host}:{port}/").parse().unwrap();
            dial(&uri, Reactor::Tokio, Instant::now() + second, true).await.unwrap();
        }
    }

    #[test]
    fn a_name_is_looked_up_for_clients_of_the_callers() {
        assert!(check_loopback("localhost").is_ok());
        assert!(check_loopback("no-such-name.invalid").is_ok());
        assert!(check_loopback("10.0.0.1").unwrap_err().to_string().contains("allow_http"));
    }

    /// A listener whose queue is full, and the connections that fill it: connecting to it never
    /// ends.
    fn black_hole() -> (std::net::TcpListener, SocketAddr, Vec<std::net::TcpStream>) {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let listener = socket.listen(1).unwrap().into_std().unwrap();
        let address = listener.local_addr().unwrap();
        let fills = (0..4).filter_map(|_| {
            std::net::TcpStream::connect_timeout(&address, Duration::from_millis(100)).ok()
        });
        let fills = fills.collect();
        (listener, address, fills)
    }

    #[tokio::test]
    async fn an_address_that_does_not_respond_does_not_delay_the_next() {
        let holes = [black_hole(), black_hole(), black_hole()];
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let good = listener.local_addr().unwrap();
        let addresses = holes.iter().map(|(_, address, _)| *address).chain([good]).collect();
        let started = Instant::now();
        let within = started + Duration::from_secs(10);
        let stream = first_of(addresses, Reactor::Tokio, within).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), good);
        assert!(started.elapsed() < Duration::from_secs(2));
    }

    #[tokio::test]
    async fn an_address_that_refuses_leads_to_the_next_at_once() {
        let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let good = listener.local_addr().unwrap();
        let within = Instant::now() + Duration::from_secs(10);
        let stream = first_of(vec![closed, good], Reactor::Tokio, within).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), good);
        let refused = first_of(vec![closed, closed], Reactor::Tokio, within).await.unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
    }
}
