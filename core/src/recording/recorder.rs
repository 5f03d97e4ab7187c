//! Appends each attempt of a client's calls to a file.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use super::exchange::Exchange;
use crate::error::Error;
use crate::message::Language;
use crate::messages::recording as messages;
use crate::timestamp;

/// A file to which attempts are appended.
#[derive(Debug)]
pub(crate) struct Recorder {
    file: File,
    has_failed: AtomicBool,
}

impl Recorder {
    /// Opens the file, which is made if there is none: only its owner may read it.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options
            .open(path)
            .map_err(|error| Error::configuration(messages::not_writable(path.display(), error)))?;
        Ok(Self { file, has_failed: AtomicBool::new(false) })
    }

    /// Appends an attempt. Returns a warning if that fails for the first time: a call never fails
    /// because of its recording.
    pub(crate) fn append(&self, exchange: &Exchange, took: Duration) -> Option<String> {
        let at = timestamp::write(timestamp::of(SystemTime::now()));
        let line = exchange.to_line(&at, took.as_secs_f64());
        // One write for each line: several processes may share the file.
        let error = (&self.file).write_all(line.as_bytes()).err()?;
        let is_first = !self.has_failed.swap(true, Ordering::Relaxed);
        is_first.then(|| messages::stopped(error).text(Language::of_environment()).to_owned())
    }
}
