//! What this process knows about base URLs from earlier calls.

use crate::call::HostState;
use crate::process::{Cache, PerProcess};

/// How many base URLs are remembered; the one used longest ago is dropped first.
pub(super) const MAX_REMEMBERED: usize = 1000;

pub(super) static HOST_STATES: PerProcess<Cache<String, HostState>> =
    PerProcess::new(|| Cache::new(MAX_REMEMBERED));

/// The state of a base URL.
pub(crate) fn host_state(base_url: &str) -> HostState {
    let made = || Ok::<_, std::convert::Infallible>(HostState::default());
    let Ok(state) = HOST_STATES.get().get_or_insert(base_url, made);
    state
}

/// Remembers the route that a base URL answered to.
pub(crate) fn remember_route(base_url: &str, route: usize) {
    HOST_STATES.get().update(base_url, |state| state.route = Some(route));
}
