//! The host states of this process, by base URL.

use crate::call::{HostState, Learned};
use crate::process::{Cache, PerProcess};

/// How many base URLs are remembered; the least recently used one is dropped first.
pub(super) const MAX_REMEMBERED: usize = 1000;

pub(super) static HOST_STATES: PerProcess<Cache<String, HostState>> =
    PerProcess::new(|| Cache::new(MAX_REMEMBERED));

/// The state of a base URL.
pub(crate) fn host_state(base_url: &str) -> HostState {
    let made = || Ok::<_, std::convert::Infallible>(HostState::default());
    let Ok(state) = HOST_STATES.get().get_or_insert(base_url, made);
    state
}

/// Remembers what a call has taught about the server of its base URL.
pub(crate) fn remember(base_url: &str, learned: &Learned) {
    if *learned != Learned::default() {
        HOST_STATES.get().update(base_url, |state| learned.apply(state));
    }
}
