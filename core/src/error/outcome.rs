//! What is known about the work that a failed call asked for.

/// What is known about the work that a failed call asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// The request never reached the server.
    NotSent,
    /// The server turned it away before doing anything.
    Rejected,
    /// It may have been done. Ask before repeating it.
    Unknown,
    /// The server answered for good: it was not done, or nothing had to be done.
    Final,
}

impl Outcome {
    /// The word for it, the same in every language.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotSent => "not_sent",
            Self::Rejected => "rejected",
            Self::Unknown => "unknown",
            Self::Final => "final",
        }
    }
}
