//! The position of a value in a body, for errors: `metadata.order` or `line_items[0].price_id`.
//! The path is formatted only for an error.

use std::fmt;

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
    Root(&'a str),
    Field(&'a str),
    Item(usize),
    /// A value that replaces the object itself, such as the result of `jsonSerialize`.
    Inside,
}

impl<'a> Place<'a> {
    pub(super) fn root(what: &'a str, core_checks: bool) -> Self {
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
    pub(super) fn top(&self) -> String {
        match self.parent {
            Some(parent) if parent.depth > 0 => parent.top(),
            _ => self.to_string(),
        }
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(parent) = self.parent else {
            return match self.step {
                Step::Root(what) => out.write_str(what),
                _ => Ok(()),
            };
        };
        let at_root = parent.is_root();
        match self.step {
            Step::Root(_) => Ok(()),
            Step::Inside => parent.fmt(out),
            Step::Field(name) if at_root => out.write_str(name),
            Step::Field(name) => write!(out, "{parent}.{name}"),
            Step::Item(index) if at_root => write!(out, "item {index} of {parent}"),
            Step::Item(index) => write!(out, "{parent}[{index}]"),
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
    Thrown::validation(format!(
        "{place} is of type {type_name}, which cannot be sent as JSON; give a string, a number, \
         a bool or an array of such values"
    ))
}
