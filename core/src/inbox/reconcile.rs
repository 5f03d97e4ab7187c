//! Hands over what webhooks have not brought, and stores how far it has come.

use super::handle::Inbox;
use super::statements::CURSOR_EVERY;
use super::store::Store;
use crate::client::Client;
use crate::error::Error;
use crate::messages::bindings as messages;
use crate::models::Event;

impl<S: Store> Inbox<S> {
    /// Hands over what webhooks have not brought since the last run, oldest first. Returns how many
    /// events that was. Each event's cursor is stored in the transaction of its handler. Run it at
    /// every start and every few minutes.
    ///
    /// `since` is where the first run starts, such as `2026-01-31`; later ones start where the last
    /// one has ended. The store blocks the thread between two calls to the API.
    ///
    /// # Errors [`ErrorKind::Validation`](crate::ErrorKind::Validation) if there is neither a
    /// stored cursor nor `since`; those of the handler, of the calls and of the database. The next
    /// run continues from the stored cursor.
    pub async fn reconcile<E>(
        &self,
        client: &Client,
        since: Option<&str>,
        mut handler: impl FnMut(&Event, &mut S::Transaction<'_>) -> Result<(), E>,
    ) -> Result<usize, E>
    where
        E: From<S::Error> + From<Error>,
    {
        let mut run = Run::start::<E>(self, since)?;
        let mut missed = client.reconcile(&run.start)?;
        while let Some((event, cursor)) = missed.next().await? {
            run.take(&event, cursor, &mut handler)?;
        }
        run.end(missed.cursor())
    }

    /// Like [`Self::reconcile`], with the client whose calls block.
    #[cfg(feature = "blocking")]
    pub fn reconcile_blocking<E>(
        &self,
        client: &crate::blocking::Client,
        since: Option<&str>,
        mut handler: impl FnMut(&Event, &mut S::Transaction<'_>) -> Result<(), E>,
    ) -> Result<usize, E>
    where
        E: From<S::Error> + From<Error>,
    {
        let mut run = Run::start::<E>(self, since)?;
        let mut missed = client.reconcile(&run.start)?;
        for found in &mut missed {
            let (event, cursor) = found?;
            run.take(&event, cursor, &mut handler)?;
        }
        run.end(missed.cursor())
    }
}

/// One run.
struct Run<'a, S> {
    inbox: &'a Inbox<S>,
    start: String,
    stored: Option<String>,
    handed_over: usize,
    repeated: usize,
}

impl<'a, S: Store> Run<'a, S> {
    fn start<E>(inbox: &'a Inbox<S>, since: Option<&str>) -> Result<Self, E>
    where
        E: From<S::Error> + From<Error>,
    {
        let stored = inbox.load_cursor()?;
        let start = stored
            .clone()
            .or_else(|| since.map(str::to_owned))
            .ok_or_else(|| Error::validation(messages::inbox_without_cursor()))?;
        Ok(Self { inbox, start, stored, handed_over: 0, repeated: 0 })
    }

    fn take<E>(
        &mut self,
        event: &Event,
        cursor: String,
        handler: impl FnOnce(&Event, &mut S::Transaction<'_>) -> Result<(), E>,
    ) -> Result<(), E>
    where
        E: From<S::Error> + From<Error>,
    {
        if self.inbox.hand_over(event, Some(&cursor), handler)? {
            self.handed_over += 1;
        } else {
            self.repeated += 1;
            if !self.repeated.is_multiple_of(CURSOR_EVERY) {
                return Ok(());
            }
            self.inbox.store_cursor(&cursor)?;
        }
        self.stored = Some(cursor);
        Ok(())
    }

    fn end<E: From<S::Error>>(self, cursor: String) -> Result<usize, E> {
        if self.stored.as_ref() != Some(&cursor) {
            self.inbox.store_cursor(&cursor)?;
        }
        Ok(self.handed_over)
    }
}
