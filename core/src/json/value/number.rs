//! Numbers that keep their digits.

use std::fmt;

/// A number that keeps all its digits. Two numbers are equal if their digits are, so 1.0 and 1 are
/// not.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Number(Digits);

#[derive(Clone, PartialEq, Eq, Hash)]
enum Digits {
    /// A number in the notation of `i64`.
    Whole(i64),
    /// Any other number.
    Other(Box<str>),
}

impl Number {
    /// The number with the shortest digits that read back as the same float; `None` for NaN and the
    /// infinities.
    pub fn from_f64(number: f64) -> Option<Self> {
        let written = serde_json::Number::from_f64(number)?;
        Some(Self::from_string_unchecked(written.to_string()))
    }

    /// A number by its digits, which are not checked. A request with an invalid number is refused
    /// before it is sent.
    pub fn from_string_unchecked(digits: String) -> Self {
        Self(match whole_number(&digits) {
            Some(number) => Digits::Whole(number),
            None => Digits::Other(digits.into()),
        })
    }

    /// A number by digits that were checked.
    pub(crate) fn from_digits(digits: &str) -> Self {
        Self(match whole_number(digits) {
            Some(number) => Digits::Whole(number),
            None => Digits::Other(digits.into()),
        })
    }

    /// The whole number, if this is one that fits.
    pub fn as_i64(&self) -> Option<i64> {
        match &self.0 {
            Digits::Whole(number) => Some(*number),
            Digits::Other(digits) => digits.parse().ok(),
        }
    }

    /// The whole number, if this is one that fits and is not negative.
    pub fn as_u64(&self) -> Option<u64> {
        match &self.0 {
            Digits::Whole(number) => u64::try_from(*number).ok(),
            Digits::Other(digits) => digits.parse().ok(),
        }
    }

    /// The nearest float, if there is a finite one.
    pub fn as_f64(&self) -> Option<f64> {
        match &self.0 {
            Digits::Whole(number) => Some(*number as f64),
            Digits::Other(digits) => digits.parse().ok().filter(|number: &f64| number.is_finite()),
        }
    }

    /// Whether this is a number in JSON: NaN and the infinities are not.
    pub(crate) fn is_json(&self) -> bool {
        match &self.0 {
            Digits::Whole(_) => true,
            Digits::Other(digits) => is_number(digits),
        }
    }

    /// Whether this was written as a whole number that fits into `i64`.
    pub(crate) fn is_whole(&self) -> bool {
        matches!(self.0, Digits::Whole(_))
    }

    /// The digits, or the `i64` if they are one.
    pub(super) fn other(&self) -> Result<&str, i64> {
        match &self.0 {
            Digits::Whole(number) => Err(*number),
            Digits::Other(digits) => Ok(digits),
        }
    }
}

/// The digits as `i64`, if they are in its notation.
pub(crate) fn whole_number(digits: &str) -> Option<i64> {
    match digits.strip_prefix('-').unwrap_or(digits).as_bytes() {
        [b'1'..=b'9', ..] => digits.parse().ok(),
        [b'0'] if digits == "0" => Some(0),
        _ => None,
    }
}

/// How many bytes the number at the start has; `None` if there is none.
pub(crate) fn number_length(bytes: &[u8]) -> Option<usize> {
    let digits = |from: usize| {
        let run = bytes.get(from..)?.iter().take_while(|byte| byte.is_ascii_digit()).count();
        (run > 0).then_some(from + run)
    };
    let start = usize::from(bytes.first() == Some(&b'-'));
    let mut end = match bytes.get(start) {
        Some(b'0') => start + 1,
        _ => digits(start)?,
    };
    if bytes.get(end) == Some(&b'.') {
        end = digits(end + 1)?;
    }
    if let Some(b'e' | b'E') = bytes.get(end) {
        let sign = matches!(bytes.get(end + 1), Some(b'+' | b'-'));
        end = digits(end + 1 + usize::from(sign))?;
    }
    Some(end)
}

/// Whether a string is a number in JSON.
pub(crate) fn is_number(text: &str) -> bool {
    number_length(text.as_bytes()) == Some(text.len())
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Digits::Whole(number) => fmt::Display::fmt(number, f),
            Digits::Other(digits) => fmt::Display::fmt(digits, f),
        }
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Number({self})")
    }
}

macro_rules! from_whole {
    ($($small:ty)*, $($large:ty)*) => {
        $(impl From<$small> for Number {
            fn from(number: $small) -> Self {
                Self(Digits::Whole(number.into()))
            }
        })*
        $(impl From<$large> for Number {
            fn from(number: $large) -> Self {
                match i64::try_from(number) {
                    Ok(number) => Self(Digits::Whole(number)),
                    Err(_) => Self(Digits::Other(number.to_string().into())),
                }
            }
        })*
    };
}

from_whole!(i8 i16 i32 i64 u8 u16 u32, isize usize u64 i128 u128);
