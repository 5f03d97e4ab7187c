//! Request ids, by which the server's log and ours name one call.

use std::sync::atomic::{AtomicU64, Ordering};

use uuid::{Builder, Uuid};

use crate::process::PerProcess;

/// Spreads consecutive numbers over all bits: 2^64 divided by the golden ratio.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// Random bits of the process and the number of the next id: reading random numbers of the
/// operating system for each call would cost more than the rest of its headers.
struct Ids {
    base: Uuid,
    next: AtomicU64,
}

static IDS: PerProcess<Ids> =
    PerProcess::new(|| Ids { base: Uuid::new_v4(), next: AtomicU64::new(1) });

/// A new request id. It is unique, but no secret: ids of one process can be guessed from each
/// other.
pub(crate) fn next() -> String {
    let ids = IDS.get();
    let number = ids.next.fetch_add(1, Ordering::Relaxed);
    let (high, low) = ids.base.as_u64_pair();
    let bits = Uuid::from_u64_pair(high ^ number.wrapping_mul(SPREAD), low ^ number);
    // Marked as a random UUID again: the number may have changed those bits.
    Builder::from_random_bytes(bits.into_bytes()).into_uuid().to_string()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ids_are_distinct_uuids_of_version_4() {
        let ids: HashSet<String> = (0..10_000).map(|_| next()).collect();
        assert_eq!(ids.len(), 10_000);
        for id in &ids {
            assert_eq!(Uuid::parse_str(id).unwrap().get_version_num(), 4, "{id}");
        }
        let starts: HashSet<&str> = ids.iter().map(|id| &id[..8]).collect();
        assert!(starts.len() > 9_900, "{}", starts.len());
    }
}
