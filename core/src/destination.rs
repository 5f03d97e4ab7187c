//! The file that a download is saved to. Until the download is complete, its bytes are in a
//! temporary file beside it: a program never finds half a file under the final name.

use crate::message::Message;
use crate::messages::call as messages;
use std::fs::{File, OpenOptions};
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::{Error, ErrorKind};
use crate::process::generation;

/// The file of a download. Dropping it before it is complete removes what was written.
pub(crate) struct Destination {
    path: PathBuf,
    temporary: PathBuf,
    file: Arc<File>,
    /// The most bytes of the file.
    pub(crate) max_bytes: usize,
    generation: u64,
    is_complete: bool,
}

impl Destination {
    /// Makes the temporary file, so that a folder that is missing or not writable is an error
    /// before anything is sent.
    pub(crate) fn open(to: &Path, max_bytes: usize) -> Result<Self, Error> {
        let path = match std::fs::metadata(to) {
            // A pipe or a device would be replaced by a file of its name.
            Ok(existing) if !existing.is_file() => {
                let message = messages::not_a_file(to.display());
                return Err(Error::validation(message));
            }
            // The file that a link leads to is replaced, not the link.
            Ok(_) => std::fs::canonicalize(to).map_err(|error| unwritable(to, error))?,
            Err(_) => to.to_owned(),
        };
        let folder = match (path.file_name(), path.parent()) {
            (Some(_), Some(folder)) => folder,
            _ => return Err(Error::validation(messages::no_file_name())),
        };
        // Its length is fixed: the name of the file may be as long as the system allows.
        let temporary = folder.join(format!(".lomi-{}.part", uuid::Uuid::new_v4().simple()));
        let file = create(&temporary).map_err(|error| unwritable(to, error))?;
        Ok(Self {
            path,
            temporary,
            file: Arc::new(file),
            max_bytes,
            generation: generation(),
            is_complete: false,
        })
    }

    /// The open file, for a thread that may outlive the call.
    pub(crate) fn file(&self) -> Arc<File> {
        Arc::clone(&self.file)
    }

    /// Removes what an earlier attempt has written.
    pub(crate) fn start_again(&self) -> io::Result<()> {
        self.file.set_len(0)?;
        (&*self.file).rewind()
    }

    /// Writes the rest, and gives the file its name. Returns its size.
    pub(crate) fn complete(mut self, rest: &[u8]) -> Result<u64, Error> {
        let named = (&*self.file).write_all(rest).and_then(|()| {
            let size = self.file.metadata()?.len();
            std::fs::rename(&self.temporary, &self.path)?;
            Ok(size)
        });
        self.is_complete = named.is_ok();
        named.map_err(|error| unwritable(&self.path, error))
    }

    /// The sentence about bytes that cannot be written.
    pub(crate) fn unwritable(&self, error: &io::Error) -> Message {
        sentence(&self.path, error)
    }
}

impl Drop for Destination {
    fn drop(&mut self) {
        // In a forked child, the file belongs to the download of the parent.
        if !self.is_complete && self.generation == generation() {
            let _ = std::fs::remove_file(&self.temporary);
        }
    }
}

/// Makes a new file that only its owner may read: what is downloaded is private, such as invoices.
fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn unwritable(path: &Path, error: io::Error) -> Error {
    let mut refused = Error::new(ErrorKind::Validation, sentence(path, &error));
    refused.inner.source = Some(Arc::new(error));
    refused
}

fn sentence(path: &Path, error: &io::Error) -> Message {
    messages::unwritable(path.display(), error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("lomi-{}-{name}", uuid::Uuid::new_v4()));
        std::fs::create_dir(&folder).unwrap();
        folder
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn a_file_gets_its_name_when_it_is_complete() {
        let folder = folder("complete");
        let to = folder.join("a.pdf");
        std::fs::write(&to, "old").unwrap();
        let destination = Destination::open(&to, 10).unwrap();
        (&*destination.file()).write_all(b"broken").unwrap();
        assert_eq!(std::fs::read(&to).unwrap(), b"old");
        destination.start_again().unwrap();
        (&*destination.file()).write_all(b"ne").unwrap();
        assert_eq!(destination.complete(b"w").unwrap(), 3);
        assert_eq!(std::fs::read(&to).unwrap(), b"new");
        assert_eq!(names(&folder), ["a.pdf"]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&to).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn nothing_is_left_of_a_file_that_is_not_complete() {
        let folder = folder("dropped");
        let destination = Destination::open(&folder.join("a.pdf"), 10).unwrap();
        (&*destination.file()).write_all(b"half").unwrap();
        drop(destination);
        assert_eq!(names(&folder), [""; 0]);
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn the_file_that_a_link_leads_to_is_replaced() {
        let folder = folder("link");
        let (real, link) = (folder.join("real"), folder.join("link"));
        std::fs::write(&real, "old").unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        Destination::open(&link, 10).unwrap().complete(b"new").unwrap();
        assert_eq!(std::fs::read(&real).unwrap(), b"new");
        assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn what_is_no_file_is_refused() {
        let folder = folder("refused");
        for to in [folder.clone(), folder.join("missing/a.pdf"), PathBuf::new(), "/".into()] {
            let error = Destination::open(&to, 10).err().unwrap();
            assert_eq!(error.kind(), ErrorKind::Validation, "{error}");
        }
        #[cfg(unix)]
        assert!(Destination::open(Path::new("/dev/null"), 10).is_err());
        std::fs::remove_dir_all(folder).unwrap();
    }
}
