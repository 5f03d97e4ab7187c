//! One pass through a part of a list, from its newest row to its oldest one.

use std::collections::VecDeque;

use crate::response::LazyRow;
use crate::table::Reconcile;
use crate::timestamp;

/// A pass keeps at most this many objects: the oldest ones.
pub(super) const MOST_KEPT: usize = 2000;
/// Two rows whose times differ by less may be in any order.
pub(super) const TIE: i64 = 2000;

/// An object that has reached a state with an event.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) created: i64,
    pub(super) id: String,
    pub(super) event: &'static str,
    pub(super) changed: Option<String>,
    pub(super) row: LazyRow,
}

/// What a pass looks for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Range {
    /// Objects created earlier are not looked at.
    pub(super) floor: i64,
    /// Objects created later are left to the next run.
    pub(super) until: i64,
    /// Objects that have not changed since are left out.
    pub(super) changed_since: i64,
}

/// One pass.
#[derive(Debug, Default)]
pub(super) struct Pass {
    /// Newest first.
    kept: VecDeque<Item>,
    /// Newer objects were dropped, since there were too many.
    pub(super) has_dropped: bool,
    /// The creation of the newest row, and of the row before.
    pub(super) newest: Option<i64>,
    previous: Option<i64>,
    /// The creation of the oldest object in no final state.
    pub(super) pending: Option<i64>,
    /// Whether each row was created before the row before it.
    pub(super) is_ordered: bool,
}

impl Pass {
    pub(super) fn new() -> Self {
        Self { is_ordered: true, ..Self::default() }
    }

    /// Takes a row. Returns whether it was created before the part that is looked for.
    pub(super) fn take(
        &mut self,
        rule: &Reconcile,
        range: Range,
        id: Option<&String>,
        created: Option<i64>,
        row: LazyRow,
        keeps_all: bool,
    ) -> bool {
        let changed = row.string("updated_at");
        let status = row.string("status").unwrap_or_default();
        self.is_ordered &= match (created, self.previous) {
            (Some(created), Some(previous)) => created <= previous + TIE,
            (created, None) => created.is_some(),
            (None, _) => false,
        };
        self.previous = created.or(self.previous);
        self.newest = self.newest.max(created);
        // What has no time is handed over last.
        let created = created.unwrap_or(range.until);
        if created < range.floor {
            return true;
        }
        if created > range.until {
            return false;
        }
        if rule.pending.contains(&status.as_str()) {
            self.pending = Some(self.pending.map_or(created, |oldest| oldest.min(created)));
        }
        let event = rule.events.iter().find(|(state, _)| *state == status).map(|(_, event)| *event);
        let has_changed = changed.as_deref().and_then(timestamp::read);
        let is_old = has_changed.is_some_and(|changed| changed < range.changed_since);
        if let (Some(event), Some(id), false) = (event, id, is_old) {
            let id = id.clone();
            self.kept.push_back(Item { created, id, event, changed, row });
            if !keeps_all && self.kept.len() > MOST_KEPT {
                self.kept.pop_front();
                self.has_dropped = true;
            }
        }
        false
    }

    /// What was kept, oldest first.
    pub(super) fn into_items(self) -> Vec<Item> {
        let mut items: Vec<_> = self.kept.into();
        items.sort_by(|a, b| (a.created, &a.id).cmp(&(b.created, &b.id)));
        items.dedup_by(|a, b| a.id == b.id);
        items
    }
}
