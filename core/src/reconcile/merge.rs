//! One stream of events from the walks through all lists.

use std::time::SystemTime;

use super::cursor::Cursor;
use super::pass::{Item, Range, TIE};
use super::walk::Walk;
use crate::error::{Error, ErrorKind};
use crate::json::document::write_string;
use crate::messages::outcome as messages;
use crate::request::{CallOptions, Input, Target};
use crate::response::Response;
use crate::table::{self, OPERATIONS, Operation, Reconcile};
use crate::timestamp;
use crate::webhook::replay_key_of;

/// What to do next in a reconciliation.
#[derive(Debug)]
pub enum ReconcileStep {
    /// Make this call, then pass its result to [`Reconciliation::take`].
    Call(Box<(Target, Input, CallOptions)>),
    /// The next event.
    Event(Box<Reconciled>),
    /// The end, and the cursor of the next run.
    Done(String),
}

/// An event, and how far the program has come once it is handled.
#[derive(Debug)]
#[non_exhaustive]
pub struct Reconciled {
    /// The event, as if a webhook had brought it: an [`Event`](crate::models::Event) whose `source`
    /// is `reconcile`.
    pub event: Response,
    /// The cursor to store when the event has been handled.
    pub cursor: String,
}

/// One run through all lists.
#[derive(Debug)]
pub struct Reconciliation {
    cursor: Cursor,
    walks: Vec<Walk>,
    /// The walk whose call is made.
    waiting: usize,
    /// The run was begun earlier, so that another one must follow to come to the present.
    was_resumed: bool,
    is_over: bool,
    /// The error of the last list that this server does not have.
    unsupported: Option<Error>,
}

/// The lists that are reconciled, and their rules.
pub(super) fn lists() -> impl Iterator<Item = (&'static Operation, &'static Reconcile)> {
    let all = OPERATIONS.iter().copied();
    all.filter_map(|operation| Some((operation, operation.reconcile.as_ref()?)))
}

/// The walks of a run.
fn walks(cursor: &Cursor) -> Vec<Walk> {
    let walks = lists().zip(&cursor.from).map(|((operation, rule), from)| {
        let from = if rule.is_whole { i64::MIN / 2 } else { *from };
        let range = Range {
            // What was handed over in this run is not looked for again.
            floor: from.max(cursor.position - TIE),
            until: if cursor.until > 0 { cursor.until } else { i64::MAX },
            changed_since: cursor.changed_since,
        };
        Walk::new(operation, rule, range)
    });
    walks.collect()
}

impl Reconciliation {
    /// Continues from a cursor, or starts with what has changed since a time such as
    /// `2026-01-31T00:00:00Z`.
    ///
    /// # Errors [`ErrorKind::Validation`] for any other text.
    pub fn new(since: &str) -> Result<Self, Error> {
        let cursor = Cursor::read(since, lists().count())?;
        let walks = walks(&cursor);
        let was_resumed = cursor.until > 0;
        Ok(Self { cursor, walks, waiting: 0, was_resumed, is_over: false, unsupported: None })
    }

    /// What to do now.
    pub fn step(&mut self) -> Result<ReconcileStep, Error> {
        loop {
            let next = |walk: &Walk| Some((walk.operation, walk.next()?.clone()));
            let call = self.walks.iter().enumerate().find_map(|(at, walk)| Some((at, next(walk)?)));
            if let Some((at, (operation, input))) = call {
                self.waiting = at;
                let target = Target::Operation(operation);
                return Ok(ReconcileStep::Call(Box::new((target, input, CallOptions::default()))));
            }
            let Some(item) = self.oldest() else {
                if let Some(error) = self.no_list() {
                    return Err(error);
                }
                if !self.is_over {
                    self.is_over = true;
                    self.note_pending();
                    self.cursor.end();
                }
                if std::mem::take(&mut self.was_resumed) {
                    (self.walks, self.is_over) = (walks(&self.cursor), false);
                    continue;
                }
                return Ok(ReconcileStep::Done(self.cursor.to_text()));
            };
            self.cursor.position = self.cursor.position.max(item.created);
            self.note_pending();
            let created = || item.row.string("created_at");
            let time = item.changed.clone().or_else(created).unwrap_or_default();
            // Unless the event has a key of its own.
            let id = format!("{} {} {time}", item.event, item.id);
            let key = replay_key_of(item.event, Some(&id), &time, |name| item.row.value(name))?;
            let key = Cursor::digits(&key);
            if self.cursor.is_repeated(key) {
                continue;
            }
            let event = Response::from_json(event_of(&item, key, &time)?, &table::EVENT)?;
            let cursor = self.cursor.to_text();
            return Ok(ReconcileStep::Event(Box::new(Reconciled { event, cursor })));
        }
    }

    /// The error of a server that has none of the lists, as behind a wrong base URL. The run would
    /// end without a time to continue from.
    fn no_list(&self) -> Option<Error> {
        self.unsupported.clone().filter(|_| self.cursor.until == 0 && !self.is_over)
    }

    fn note_pending(&mut self) {
        for (pending, walk) in self.cursor.pending.iter_mut().zip(&self.walks) {
            *pending = [*pending, walk.pending].into_iter().flatten().min();
        }
    }

    /// The oldest object of all lists.
    fn oldest(&mut self) -> Option<Item> {
        let created = |walk: &Walk| walk.ready.front().map(|item| item.created);
        let walk = self.walks.iter_mut().filter(|walk| !walk.ready.is_empty());
        walk.min_by_key(|walk| created(walk))?.ready.pop_front()
    }

    /// Takes the result of the call. `now` is the time of this machine.
    ///
    /// # Errors The error of the call. The same call may be made again with [`Self::step`].
    pub fn take(&mut self, result: Result<Response, Error>, now: SystemTime) -> Result<(), Error> {
        let Some(walk) = self.walks.get_mut(self.waiting) else { return Ok(()) };
        let response = match result {
            Ok(response) => response,
            // This server does not have the list.
            Err(error) if error.kind() == ErrorKind::UnsupportedOperation => {
                walk.end();
                self.unsupported = Some(error);
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        if self.cursor.until == 0 {
            let offset = response.clock_offset(now).unwrap_or(0);
            // The header Date has whole seconds, rounded down.
            self.cursor.until = timestamp::of(now) + offset + 999;
            let until = self.cursor.until;
            self.walks.iter_mut().for_each(|walk| walk.set_until(until));
        }
        match self.walks.get_mut(self.waiting) {
            Some(walk) => walk.take(&response),
            None => Ok(()),
        }
    }
}

/// The JSON of the event that a webhook would have brought.
fn event_of(item: &Item, key: &str, time: &str) -> Result<String, Error> {
    let mut json = Vec::with_capacity(1024);
    json.extend_from_slice(b"{\"id\":");
    write_string(&format!("reconcile_{key}"), &mut json);
    json.extend_from_slice(b",\"event\":");
    write_string(item.event, &mut json);
    json.extend_from_slice(b",\"timestamp\":");
    match time {
        "" => json.extend_from_slice(b"null"),
        time => write_string(time, &mut json),
    }
    json.extend_from_slice(b",\"source\":\"reconcile\",\"data\":");
    item.row.write_json(&mut json);
    json.push(b'}');
    String::from_utf8(json).map_err(|_| Error::internal(messages::event_not_utf_eight()))
}
