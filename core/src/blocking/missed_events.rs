//! The events that a program has missed, for the client whose calls block.

use std::time::SystemTime;

use super::Client;
use crate::error::Error;
use crate::models::Event;
use crate::reconcile::{ReconcileStep, Reconciliation};
use crate::response::typed;

/// The events that a program has missed, oldest first: an iterator of events with the cursor to
/// store once each is handled. After an error, the same request is made again.
#[derive(Debug)]
#[must_use = "events are only looked for while they are requested"]
pub struct MissedEvents {
    client: Client,
    run: Reconciliation,
    cursor: String,
}

impl Client {
    /// Every object that has reached a final state since a cursor, or since a time; see
    /// [`lomi::Client::reconcile`](crate::Client::reconcile).
    pub fn reconcile(&self, since: &str) -> Result<MissedEvents, Error> {
        let run = Reconciliation::new(since)?;
        Ok(MissedEvents { client: self.clone(), run, cursor: since.to_owned() })
    }
}

impl MissedEvents {
    /// The cursor after the last event; after the end, that of the next run.
    pub fn cursor(&self) -> String {
        self.cursor.clone()
    }

    fn step(&mut self) -> Result<Option<(Event, String)>, Error> {
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
                    self.run.take(self.client.send(target, input, options), SystemTime::now())?;
                }
            }
        }
    }
}

impl Iterator for MissedEvents {
    type Item = Result<(Event, String), Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.step().transpose()
    }
}
