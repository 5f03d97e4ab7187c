//! Which field a member is: looked up in the model once, and then expected again where it
//! stood.

use std::cell::Cell;

use crate::table::{Field, Kind, Model};

/// More members than any object of the API has.
const MAX_REMEMBERED: usize = 256;

/// The fields of the last object. Objects come in the same order, so that looking here
/// finds almost every field with one comparison.
#[derive(Default)]
pub(crate) struct FieldCache {
    model: Option<&'static Model>,
    fields: Vec<Option<MatchedField>>,
}

/// A field of a model.
#[derive(Clone, Copy)]
pub(crate) struct MatchedField {
    pub(crate) position: usize,
    pub(crate) field: &'static Field,
    /// Whatever it holds is read as it stands, and stands for no other field.
    pub(crate) plain: bool,
    /// Where the sibling stands that holds the same value under another name.
    pub(crate) sibling: Option<usize>,
}

impl MatchedField {
    /// A field that stands for no other.
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
    static LAST: Cell<FieldCache> = const { Cell::new(FieldCache { model: None, fields: Vec::new() }) };
}

impl FieldCache {
    /// What this thread remembers, of other answers too.
    pub(crate) fn take() -> Self {
        LAST.try_with(Cell::take).unwrap_or_default()
    }

    /// Lets this thread remember it.
    pub(crate) fn keep(self) {
        // Gone only while the thread itself ends.
        let _ = LAST.try_with(|last| last.set(self));
    }

    /// Gets ready for an object of a model.
    pub(crate) fn start(&mut self, model: &'static Model) {
        if !self.model.is_some_and(|known| std::ptr::eq(known, model)) {
            self.model = Some(model);
            self.fields.clear();
        }
    }

    /// The field `name`, which is the `nth` of its object.
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
            // A hostile object's members are not all worth remembering.
            self.fields.resize((nth + 1).min(MAX_REMEMBERED), None);
        }
        if let Some(known) = self.fields.get_mut(nth) {
            *known = found;
        }
        found
    }
}
