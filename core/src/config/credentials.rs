//! TLS credentials: more certificate authorities than the system's, and the client certificate.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// The certificate files of a client.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Credentials {
    /// Files of more certificate authorities.
    pub(crate) ca_files: Vec<PathBuf>,
    /// File of the client certificate and its chain.
    pub(crate) certificate: Option<PathBuf>,
    /// File of its key; the certificate's file when not given.
    pub(crate) key: Option<PathBuf>,
    /// The versions of these files and of the system's: a client made after a file was replaced
    /// reads it again.
    versions: Vec<Option<Version>>,
}

impl Credentials {
    /// Reads only the metadata of the files.
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

/// Identifies the content of a file, without reading it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Version {
    length: u64,
    modified: Option<SystemTime>,
    /// Inode and time of change, if the system has them: a copied file may have the old
    /// modification time.
    inode: Option<(u64, i64, i64)>,
}

impl Version {
    /// `None` if there is no such file.
    fn of(file: &Path) -> Option<Self> {
        let metadata = std::fs::metadata(file).ok()?;
        #[cfg(unix)]
        let inode = {
            use std::os::unix::fs::MetadataExt;
            Some((metadata.ino(), metadata.ctime(), metadata.ctime_nsec()))
        };
        #[cfg(not(unix))]
        let inode = None;
        Some(Self { length: metadata.len(), modified: metadata.modified().ok(), inode })
    }
}
