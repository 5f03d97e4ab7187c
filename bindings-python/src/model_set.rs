//! Which Python classes a response is read into. Python passes the number of a set; the
//! numbers are constants of the native module.

/// The classes that a caller gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ModelSet {
    /// Those of the documented client: `CheckoutSessions`.
    Documented,
    /// Those of `LomiClient`: `CheckoutSession`.
    Modern,
    /// None: dictionaries.
    Plain,
}

impl ModelSet {
    pub(crate) const DOCUMENTED: u8 = 0;
    pub(crate) const MODERN: u8 = 1;
    pub(crate) const PLAIN: u8 = 2;

    pub(crate) fn from_number(number: u8) -> Self {
        match number {
            Self::DOCUMENTED => Self::Documented,
            Self::MODERN => Self::Modern,
            _ => Self::Plain,
        }
    }
}
