//! A large download takes no more memory than a small one. In a process of its own, since the
//! memory of a whole process is measured.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

use std::io::{Read, Write};
use std::net::TcpListener;

use lomi::{Client, DownloadOptions};

const SIZE: usize = 200 << 20;

/// Serves `SIZE` bytes to every connection.
fn server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let link = format!("http://{}/export.csv", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let piece = vec![b'x'; 1 << 20];
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            let _ = connection.read(&mut [0; 8192]);
            let _ = write!(connection, "HTTP/1.1 200 OK\r\ncontent-length: {SIZE}\r\n\r\n");
            for _ in 0..SIZE >> 20 {
                let _ = connection.write_all(&piece);
            }
        }
    });
    link
}

/// The most memory of this process so far, in bytes.
fn most_memory() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() << 10
}

#[test]
fn a_large_file_is_not_in_memory() {
    let link = server();
    let to = std::env::temp_dir().join(format!("lomi-{}", uuid::Uuid::new_v4()));
    let client = Client::builder().api_key("lomi_sk_test_1").base_url("http://127.0.0.1:1");
    let client = client.build().unwrap();
    for threads in [true, false] {
        let mut runtime = match threads {
            true => tokio::runtime::Builder::new_multi_thread(),
            false => tokio::runtime::Builder::new_current_thread(),
        };
        let before = most_memory();
        let download = client.download_to(&link, &to, DownloadOptions::new());
        let size = runtime.enable_all().build().unwrap().block_on(download).unwrap();
        let grown = most_memory() - before;
        assert_eq!((size, std::fs::metadata(&to).unwrap().len()), (SIZE as u64, SIZE as u64));
        assert!(grown < 20 << 20, "{} MiB", grown >> 20);
    }
    std::fs::remove_file(to).unwrap();
}
