//! Walking a list from page to page, whichever way the server's generation pages:
//! offset, page number or cursor. A pure state machine: it says what to ask for next
//! and which rows are new.

use std::collections::{HashSet, VecDeque};

use crate::envelope::{Found, PageFacts};
use crate::error::{Error, ErrorKind};
use crate::input::Input;
use crate::json::Value;
use crate::reply::Reply;

/// How many pages without a row may follow each other in a list that promises more.
const EMPTY_PAGES: u32 = 20;
/// How many pages back a row may turn up again because the list shifted under us.
const PAGES_REMEMBERED: usize = 2;

/// Where a walk through a list stands. After an error the same page is asked for again.
#[derive(Debug, Clone)]
pub struct Pager {
    next: Option<Input>,
    /// Rows taken so far, duplicates included: the offset of the next page.
    offset: u64,
    first_page: Option<usize>,
    empty: u32,
    recent: VecDeque<HashSet<String>>,
    /// The first id of every page, to notice a list that goes round.
    starts: HashSet<String>,
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
            recent: VecDeque::new(),
            starts: HashSet::new(),
        }
    }

    /// What to ask for next; nothing when the list is at its end.
    pub fn next(&self) -> Option<&Input> {
        self.next.as_ref()
    }

    /// Takes a page in. Gives the positions of the rows that were not seen before.
    pub fn accept(&mut self, reply: &Reply) -> Result<Vec<usize>, Error> {
        let Found::Rows(_, _, facts) = &reply.found else {
            return Err(Error::unexpected("the answer is not a list"));
        };
        let ids = reply.ids()?;
        let Some(input) = self.next.take() else {
            return Err(Error::internal("the list is at its end already"));
        };
        if let Some(Some(first)) = ids.first()
            && !self.starts.insert(first.clone())
        {
            return Err(going_round("a page starts as an earlier one did"));
        }
        let seen = |id: &Option<String>| {
            id.as_ref().is_some_and(|id| self.recent.iter().any(|page| page.contains(id)))
        };
        let fresh = ids.iter().enumerate().filter(|(_, id)| !seen(id)).map(|(at, _)| at).collect();
        let rows = ids.len();
        self.recent.push_back(ids.into_iter().flatten().collect());
        if self.recent.len() > PAGES_REMEMBERED {
            self.recent.pop_front();
        }
        self.offset += rows as u64;
        self.empty = if rows == 0 { self.empty + 1 } else { 0 };
        self.next = self.following(input, facts, rows)?;
        Ok(fresh)
    }

    fn following(
        &mut self,
        mut input: Input,
        facts: &PageFacts,
        rows: usize,
    ) -> Result<Option<Input>, Error> {
        let first_page = *self.first_page.get_or_insert(rows);
        if facts.has_more == Some(false) {
            return Ok(None);
        }
        if let Some(cursor) = &facts.next_cursor {
            let cursor = Value::from(cursor.as_str());
            if input.query.get("cursor") == Some(&cursor) {
                return Err(going_round("its cursor does not move"));
            }
            if self.empty > EMPTY_PAGES {
                return Err(going_round("it promises more and gives nothing"));
            }
            input.query.insert("cursor".into(), cursor);
            input.query.shift_remove("offset");
            return Ok(Some(input));
        }
        let short = self.is_short(&input, rows, first_page);
        if let Some(page) = facts.page {
            let last = match facts.total_pages {
                Some(pages) => page >= pages,
                None => rows == 0 || short,
            };
            input.query.insert("page".into(), (page + 1).into());
            return Ok((!last).then_some(input));
        }
        let last = rows == 0 || short || facts.total.is_some_and(|total| self.offset >= total);
        input.query.insert("offset".into(), self.offset.into());
        Ok((!last).then_some(input))
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
