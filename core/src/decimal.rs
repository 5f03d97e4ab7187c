//! Exact decimal numbers, for values that a float would round: amounts and order numbers.

/// A number as digits times a power of ten. Zero has no digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Decimal {
    negative: bool,
    /// Without zeros at either end.
    digits: String,
    exponent: i64,
}

/// More digits than an amount or an order number has. A longer number is not expanded.
const MAX_DIGITS: i64 = 64;

impl Decimal {
    /// Reads a number in JSON's notation.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if !crate::json::is_number(text) {
            return None;
        }
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, power) = rest.split_once(['e', 'E']).unwrap_or((rest, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let unsigned = power.trim_start_matches(['+', '-']);
        // The digits were checked, so only a huge power fails to parse.
        let power = unsigned.parse::<i64>().unwrap_or(i64::MAX / 4).min(i64::MAX / 4)
            * if power.starts_with('-') { -1 } else { 1 };
        let all = format!("{whole}{fraction}");
        let kept = all.trim_end_matches('0');
        let dropped = i64::try_from(all.len() - kept.len()).ok()?;
        let exponent = power - i64::try_from(fraction.len()).ok()? + dropped;
        let digits = kept.trim_start_matches('0').to_owned();
        let zero = digits.is_empty();
        Some(Self {
            negative: negative && !zero,
            digits,
            exponent: if zero { 0 } else { exponent },
        })
    }

    /// Whether the number has no fraction.
    pub(crate) fn is_whole(&self) -> bool {
        self.exponent >= 0
    }

    /// The number times a power of ten.
    pub(crate) fn shifted(&self, places: u32) -> Self {
        let exponent = if self.digits.is_empty() { 0 } else { self.exponent + i64::from(places) };
        Self { exponent, ..self.clone() }
    }

    /// A whole number in plain digits; `None` for a fraction or a number that is too long.
    pub(crate) fn whole(&self) -> Option<String> {
        if !self.is_whole() || self.digits.len() as i64 + self.exponent > MAX_DIGITS {
            return None;
        }
        if self.digits.is_empty() {
            return Some("0".to_owned());
        }
        let zeros = "0".repeat(usize::try_from(self.exponent).ok()?);
        Some(format!("{}{}{zeros}", if self.negative { "-" } else { "" }, self.digits))
    }

    /// The nearest whole numbers below and above a positive fraction.
    pub(crate) fn neighbours(&self) -> Option<(i64, i64)> {
        let places = usize::try_from(-self.exponent).ok()?;
        let kept = self.digits.len().saturating_sub(places);
        let below: i64 = match self.digits.get(..kept)? {
            "" => 0,
            digits => digits.parse().ok()?,
        };
        (!self.negative).then_some((below, below.checked_add(1)?))
    }

    /// A number in plain notation, for a message; `None` if that is too long.
    pub(crate) fn plain(&self) -> Option<String> {
        if self.is_whole() {
            return self.whole();
        }
        let places = usize::try_from(-self.exponent).ok().filter(|places| *places < 64)?;
        let padded = format!("{:0>width$}", self.digits, width = places + 1);
        let (whole, fraction) = padded.split_at_checked(padded.len() - places)?;
        Some(format!("{}{whole}.{fraction}", if self.negative { "-" } else { "" }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_every_notation_are_exact() {
        for (text, whole) in [
            ("0", Some("0")),
            ("-0.0", Some("0")),
            ("1234", Some("1234")),
            ("1234.0", Some("1234")),
            ("5e3", Some("5000")),
            ("1.5E+1", Some("15")),
            ("-120.00", Some("-120")),
            ("12.5", None),
            ("1e-2", None),
            ("1e999999999999999999999", None),
        ] {
            assert_eq!(Decimal::parse(text).unwrap().whole().as_deref(), whole, "{text}");
        }
        for text in ["", "NaN", "1.", " 1", "0x10", "Infinity"] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }

    #[test]
    fn fractions_are_scaled_and_shown() {
        let cents = Decimal::parse("19.990").unwrap();
        assert_eq!(cents.shifted(2).whole().unwrap(), "1999");
        assert_eq!(cents.plain().unwrap(), "19.99");
        assert_eq!(cents.neighbours(), Some((19, 20)));
        assert_eq!(Decimal::parse("0.05").unwrap().plain().unwrap(), "0.05");
        assert_eq!(Decimal::parse("0.05").unwrap().neighbours(), Some((0, 1)));
        assert!(!Decimal::parse("1e-99999999999999999999").unwrap().is_whole());
    }
}
