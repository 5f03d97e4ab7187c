//! The system's resolver.

use std::io;
use std::net::{IpAddr, ToSocketAddrs};

/// Why a name has no addresses.
#[derive(Debug, Clone)]
pub(super) struct NotFound {
    pub(super) message: String,
    /// No name server has answered, so the name may still exist.
    pub(super) is_temporary: bool,
}

/// Asks the system's resolver, which may take as long as it likes.
pub(super) fn resolve(host: &str) -> Result<Vec<IpAddr>, NotFound> {
    let found = (host, 0).to_socket_addrs();
    let found = found.map(|all| all.map(|address| address.ip()).collect());
    found.map_err(|error| NotFound {
        is_temporary: is_temporary(&error),
        message: error.to_string(),
    })
}

/// The standard library keeps the message of `EAI_AGAIN`, and not its number.
#[cfg(unix)]
fn is_temporary(error: &io::Error) -> bool {
    // SAFETY: returns a C string that lives as long as the process.
    let again = unsafe { std::ffi::CStr::from_ptr(libc::gai_strerror(libc::EAI_AGAIN)) };
    // A number is one of the system's, such as too many open files.
    error.raw_os_error().is_some() || error.to_string().ends_with(&*again.to_string_lossy())
}

#[cfg(not(unix))]
fn is_temporary(error: &io::Error) -> bool {
    /// `WSATRY_AGAIN`.
    const TRY_AGAIN: i32 = 11002;
    error.raw_os_error() == Some(TRY_AGAIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn a_name_server_that_does_not_answer_is_told_from_a_name_that_does_not_exist() {
        let error = |code| {
            // SAFETY: as above.
            let text = unsafe { std::ffi::CStr::from_ptr(libc::gai_strerror(code)) };
            let text = text.to_str().unwrap();
            io::Error::other(format!("failed to lookup address information: {text}"))
        };
        assert!(is_temporary(&error(libc::EAI_AGAIN)));
        assert!(!is_temporary(&error(libc::EAI_NONAME)));
        assert!(is_temporary(&io::Error::from_raw_os_error(libc::EMFILE)));
    }

    #[test]
    fn the_addresses_of_this_machine_are_found() {
        assert!(resolve("localhost").unwrap().iter().all(IpAddr::is_loopback));
    }
}
