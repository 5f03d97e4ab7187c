//! Downloads of files that the API links to.

use std::path::Path;

use bytes::Bytes;

use super::Client;
use crate::error::Error;
use crate::messages::config as messages;
use crate::request::{DownloadOptions, Input, Target};
use crate::response::Response;

impl Client {
    /// Downloads a file that the API links to, such as the `download_url` of an export, into
    /// memory. Neither the key nor any header of this client is sent: the link may lead to any
    /// host, and its query has a signature that allows to fetch the file.
    ///
    /// # Errors [`ErrorKind::Validation`](crate::ErrorKind::Validation) if the link is not https,
    /// and [`ErrorKind::ResponseTooLarge`](crate::ErrorKind::ResponseTooLarge) above the limit.
    ///
    /// ```no_run
    /// # async fn run(client: lomi::Client) -> Result<(), lomi::Error> {
    /// use lomi::DownloadOptions;
    ///
    /// # let link = "https://files.example/invoice.pdf?signature=...";
    /// let pdf = client.download(link, DownloadOptions::new()).await?;
    /// println!("{} bytes", pdf.len());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn download(&self, url: &str, options: DownloadOptions) -> Result<Bytes, Error> {
        Ok(self.fetch(url, None, options).await?.body)
    }

    /// Downloads a file that the API links to, and saves it. Returns its size.
    ///
    /// The bytes are written as they come, to a temporary file beside `path` that gets its name
    /// when it is complete: an existing file is replaced only then, and nothing is left of a
    /// download that fails. On Unix only the owner may read the file. It may have 1 GiB, unless
    /// [`DownloadOptions::max_bytes`] is given.
    ///
    /// # Errors As [`Client::download`]; [`ErrorKind::Validation`](crate::ErrorKind::Validation)
    /// also if the file cannot be written.
    ///
    /// ```no_run
    /// # async fn run(client: lomi::Client) -> Result<(), lomi::Error> {
    /// use std::time::Duration;
    ///
    /// use lomi::DownloadOptions;
    ///
    /// # let link = "https://files.example/export.csv?signature=...";
    /// let options = DownloadOptions::new().timeout(Duration::from_secs(600));
    /// let size = client.download_to(link, "export.csv", options).await?;
    /// println!("{size} bytes");
    /// # Ok(())
    /// # }
    /// ```
    pub async fn download_to(
        &self,
        url: &str,
        path: impl AsRef<Path>,
        options: DownloadOptions,
    ) -> Result<u64, Error> {
        saved(&self.fetch(url, Some(path.as_ref()), options).await?)
    }

    async fn fetch(
        &self,
        url: &str,
        to: Option<&Path>,
        options: DownloadOptions,
    ) -> Result<Response, Error> {
        let (download, options) = options.call(url, to);
        self.run(self.prepare(Target::Download(download), Input::default(), options)?).await
    }
}

/// The size of a file that was saved.
pub(crate) fn saved(response: &Response) -> Result<u64, Error> {
    response.saved.ok_or_else(|| Error::internal(messages::download_not_saved()))
}
