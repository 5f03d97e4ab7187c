//! The position of a value in a body, for errors: `metadata.order` or `line_items[0].price_id`.
//! The path is formatted only for an error.

use lomi::Message;
use lomi::binding::messages;

use crate::zend::Thrown;

/// One step of a path; the steps before it are on the stack.
pub(super) struct Place<'a> {
    parent: Option<&'a Place<'a>>,
    step: Step<'a>,
    pub(super) depth: usize,
    /// The core checks the value, so that it names the operation in its error.
    pub(super) core_checks: bool,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Root(&'a dyn Fn() -> Message),
    Field(&'a str),
    Item(usize),
    /// A value that replaces the object itself, such as the result of `jsonSerialize`.
    Inside,
}

impl<'a> Place<'a> {
    pub(super) fn root(what: &'a dyn Fn() -> Message, core_checks: bool) -> Self {
        Self { parent: None, step: Step::Root(what), depth: 0, core_checks }
    }

    pub(super) fn field<'b>(&'b self, name: &'b str) -> Place<'b> {
        self.step(Step::Field(name))
    }

    pub(super) fn item(&self, index: usize) -> Place<'_> {
        self.step(Step::Item(index))
    }

    pub(super) fn inside(&self) -> Place<'_> {
        self.step(Step::Inside)
    }

    fn step<'b>(&'b self, step: Step<'b>) -> Place<'b> {
        let core_checks = self.core_checks;
        Place { parent: Some(self), step, depth: self.depth + 1, core_checks }
    }

    /// The outermost field.
    pub(super) fn top(&self) -> Message {
        match self.parent {
            Some(parent) if parent.depth > 0 => parent.top(),
            _ => self.message(),
        }
    }
}

impl Place<'_> {
    /// The position as a part of a sentence.
    pub(super) fn message(&self) -> Message {
        let Some(parent) = self.parent else {
            return match self.step {
                Step::Root(what) => what(),
                _ => Message::untranslated(""),
            };
        };
        let at_root = parent.is_root();
        match self.step {
            Step::Root(_) => Message::untranslated(""),
            Step::Inside => parent.message(),
            Step::Field(name) if at_root => Message::untranslated(name),
            Step::Field(name) => parent.message().map(|parent| format!("{parent}.{name}")),
            Step::Item(index) if at_root => messages::item_in(index, parent.message()),
            Step::Item(index) => parent.message().map(|parent| format!("{parent}[{index}]")),
        }
    }
}

impl Place<'_> {
    fn is_root(&self) -> bool {
        match (self.step, self.parent) {
            (Step::Root(_), _) => true,
            (Step::Inside, Some(parent)) => parent.is_root(),
            _ => false,
        }
    }
}

/// The error for a value without a meaning in JSON.
pub(super) fn refused(type_name: &str, place: &Place<'_>) -> Thrown {
    let array = messages::an_array();
    Thrown::validation(messages::not_sendable(place.message(), type_name, array))
}
