//! Reuses the memory of a document's nodes for the next document of a thread.

use std::cell::Cell;

use super::nodes::Node;

/// The largest list of nodes that is kept for the next document: 256 KiB.
const MAX_RECYCLED: usize = (256 << 10) / size_of::<Node>();

/// An empty list with capacity for this many nodes: the last one of this thread, if it was kept.
pub(super) fn nodes_for(count: usize) -> Vec<Node> {
    let mut nodes = LAST_NODES.try_with(Cell::take).unwrap_or_default();
    nodes.clear();
    nodes.reserve(count);
    nodes
}

/// Keeps the nodes of a document that is no longer used for the next document of this thread.
/// A page of a list needs a large block of memory, which is expensive to allocate.
pub(super) fn recycle(nodes: Vec<Node>) {
    if nodes.capacity() <= MAX_RECYCLED {
        // Fails only while the thread ends.
        let _ = LAST_NODES.try_with(|last| last.set(nodes));
    }
}

thread_local! {
    static LAST_NODES: Cell<Vec<Node>> = const { Cell::new(Vec::new()) };
}
