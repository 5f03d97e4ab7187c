//! What a client, its resources and its pages share.

use std::cell::RefCell;
use std::rc::Rc;

use lomi::Response;
use lomi::binding::messages;

use crate::response::ResponseInfo;
use crate::send::sender::Sender;
use crate::zend::{Call, Done, Object, Thrown, payload, payload_type};

/// A client's sender and last response, shared by its resources.
#[derive(Clone, Default)]
pub(crate) struct ClientPayload(pub(super) Option<ClientState>);

/// Each copy has its own sender, so that each PHP value in it has one owner.
pub(crate) struct ClientState {
    pub(crate) sender: Sender,
    /// The last response, shared with the copies.
    pub(super) last: Rc<RefCell<ResponseInfo>>,
}

impl Clone for ClientState {
    fn clone(&self) -> Self {
        Self { sender: self.sender.share(), last: Rc::clone(&self.last) }
    }
}

payload_type!(ClientPayload, |payload, visit| if let Some(state) = &payload.0 {
    state.sender.references(visit);
});

pub(crate) fn state_of(object: Object<'_>) -> Result<ClientState, Thrown> {
    payload::<ClientPayload>(object)
        .and_then(|payload| payload.0.clone())
        .ok_or_else(|| Thrown::configuration(messages::not_constructed("LomiSDK\\LomiClient")))
}

/// Runs a method of a client or of what has its state. An error has the language of the client.
pub(super) fn in_its_language(call: &mut Call<'_>, method: fn(&mut Call<'_>) -> Done) -> Done {
    method(call).map_err(|thrown| {
        let state = call.handle().and_then(state_of).ok();
        thrown.in_language(state.and_then(|state| state.sender.client.config().language))
    })
}

impl ClientState {
    /// Stores a response's metadata as the client's last response, and returns it.
    pub(crate) fn keep_response(&self, response: Box<Response>) -> ResponseInfo {
        let info = ResponseInfo::from(*response);
        *self.last.borrow_mut() = info.clone();
        info
    }
}
