//! TLS credentials: certificate authorities to trust besides the system's, and the client's own
//! certificate.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Files of certificates that the caller names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Credentials {
    /// Files of more authorities' certificates.
    pub(crate) ca_files: Vec<PathBuf>,
    /// A file of our own certificate and those above it.
    pub(crate) certificate: Option<PathBuf>,
    /// A file of its key; in the same file, when not given.
    pub(crate) key: Option<PathBuf>,
    /// The versions of these files and of the system's, so that files which were replaced
    /// are read by the next client.
    versions: Vec<Option<Version>>,
}

impl Credentials {
    /// Looks at the files, but reads none.
    pub(crate) fn of(
        ca_files: Vec<PathBuf>,
        certificate: Option<PathBuf>,
        key: Option<PathBuf>,
    ) -> Self {
        let of_system = std::env::var_os("SSL_CERT_FILE").map(PathBuf::from);
        let named = ca_files.iter().chain(&certificate).chain(&key).chain(&of_system);
        let versions = named.map(|file| Version::of(file)).collect();
        Self { ca_files, certificate, key, versions }
    }
}

/// What tells a file from the one that stood there before.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Version {
    length: u64,
    modified: Option<SystemTime>,
    /// Inode and time of change, where the system has them: a copy may keep its dates.
    inode: Option<(u64, i64, i64)>,
}

impl Version {
    /// Nothing where there is no such file.
    fn of(file: &Path) -> Option<Self> {
        let found = std::fs::metadata(file).ok()?;
        #[cfg(unix)]
        let inode = {
            use std::os::unix::fs::MetadataExt;
            Some((found.ino(), found.ctime(), found.ctime_nsec()))
        };
        #[cfg(not(unix))]
        let inode = None;
        Some(Self { length: found.len(), modified: found.modified().ok(), inode })
    }
}
