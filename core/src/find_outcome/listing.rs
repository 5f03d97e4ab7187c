//! The search for the object of a call in a list.

use std::time::SystemTime;

use super::clock::{self, Window};
use super::rows::{self, Match, value_of};
use super::{Ambiguous, FindOptions, FoundOutcome};
use crate::error::{Error, UnknownCall};
use crate::json::{Map, Value, Values};
use crate::messages::outcome as messages;
use crate::request::Input;
use crate::response::{Decoded, PageInfo, Pager, Response};
use crate::table::{FindInList, Model, Operation, Paging, Returns};

/// Rows per request.
const PAGE: u64 = 100;
/// A list with more rows is not read to its end.
const MOST_ROWS: usize = 20_000;
/// The most candidates that are returned.
const MOST_CANDIDATES: usize = 20;

/// The search for the object of a call in a list.
#[derive(Debug)]
pub(super) struct Listing {
    pub(super) operation: &'static Operation,
    rule: &'static FindInList,
    pager: Pager,
    window: Window,
    rows: usize,
    /// The time of the oldest row, while each row is older than the one before it.
    oldest: Option<SystemTime>,
    newest_first: bool,
    found: Vec<(Match, Map<String, Value>)>,
}

impl Listing {
    /// Whether the call has a value by which its object can be recognised.
    pub(super) fn applies(rule: &FindInList, call: &UnknownCall) -> bool {
        let has = |name: &str| value_of(call, name).is_some();
        let compared = rule.same.iter().chain(rule.alike);
        rule.same.iter().all(|(field, name)| rule.optional.contains(field) || has(name))
            && compared.into_iter().any(|(_, name)| has(name))
    }

    pub(super) fn new(
        operation: &'static Operation,
        rule: &'static FindInList,
        call: &UnknownCall,
    ) -> Self {
        let window = Window::new(call);
        let mut query = Map::new();
        let has = |name: &str| operation.query_parameters.iter().any(|p| p.name == name);
        for name in ["limit", "pageSize", "page_size"].into_iter().filter(|name| has(name)).take(1)
        {
            query.insert(name.to_owned(), PAGE.into());
        }
        for (parameter, name) in rule.filter {
            if let Some(value) = value_of(call, name) {
                query.insert((*parameter).to_owned(), value.clone());
            }
        }
        if let Some(parameter) = rule.since {
            query.insert(parameter.to_owned(), window.first_day().into());
        }
        Self {
            operation,
            rule,
            pager: Pager::new(Input::query(query)),
            window,
            rows: 0,
            oldest: None,
            newest_first: true,
            found: Vec::new(),
        }
    }

    /// The next page to ask for.
    pub(super) fn next(&self) -> Option<Input> {
        self.pager.next().cloned()
    }

    /// Takes a page. Returns the outcome if the search is over.
    pub(super) fn take(
        &mut self,
        call: &mut UnknownCall,
        options: &FindOptions,
        response: Response,
        now: SystemTime,
    ) -> Result<Option<FoundOutcome>, Error> {
        self.learn_clock(call, &response, now);
        let new = self.pager.accept(&response)?;
        let ids = response.ids()?;
        let Decoded::Rows(rows, info) = response.decode(&mut Values)? else {
            return Err(Error::not_a_list());
        };
        self.rows += rows.len();
        let mut all_old = !rows.is_empty();
        for (at, row) in rows.into_iter().enumerate() {
            let Value::Object(row) = row else { continue };
            let created = row.get("created_at").and_then(Value::as_str).and_then(clock::read);
            all_old &= created.is_some_and(|at| self.window.is_long_before(at));
            self.newest_first &= match (created, self.oldest) {
                (Some(created), Some(oldest)) => created <= oldest,
                (created, None) => created.is_some(),
                (None, _) => false,
            };
            self.oldest = created.or(self.oldest);
            let id = ids.get(at).and_then(Option::as_ref);
            if !new.has(at) || id.is_some_and(|id| options.known_ids.contains(id)) {
                continue;
            }
            let by_row = rows::compare(self.rule, call, &self.window, &row);
            if by_row != Match::No {
                self.found.push((by_row, row));
            }
        }
        let rest_is_older = self.newest_first && all_old;
        let has_ended = self.pager.next().is_none();
        let goes_on = !has_ended && !rest_is_older && self.rows < MOST_ROWS;
        if goes_on {
            return Ok(None);
        }
        let is_complete = if has_ended { !self.may_be_cut_off(&info) } else { rest_is_older };
        let left = self.window.left(now, call.clock_offset.unwrap_or(0));
        Ok(Some(match self.found.as_slice() {
            [(Match::Yes, row)] if is_complete => FoundOutcome::Done(Box::new(self.object(row)?)),
            [] if !is_complete => FoundOutcome::ambiguous(&messages::list_not_read()),
            [] if !self.rule.listed_at_once => FoundOutcome::ambiguous(&messages::not_listed_yet()),
            [] if !left.is_zero() => FoundOutcome::too_early(left),
            [] => FoundOutcome::NotDone,
            found => {
                let rows = found.iter().take(MOST_CANDIDATES);
                FoundOutcome::Ambiguous(Ambiguous {
                    candidates: rows.map(|(_, row)| self.object(row)).collect::<Result<_, _>>()?,
                    ..Ambiguous::because(&messages::candidates())
                })
            }
        }))
    }

    /// Whether the end of the list is only assumed: a bare list does not tell how many rows there
    /// are, and one that is not paged by number or offset may have been cut off.
    fn may_be_cut_off(&self, info: &PageInfo) -> bool {
        let is_paged = self.operation.query_parameters.iter().any(|p| p.name == "limit");
        *info == PageInfo::default() && self.operation.paging == Paging::Whole && is_paged
    }

    /// The time of the server, if its responses had not told it before. What another machine has
    /// stored has the times of that machine.
    fn learn_clock(&mut self, call: &mut UnknownCall, response: &Response, now: SystemTime) {
        if call.clock_offset.is_none() && call.is_of_this_process {
            call.clock_offset = response.clock_offset(now);
            self.window = Window::new(call);
        }
    }

    /// A row as the response of a read.
    fn object(&self, row: &Map<String, Value>) -> Result<Response, Error> {
        let model: &'static Model = match self.operation.returns {
            Returns::Page(model) | Returns::One(model) => model,
            Returns::Nothing | Returns::Any => return Err(Error::not_a_list()),
        };
        Response::from_json(Value::from(row.clone()).to_string(), model)
    }
}
