//! The walk through one list, from the oldest object to the newest one, over a server that lists
//! the newest first. A first pass reads the list back to the oldest object; where it finds more
//! than it keeps, further passes start nearer and nearer to the top.

use std::collections::{HashSet, VecDeque};

use super::pass::{Item, MOST_KEPT, Pass, Range, TIE};
use crate::error::Error;
use crate::json::Map;
use crate::request::Input;
use crate::response::{Pager, Response};
use crate::table::{Operation, Reconcile};
use crate::timestamp;

const PAGE: usize = 100;

/// A page of the first pass.
#[derive(Debug)]
struct Mark {
    input: Input,
    newest: i64,
}

/// The walk through one list.
#[derive(Debug)]
pub(super) struct Walk {
    pub(super) operation: &'static Operation,
    pub(super) rule: &'static Reconcile,
    range: Range,
    /// `None` when the walk is over.
    pager: Option<Pager>,
    pass: Pass,
    /// The page with which the pass has begun, by its number in the first pass.
    start: usize,
    marks: Vec<Mark>,
    is_first_pass: bool,
    /// Whether the list is in no order, so that each pass reads all of it.
    is_unordered: bool,
    /// The objects near the end of the last pass, which the next one finds again.
    tail: HashSet<String>,
    pub(super) ready: VecDeque<Item>,
    pub(super) pending: Option<i64>,
}

impl Walk {
    pub(super) fn new(
        operation: &'static Operation,
        rule: &'static Reconcile,
        range: Range,
    ) -> Self {
        Self {
            operation,
            rule,
            range,
            pager: Some(Pager::new(first_page(operation, rule, range.floor))),
            pass: Pass::new(),
            start: 0,
            marks: Vec::new(),
            is_first_pass: true,
            is_unordered: false,
            tail: HashSet::new(),
            ready: VecDeque::new(),
            pending: None,
        }
    }

    /// The next page to ask for, if an object is to be found.
    pub(super) fn next(&self) -> Option<&Input> {
        self.pager.as_ref().filter(|_| self.ready.is_empty())?.next()
    }

    /// The server does not have this list.
    pub(super) fn end(&mut self) {
        self.pager = None;
    }

    /// Objects created after this time are left to the next run.
    pub(super) fn set_until(&mut self, until: i64) {
        self.range.until = until;
    }

    /// Takes a page.
    pub(super) fn take(&mut self, response: &Response) -> Result<(), Error> {
        let Some(pager) = &mut self.pager else { return Ok(()) };
        let input = pager.next().cloned().unwrap_or_default();
        let ids = response.ids()?;
        let new = pager.accept_with(response, ids.clone())?;
        let (mut is_older, mut newest) = (!ids.is_empty(), None);
        for (at, row) in response.rows().enumerate() {
            let Some(row) = row else { continue };
            let created = row.string("created_at").as_deref().and_then(timestamp::read);
            newest = newest.max(created);
            if new.has(at) {
                let id = ids.get(at).and_then(Option::as_ref);
                let keeps_all = self.is_unordered;
                is_older &= self.pass.take(self.rule, self.range, id, created, row, keeps_all);
            }
        }
        if self.is_first_pass
            && let Some(newest) = newest
        {
            self.marks.push(Mark { input, newest });
        }
        if !self.pass.is_ordered && !self.is_unordered {
            self.read_all();
            return Ok(());
        }
        let has_ended = self.pager.as_ref().is_none_or(|pager| pager.next().is_none());
        if has_ended || (is_older && !self.is_unordered) {
            self.end_pass();
        }
        Ok(())
    }

    /// Starts again, for a list in no order.
    fn read_all(&mut self) {
        (self.is_unordered, self.pass, self.start) = (true, Pass::new(), 0);
        self.pager = Some(Pager::new(first_page(self.operation, self.rule, self.range.floor)));
    }

    fn end_pass(&mut self) {
        let pass = std::mem::replace(&mut self.pass, Pass::new());
        self.pending = match (self.pending, pass.pending) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        let (has_dropped, newest) = (pass.has_dropped, pass.newest);
        let mut items = pass.into_items();
        items.retain(|item| !self.tail.contains(&item.id));
        // Everything up to the edge was found.
        let edge = match has_dropped {
            true => items.last().map(|item| item.created),
            false => newest,
        };
        self.ready.extend(items);
        self.is_first_pass = false;
        let is_over = !has_dropped && self.start == 0;
        match edge.filter(|_| !is_over) {
            Some(edge) => self.begin_pass(edge),
            None => (self.pager, self.marks) = (None, Vec::new()),
        }
    }

    /// Begins a pass that ends where the last one has begun.
    fn begin_pass(&mut self, edge: i64) {
        self.range.floor = edge - TIE;
        let near = self.ready.iter().filter(|item| item.created >= edge - TIE);
        self.tail = near.map(|item| item.id.clone()).collect();
        let older = self.marks.iter().position(|mark| mark.newest <= edge);
        let older = older.unwrap_or(self.marks.len());
        // The first pass began at the top; each further one begins nearer to it than the last one.
        let before = self.start.checked_sub(1).unwrap_or(self.marks.len());
        self.start = older.saturating_sub(MOST_KEPT / PAGE).min(before);
        self.marks.truncate(self.start + 1);
        let first = match self.marks.get(self.start) {
            Some(mark) if self.start > 0 => mark.input.clone(),
            _ => first_page(self.operation, self.rule, self.range.floor),
        };
        self.pager = Some(Pager::new(first));
    }
}

/// The request of the first page.
fn first_page(operation: &Operation, rule: &Reconcile, floor: i64) -> Input {
    let mut query = Map::new();
    let has = |name: &&str| operation.query_parameters.iter().any(|p| p.name == *name);
    if let Some(name) = ["limit", "pageSize"].into_iter().find(has) {
        query.insert(name.to_owned(), (PAGE as u64).into());
    }
    if let Some(name) = rule.since {
        // The day before: the server's days may begin elsewhere.
        query.insert(name.to_owned(), timestamp::day(floor - 86_400_000).into());
    }
    Input::query(query)
}
