//! The shapes in which the API has been documented, and what is particular to each.

/// One documented shape of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Generation {
    /// Developer documentation: `/v1/checkout-sessions`, `{data}` envelopes, pages.
    A,
    /// The API's README: `/checkout-sessions`, status `complete`, Nest's plain error bodies.
    B,
    /// The generated SDKs: `/v1/checkout_sessions`, PATCH and DELETE.
    C,
    /// Today's server: `/checkout-sessions`, `checkout_url`, error bodies with a request id.
    D,
    /// The newest documents: as D, with cursor lists and `Lomi-Version`.
    E,
}

impl Generation {
    /// The three that share `/checkout-sessions`: `b`, `d` or `e`.
    pub fn current_from(text: &str) -> Option<Self> {
        match text {
            "b" | "B" => Some(Self::B),
            "d" | "D" => Some(Self::D),
            "e" | "E" => Some(Self::E),
            _ => None,
        }
    }

    /// The letter used in the field table.
    pub(crate) const fn letter(self) -> char {
        match self {
            Self::A => 'A',
            Self::B => 'B',
            Self::C => 'C',
            Self::D => 'D',
            Self::E => 'E',
        }
    }

    /// The word for a paid session.
    pub(crate) const fn completed_word(self) -> &'static str {
        match self {
            Self::B => "complete",
            _ => "completed",
        }
    }
}
