//! Walking a list from page to page, whichever way the server's generation pages:
//! offset, page number or cursor. A pure state machine: it says what to ask for next
//! and which rows are new.

use std::collections::{HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::Response;
use super::envelope::{Content, PageInfo};
use crate::error::{Error, ErrorKind};
use crate::json::Value;
use crate::request::Input;

/// How many pages without a row, or without a new row, may follow each other.
const PAGES_IN_VAIN: u32 = 20;
/// So many rows back, and two pages at least, a row may turn up again because the list
/// shifted under the walk.
const ROWS_REMEMBERED: usize = 200;
/// So many pages back, an exact repetition is recognised.
const PAGES_REMEMBERED: usize = 64;

/// Where a walk through a list stands. After an error the same page is asked for again.
#[derive(Debug, Clone)]
pub struct Pager {
    next: Option<Input>,
    /// Rows taken so far, duplicates included: the offset of the next page.
    offset: u64,
    first_page: Option<usize>,
    /// Pages in a row that gave no row, and pages in a row that gave no new one.
    empty: u32,
    stale: u32,
    seen: Seen,
    cycle: Cycle,
}

/// The rows of the last pages, in two halves: when the newer half is full, it becomes the
/// older one.
#[derive(Debug, Clone, Default)]
struct Seen {
    newer: HashSet<String>,
    older: HashSet<String>,
    /// The fingerprints of whole pages.
    pages: VecDeque<u64>,
}

impl Seen {
    fn has(&self, id: Option<&String>) -> bool {
        id.is_some_and(|id| self.newer.contains(id) || self.older.contains(id))
    }

    /// Takes a page in. Says whether the very same page was there before.
    fn add(&mut self, ids: Vec<Option<String>>, fingerprint: u64) -> bool {
        if self.newer.len() >= ROWS_REMEMBERED.max(2 * ids.len()) {
            self.older = std::mem::take(&mut self.newer);
        }
        self.newer.extend(ids.into_iter().flatten());
        let repeated = self.pages.contains(&fingerprint);
        self.pages.push_back(fingerprint);
        if self.pages.len() > PAGES_REMEMBERED {
            self.pages.pop_front();
        }
        repeated
    }
}

/// Notices a list that goes round, however long the round is: Brent's method, which
/// remembers one page, a later one each time the walk has doubled.
#[derive(Debug, Clone, Default)]
struct Cycle {
    mark: Option<u64>,
    steps: u64,
    power: u64,
}

impl Cycle {
    fn closes(&mut self, page: u64) -> bool {
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

/// The rows of a page that a walk has not seen before, by their position.
#[derive(Debug, Clone)]
pub struct NewRows(Vec<usize>);

impl NewRows {
    /// Whether the row at a position is one of them.
    pub fn has(&self, position: usize) -> bool {
        self.0.binary_search(&position).is_ok()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Error {
    /// A response that should be a list and is none.
    pub fn not_a_list() -> Self {
        Self::unexpected("the answer is not a list")
    }
}

fn fingerprint(ids: &[Option<String>]) -> u64 {
    let mut hasher = DefaultHasher::new();
    ids.hash(&mut hasher);
    hasher.finish()
}

impl Pager {
    /// Starts where the caller's own query starts.
    pub fn new(input: Input) -> Self {
        let offset = input.query.get("offset").and_then(Value::as_u64).unwrap_or(0);
        Self {
            next: Some(input),
            offset,
            first_page: None,
            empty: 0,
            stale: 0,
            seen: Seen::default(),
            cycle: Cycle::default(),
        }
    }

    /// What to ask for next; nothing when the list is at its end.
    pub fn next(&self) -> Option<&Input> {
        self.next.as_ref()
    }

    /// Takes a page in. Gives the rows that were not seen before.
    pub fn accept(&mut self, response: &Response) -> Result<NewRows, Error> {
        let Content::Rows(_, _, facts) = &response.content else {
            return Err(Error::not_a_list());
        };
        let ids = response.ids()?;
        let Some(input) = self.next.take() else {
            return Err(Error::internal("the list is at its end already"));
        };
        let fresh: Vec<usize> = ids
            .iter()
            .enumerate()
            .filter(|(_, id)| !self.seen.has(id.as_ref()))
            .map(|(at, _)| at)
            .collect();
        let rows = ids.len();
        self.empty = if rows == 0 { self.empty + 1 } else { 0 };
        if rows > 0 && ids.iter().any(Option::is_some) {
            self.look_for_loop(ids, fresh.is_empty(), facts)?;
        }
        self.offset += rows as u64;
        self.next = self.following(input, facts, rows)?;
        Ok(NewRows(fresh))
    }

    /// Tells a list that goes round from one that shifts. Where rows are inserted at its front
    /// during the walk, a page may hold nothing new, and with one row a page it may even be
    /// the page before; but not many times, and not where several rows come again as they
    /// were, unless the server shows that it read the offset.
    fn look_for_loop(
        &mut self,
        ids: Vec<Option<String>>,
        stale: bool,
        facts: &PageInfo,
    ) -> Result<(), Error> {
        let (rows, page) = (ids.len(), fingerprint(&ids));
        let repeated = self.seen.add(ids, page);
        self.stale = if stale { self.stale + 1 } else { 0 };
        let moved = self.offset > 0 && facts.offset == Some(self.offset);
        if stale && repeated && rows > 1 && !moved {
            return Err(going_round("a page came again"));
        }
        if self.stale > PAGES_IN_VAIN {
            return Err(going_round("its pages give nothing new"));
        }
        if !stale && self.cycle.closes(page) {
            return Err(going_round("it begins again"));
        }
        Ok(())
    }

    fn following(
        &mut self,
        mut input: Input,
        facts: &PageInfo,
        rows: usize,
    ) -> Result<Option<Input>, Error> {
        let first_page = *self.first_page.get_or_insert(rows);
        if facts.has_more == Some(false) {
            return Ok(None);
        }
        if self.empty > PAGES_IN_VAIN {
            return Err(going_round("it promises more and gives nothing"));
        }
        if let Some(cursor) = &facts.next_cursor {
            let cursor = Value::from(cursor.as_str());
            if input.query.get("cursor") == Some(&cursor) {
                return Err(going_round("its cursor does not move"));
            }
            input.query.insert("cursor".into(), cursor);
            input.query.shift_remove("offset");
            return Ok(Some(input));
        }
        // A server that says that there is more is believed, whatever the page's length is.
        let promised = facts.has_more == Some(true);
        let ends = !promised && (rows == 0 || self.is_short(&input, rows, first_page));
        if let Some(page) = facts.page {
            let last = match facts.total_pages {
                Some(pages) => page >= pages && !promised,
                None => ends,
            };
            input.query.insert("page".into(), (page + 1).into());
            return Ok((!last).then_some(input));
        }
        let counted = facts.total.is_some_and(|total| self.offset >= total);
        if ends || counted && !promised {
            return Ok(None);
        }
        if rows == 0 {
            // The same offset would give the same nothing.
            let asked = input.query.get("limit").and_then(Value::as_u64);
            self.offset += facts.limit.or(asked).unwrap_or(1).max(1);
        }
        input.query.insert("offset".into(), self.offset.into());
        Ok(Some(input))
    }

    /// A page shorter than asked for is the last one; but a server may cap the page
    /// size, so only one that is shorter than the first page counts.
    fn is_short(&self, input: &Input, rows: usize, first_page: usize) -> bool {
        let asked = input.query.get("limit").and_then(Value::as_u64).unwrap_or(u64::MAX);
        (rows as u64) < asked.min(first_page as u64)
    }
}

fn going_round(how: &str) -> Error {
    Error::new(ErrorKind::PaginationLoop, format!("the list does not end: {how}"))
}

#[cfg(test)]
mod tests;
