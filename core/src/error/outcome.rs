//! Whether the work of a failed call may have been done.

/// Whether the work of a failed call may have been done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// The request never reached the server.
    NotSent,
    /// The server rejected the request before doing anything.
    Rejected,
    /// The work may have been done. Check before you repeat it.
    Unknown,
    /// The response is final: the work was not done, or there was nothing to do.
    Final,
}

impl Outcome {
    /// The name of the outcome, the same in every language.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotSent => "not_sent",
            Self::Rejected => "rejected",
            Self::Unknown => "unknown",
            Self::Final => "final",
        }
    }
}
