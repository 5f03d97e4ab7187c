//! Finds the field of a member: by name in the model once, then at the same position in the next
//! object.

use std::cell::Cell;

use crate::table::{Field, Kind, Model};

/// The most members remembered; objects of the API have fewer.
const MAX_REMEMBERED: usize = 256;

/// The fields of the last object, and those of the last object of another model: one may be within
/// the other. Objects of a list have their members in the same order, so almost every field is found
/// with one comparison.
#[derive(Default)]
pub(crate) struct FieldCache {
    model: Option<&'static Model>,
    fields: Vec<Option<MatchedField>>,
    other_model: Option<&'static Model>,
    other_fields: Vec<Option<MatchedField>>,
}

/// A field of a model.
#[derive(Clone, Copy)]
pub(crate) struct MatchedField {
    pub(crate) position: usize,
    pub(crate) field: &'static Field,
    /// Its value needs no conversion, and no sibling takes it.
    pub(crate) plain: bool,
    /// Position of the field that carries the same value under another name.
    pub(crate) sibling: Option<usize>,
}

impl MatchedField {
    /// A field without its sibling.
    pub(crate) fn alone(position: usize, model: &'static Model) -> Option<Self> {
        let field = model.fields.get(position)?;
        let plain = matches!(field.kind, Kind::Text | Kind::Uuid | Kind::Time | Kind::Boolean);
        Some(Self { position, field, plain: plain && field.mirrors.is_none(), sibling: None })
    }

    fn new(position: usize, model: &'static Model) -> Option<Self> {
        let alone = Self::alone(position, model)?;
        let sibling = alone.field.mirrors.and_then(|sibling| model.position(sibling));
        Some(Self { sibling, ..alone })
    }
}

thread_local! {
    static LAST: Cell<FieldCache> = const { Cell::new(FieldCache::new()) };
}

impl FieldCache {
    const fn new() -> Self {
        Self { model: None, fields: Vec::new(), other_model: None, other_fields: Vec::new() }
    }

    /// Takes the cache of this thread, which earlier responses filled.
    pub(crate) fn take() -> Self {
        LAST.try_with(Cell::take).unwrap_or_default()
    }

    /// Stores the cache for the next response of this thread.
    pub(crate) fn keep(self) {
        // Fails only while the thread ends, when no cache is needed any more.
        let _ = LAST.try_with(|last| last.set(self));
    }

    /// Prepares the cache for an object of a model.
    #[inline]
    pub(crate) fn start(&mut self, model: &'static Model) {
        if !self.model.is_some_and(|known| std::ptr::eq(known, model)) {
            self.change(model);
        }
    }

    #[inline(never)]
    fn change(&mut self, model: &'static Model) {
        std::mem::swap(&mut self.model, &mut self.other_model);
        std::mem::swap(&mut self.fields, &mut self.other_fields);
        if !self.model.is_some_and(|known| std::ptr::eq(known, model)) {
            self.model = Some(model);
            self.fields.clear();
        }
    }

    /// The field of the member `name`, which is the `nth` of its object.
    #[inline]
    pub(crate) fn field(
        &mut self,
        model: &'static Model,
        nth: usize,
        name: &[u8],
    ) -> Option<MatchedField> {
        match self.fields.get(nth) {
            Some(Some(known)) if known.field.name.as_bytes() == name => Some(*known),
            _ => self.learn(model, nth, name),
        }
    }

    #[cold]
    fn learn(&mut self, model: &'static Model, nth: usize, name: &[u8]) -> Option<MatchedField> {
        let name = std::str::from_utf8(name).ok()?;
        let found = model.position(name).and_then(|at| MatchedField::new(at, model));
        if nth >= self.fields.len() {
            // Limited: a hostile server may send any number of members.
            self.fields.resize((nth + 1).min(MAX_REMEMBERED), None);
        }
        if let Some(known) = self.fields.get_mut(nth) {
            *known = found;
        }
        found
    }
}
