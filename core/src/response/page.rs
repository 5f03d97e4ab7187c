//! One page of a list of typed models.

use super::Response;
use super::envelope::{Content, PageInfo};
use super::typed::{FromDocument, read_model};
use crate::error::Error;

/// One page of a list.
///
/// ```no_run
/// # async fn run(client: lomi::Client) -> Result<(), lomi::Error> {
/// let page = client.checkout_sessions().list(Default::default()).await?;
/// println!("{} of {:?}", page.data.len(), page.info.total);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Page<T> {
    /// The rows.
    pub data: Vec<T>,
    /// The server's information about the whole list.
    pub info: PageInfo,
}

impl<T: FromDocument> Page<T> {
    pub(crate) fn read(response: Response) -> Result<Self, Error> {
        let page = response.reading(|response| Self::read_rows(response, |_| true));
        response.document.recycle();
        page
    }

    /// Reads the rows for whose position `keep` returns true.
    pub(crate) fn read_rows(
        response: &Response,
        keep: impl Fn(usize) -> bool,
    ) -> Result<Self, Error> {
        let Content::Rows(_, list, info) = &response.content else {
            return Err(Error::not_a_list());
        };
        let document = &response.document;
        let kept = document.items(list.0).enumerate().filter(|(position, _)| keep(*position));
        let data = kept.map(|(_, row)| read_model(document, row)).collect();
        Ok(Self { data, info: info.clone() })
    }
}
