//! The server that every client of the bench calls: canned responses, fast enough not to influence
//! what is measured.
//!
//! `lomi-bench-server FOLDER [ROUND-TRIP-MS...]` writes the certificate of its authority to
//! `FOLDER/ca.pem` and prints one line of JSON with its addresses, and it ends when its standard
//! input does. The addresses:
//!
//! | name | what |
//! |---|---|
//! | `plain` | HTTP/1.1, connections are kept |
//! | `tls` | the same over TLS 1.3, with session tickets |
//! | `tls-resumed` | TLS 1.3 with tickets; every connection is closed after one response |
//! | `tls-full` | the same without tickets: every handshake is a full one |
//! | `h2` | TLS 1.3 with HTTP/2 or HTTP/1.1, as the client asks by ALPN |
//! | `tls@150`, `h2@150` | the same behind a distance with that round trip |
//! | `counters` | what each of them has counted so far, as JSON |

mod counters;
mod distance;
mod done;
mod responses;
mod serve;
mod tls;

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use counters::Counters;
use done::Done;
use responses::Responses;
use serve::Port;
use tls::{Certificate, Tickets};

fn main() -> Done<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("lomi-bench-server FOLDER [ROUND-TRIP-MS...]")?;
    let distances = arguments.map(|ms| ms.parse()).collect::<Result<Vec<u64>, _>>()?;
    let certificate = Certificate::make(Path::new(&folder))?;
    // One thread: the server has one core, and the clients another.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(run(&certificate, &distances))
}

async fn run(certificate: &Certificate, distances: &[u64]) -> Done<()> {
    let responses = Responses::make();
    let counters = Counters::default();
    let mut addresses = BTreeMap::new();
    let ports = [
        ("plain", None, false),
        ("tls", Some(certificate.config(Tickets::On, &["http/1.1"])?), false),
        ("tls-resumed", Some(certificate.config(Tickets::On, &["http/1.1"])?), true),
        ("tls-full", Some(certificate.config(Tickets::Off, &["http/1.1"])?), true),
        ("h2", Some(certificate.config(Tickets::On, &["h2", "http/1.1"])?), false),
    ];
    for (name, tls, close) in ports {
        let scheme = if tls.is_some() { "https" } else { "http" };
        let counted = counters.of(name);
        let port = Port { responses: responses.clone(), counted, tls, close };
        let address = port.open().await?;
        addresses.insert(name.to_owned(), url(scheme, address));
        for &ms in distances.iter().filter(|_| ["tls", "h2"].contains(&name)) {
            let proxy = distance::open(address, Duration::from_millis(ms))?;
            addresses.insert(format!("{name}@{ms}"), url(scheme, proxy));
        }
    }
    addresses.insert("counters".to_owned(), url("http", counters.open().await?));
    let mut out = std::io::stdout();
    writeln!(out, "{}", serde_json::to_string(&addresses)?)?;
    out.flush()?;
    // The caller's end closes the pipe, however it ends.
    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await??;
    std::process::exit(0)
}

/// TLS clients check the name, and all of them take `localhost`; without TLS none has to look up.
fn url(scheme: &str, address: SocketAddr) -> String {
    let host = if scheme == "https" { "localhost" } else { "127.0.0.1" };
    format!("{scheme}://{host}:{}", address.port())
}
