//! Walks a list from page to page, by offset, page number or cursor, as the server pages. A state
//! machine without I/O: it returns the next request and which rows are new.

use std::collections::{HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::Response;
use super::envelope::{Content, PageInfo};
use crate::error::{Error, ErrorKind};
use crate::json::Value;
use crate::message::Message;
use crate::messages::response as messages;
use crate::request::Input;
use crate::table::Paging;

/// How many pages in a row may have no row, or no new one.
const MAX_PAGES_WITHOUT_NEWS: u32 = 20;
/// How many pages in a row may equal an earlier one: when as many rows as a page has are inserted
/// between two requests, the second page is the first one again.
const MAX_REPEATED_PAGES: u32 = 1;
/// How many of the last rows are remembered, and at least two pages: a row is sent again when rows
/// are inserted during the walk.
const ROWS_REMEMBERED: usize = 200;
/// How many of the last pages are remembered, to recognise one that is sent again.
const PAGES_REMEMBERED: usize = 64;

/// The position of a walk through a list. After an error, the same page is requested again.
#[derive(Debug, Clone)]
pub struct Pager {
    next: Option<Input>,
    /// Rows received so far, including duplicates: the offset of the next page.
    offset: u64,
    first_page: Option<usize>,
    /// Pages in a row without a row, and pages in a row without a new one.
    without_rows: u32,
    without_new: u32,
    /// Pages in a row that equal an earlier one.
    repeated: u32,
    seen: Seen,
    cycle: Cycle,
}

/// The ids of the last rows, in two sets: when the newer one is full, it replaces the older one.
#[derive(Debug, Clone, Default)]
struct Seen {
    newer: HashSet<String>,
    older: HashSet<String>,
    /// The fingerprints of the last pages.
    pages: VecDeque<u64>,
}

impl Seen {
    fn has(&self, id: Option<&String>) -> bool {
        id.is_some_and(|id| self.newer.contains(id) || self.older.contains(id))
    }

    /// Adds a page. Returns whether an equal page is remembered.
    fn add(&mut self, ids: Vec<Option<String>>, fingerprint: u64) -> bool {
        if self.newer.len() >= ROWS_REMEMBERED.max(2 * ids.len()) {
            self.older = std::mem::take(&mut self.newer);
        }
        // The iterator cannot say how many there are, and a set that grows hashes its ids again.
        self.newer.reserve(ids.len());
        self.newer.extend(ids.into_iter().flatten());
        let repeated = self.pages.contains(&fingerprint);
        self.pages.push_back(fingerprint);
        if self.pages.len() > PAGES_REMEMBERED {
            self.pages.pop_front();
        }
        repeated
    }
}

/// Detects a cycle of pages of any length with Brent's algorithm: it remembers one page, and
/// replaces it each time the number of pages has doubled.
#[derive(Debug, Clone, Default)]
struct Cycle {
    mark: Option<u64>,
    steps: u64,
    power: u64,
}

impl Cycle {
    fn is_repeated(&mut self, page: u64) -> bool {
        if self.mark == Some(page) {
            return true;
        }
        self.steps += 1;
        if self.steps > self.power {
            self.mark = Some(page);
            self.power = self.steps * 2;
        }
        false
    }
}

/// The positions of the rows of a page that the walk has not returned before.
#[derive(Debug, Clone)]
pub struct NewRows(Vec<usize>);

impl NewRows {
    /// Whether the row at a position is new.
    pub fn has(&self, position: usize) -> bool {
        self.0.binary_search(&position).is_ok()
    }

    /// How many rows are new.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether no row is new.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Error {
    /// The error of a response that is not a list.
    pub fn not_a_list() -> Self {
        Self::unexpected(messages::not_list())
    }
}

fn fingerprint(ids: &[Option<String>]) -> u64 {
    let mut hasher = DefaultHasher::new();
    ids.hash(&mut hasher);
    hasher.finish()
}

impl Pager {
    /// Starts at the caller's query.
    pub fn new(input: Input) -> Self {
        let offset = input.query.get("offset").and_then(Value::as_u64).unwrap_or(0);
        Self {
            next: Some(input),
            offset,
            first_page: None,
            without_rows: 0,
            without_new: 0,
            repeated: 0,
            seen: Seen::default(),
            cycle: Cycle::default(),
        }
    }

    /// The next request; `None` at the end of the list.
    pub fn next(&self) -> Option<&Input> {
        self.next.as_ref()
    }

    /// Takes a page. Returns its new rows.
    pub fn accept(&mut self, response: &Response) -> Result<NewRows, Error> {
        self.accept_with(response, response.ids()?)
    }

    /// Like [`Self::accept`], for a caller that has the ids of the page.
    pub(crate) fn accept_with(
        &mut self,
        response: &Response,
        ids: Vec<Option<String>>,
    ) -> Result<NewRows, Error> {
        let Content::Rows(_, _, info) = &response.content else {
            return Err(Error::not_a_list());
        };
        let Some(input) = self.next.take() else {
            return Err(Error::internal(messages::list_ended()));
        };
        let new_rows: Vec<usize> = ids
            .iter()
            .enumerate()
            .filter(|(_, id)| !self.seen.has(id.as_ref()))
            .map(|(at, _)| at)
            .collect();
        let rows = ids.len();
        self.without_rows = if rows == 0 { self.without_rows + 1 } else { 0 };
        if rows > 0 && ids.iter().any(Option::is_some) {
            self.check_for_loop(ids, new_rows.is_empty(), info)?;
        }
        self.offset += rows as u64;
        let is_bare = *info == PageInfo::default();
        let paging = response.operation.map(|operation| operation.paging);
        self.next = match paging.filter(|_| is_bare) {
            Some(Paging::Number) => Self::next_number(input, rows),
            Some(Paging::Whole) => None,
            Some(Paging::Offset) | None => self.next_input(input, info, rows)?,
        };
        Ok(NewRows(new_rows))
    }

    /// Returns an error if the list repeats itself. When rows are inserted at its start during the
    /// walk, a page may have no new row, or even equal the previous page. With one row per page that
    /// may happen several times; with more rows, once, unless the server confirms the offset.
    fn check_for_loop(
        &mut self,
        ids: Vec<Option<String>>,
        no_new: bool,
        info: &PageInfo,
    ) -> Result<(), Error> {
        let (rows, page) = (ids.len(), fingerprint(&ids));
        let repeated = self.seen.add(ids, page);
        self.without_new = if no_new { self.without_new + 1 } else { 0 };
        let moved = self.offset > 0 && info.offset == Some(self.offset);
        self.repeated = match no_new && repeated && rows > 1 && !moved {
            true => self.repeated + 1,
            false => 0,
        };
        if self.repeated > MAX_REPEATED_PAGES {
            return Err(endless_list(messages::page_again()));
        }
        if self.without_new > MAX_PAGES_WITHOUT_NEWS {
            return Err(endless_list(messages::no_new_rows()));
        }
        if !no_new && self.cycle.is_repeated(page) {
            return Err(endless_list(messages::list_again()));
        }
        Ok(())
    }

    fn next_input(
        &mut self,
        mut input: Input,
        info: &PageInfo,
        rows: usize,
    ) -> Result<Option<Input>, Error> {
        let first_page = *self.first_page.get_or_insert(rows);
        if info.has_more == Some(false) {
            return Ok(None);
        }
        if self.without_rows > MAX_PAGES_WITHOUT_NEWS {
            return Err(endless_list(messages::empty_pages()));
        }
        if let Some(cursor) = &info.next_cursor {
            let cursor = Value::from(cursor.as_str());
            if input.query.get("cursor") == Some(&cursor) {
                return Err(endless_list(messages::same_cursor()));
            }
            input.query.insert("cursor".into(), cursor);
            input.query.shift_remove("offset");
            return Ok(Some(input));
        }
        // If the server sends that there is more, a short page is not the end.
        let has_more = info.has_more == Some(true);
        let ends = !has_more && (rows == 0 || self.is_short(&input, rows, first_page));
        if let Some(page) = info.page {
            let last = match info.total_pages {
                Some(pages) => page >= pages && !has_more,
                None => ends,
            };
            input.query.insert("page".into(), page.saturating_add(1).into());
            return Ok((!last).then_some(input));
        }
        let counted = info.total.is_some_and(|total| self.offset >= total);
        if ends || counted && !has_more {
            return Ok(None);
        }
        if rows == 0 {
            // The same offset would return the same empty page.
            let limit = input.query.get("limit").and_then(Value::as_u64);
            let step = info.limit.or(limit).unwrap_or(1).max(1);
            self.offset = self.offset.saturating_add(step);
        }
        input.query.insert("offset".into(), self.offset.into());
        Ok(Some(input))
    }

    /// The request for the next page of a list that is paged by number, and whose response says
    /// nothing about its position. Only an empty page is the last one: the server makes its list of
    /// payouts of two others, and a page is short as soon as one of them has ended.
    fn next_number(mut input: Input, rows: usize) -> Option<Input> {
        let page = input.query.get("page").and_then(Value::as_u64).unwrap_or(1);
        input.query.insert("page".into(), page.saturating_add(1).into());
        (rows > 0).then_some(input)
    }

    /// A page with fewer rows than requested is the last one. A server may cap the page size, so
    /// the page must also be shorter than the first one.
    fn is_short(&self, input: &Input, rows: usize, first_page: usize) -> bool {
        let limit = input.query.get("limit").and_then(Value::as_u64).unwrap_or(u64::MAX);
        (rows as u64) < limit.min(first_page as u64)
    }
}

fn endless_list(message: Message) -> Error {
    Error::new(ErrorKind::PaginationLoop, message)
}

#[cfg(test)]
mod tests;
