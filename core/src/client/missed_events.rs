//! The events that a program has missed.

use std::time::SystemTime;

use super::Client;
use crate::error::Error;
use crate::models::Event;
use crate::reconcile::{ReconcileStep, Reconciliation};
use crate::response::typed;

/// The events that a program has missed, oldest first. After an error, [`MissedEvents::next`] makes
/// the same request again.
#[derive(Debug)]
#[must_use = "events are only looked for while they are requested"]
pub struct MissedEvents {
    client: Client,
    run: Reconciliation,
    cursor: String,
}

impl Client {
    /// Every object that has reached a final state since a cursor, or since a time such as
    /// `2026-01-31T00:00:00Z`: as the event that a webhook would have brought, oldest first. Store
    /// the cursor of an event once it is handled, and the last one of a run.
    ///
    /// # Errors [`ErrorKind::Validation`](crate::ErrorKind) if `since` is neither.
    ///
    /// ```no_run
    /// # async fn run(client: lomi::Client, mut cursor: String) -> Result<(), lomi::Error> {
    /// let mut missed = client.reconcile(&cursor)?;
    /// while let Some((event, after)) = missed.next().await? {
    ///     println!("{:?} {:?}", event.event, event.data);
    ///     cursor = after;
    /// }
    /// cursor = missed.cursor();
    /// # Ok(())
    /// # }
    /// ```
    pub fn reconcile(&self, since: &str) -> Result<MissedEvents, Error> {
        MissedEvents::new(self, since)
    }
}

impl MissedEvents {
    fn new(client: &Client, since: &str) -> Result<Self, Error> {
        let run = Reconciliation::new(since)?;
        Ok(Self { client: client.clone(), run, cursor: since.to_owned() })
    }

    /// The next event, and the cursor to store once it is handled; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<(Event, String)>, Error> {
        loop {
            match self.run.step()? {
                ReconcileStep::Done(cursor) => {
                    self.cursor = cursor;
                    return Ok(None);
                }
                ReconcileStep::Event(found) => {
                    self.cursor = found.cursor;
                    return Ok(Some((typed::read_one(&found.event)?, self.cursor.clone())));
                }
                ReconcileStep::Call(call) => {
                    let (target, input, options) = *call;
                    let call = self.client.prepare(target, input, options)?;
                    self.run.take(self.client.run(call).await, SystemTime::now())?;
                }
            }
        }
    }

    /// The cursor after the last event; after the end, that of the next run.
    pub fn cursor(&self) -> String {
        self.cursor.clone()
    }
}
