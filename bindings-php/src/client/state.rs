//! What a client, its resources and its pages share.

use std::cell::RefCell;
use std::rc::Rc;

use lomi::Reply;

use crate::response::Facts;
use crate::send::sender::Road;
use crate::zend::{Object, Thrown, payload, payload_type};

/// A client's road and its last answer, shared by its resources.
#[derive(Clone, Default)]
pub(crate) struct Held(pub(super) Option<Shared>);

/// Every holder has a road of its own, so that each PHP value in it has one owner.
pub(crate) struct Shared {
    pub(crate) road: Road,
    pub(super) last: Rc<RefCell<Facts>>,
}

impl Clone for Shared {
    fn clone(&self) -> Self {
        Self { road: self.road.share(), last: Rc::clone(&self.last) }
    }
}

payload_type!(Held, |held, visit| if let Some(shared) = &held.0 {
    shared.road.references(visit);
});

pub(crate) fn shared(object: Object<'_>) -> Result<Shared, Thrown> {
    payload::<Held>(object).and_then(|held| held.0.clone()).ok_or_else(|| {
        Thrown::configuration("the client was not set up; was its constructor called?")
    })
}

impl Shared {
    /// Remembers an answer's facts, and gives them on.
    pub(crate) fn heard(&self, reply: Reply) -> Facts {
        let facts = Facts::from(reply);
        *self.last.borrow_mut() = facts.clone();
        facts
    }
}
