//! Exact decimal amounts, and their form on pages.

use std::fmt;

use serde_json::{Number, Value};

/// Non-breaking space: between the groups of digits and before the currency.
const NBSP: char = '\u{a0}';

/// A decimal number: `digits / 10^scale`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decimal {
    digits: i128,
    scale: u32,
}

impl Decimal {
    /// Zero.
    pub(crate) const ZERO: Self = Self { digits: 0, scale: 0 };

    /// Converts a JSON number. None when it does not fit an `i128`.
    pub(crate) fn from_json(value: &Value) -> Option<Self> {
        let Value::Number(number) = value else {
            return None;
        };
        let text = number.as_str();
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let exponent: i32 = exponent.trim_start_matches('+').parse().ok()?;
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
        let scale = i32::try_from(fraction.len()).ok()?.checked_sub(exponent)?;
        if scale >= 0 {
            let scale = u32::try_from(scale).ok().filter(|s| *s <= 38)?;
            Some(Self { digits, scale })
        } else {
            let power = 10_i128.checked_pow(scale.unsigned_abs())?;
            Some(Self { digits: digits.checked_mul(power)?, scale: 0 })
        }
    }

    /// `self * numerator / denominator`; exact where that is possible, else with two more places.
    pub(crate) fn times(self, numerator: u64, denominator: u64) -> Option<Self> {
        let (numerator, denominator) = (i128::from(numerator), i128::from(denominator));
        let product = self.digits.checked_mul(numerator)?;
        if product.checked_rem(denominator)? == 0 {
            return Some(Self { digits: product / denominator, scale: self.scale });
        }
        let digits = product.checked_mul(100)? / denominator;
        Some(Self { digits, scale: self.scale + 2 }.trimmed())
    }

    /// `percent` of it, without the fraction of a unit.
    pub(crate) fn percent(self, percent: Self) -> Option<Self> {
        let digits = self.digits.checked_mul(percent.digits)?;
        let scale = self.scale.checked_add(percent.scale)?.checked_add(2)?;
        10_i128.checked_pow(scale)?;
        Some(Self { digits, scale }.whole())
    }

    /// It without the fraction of a unit.
    pub(crate) fn whole(self) -> Self {
        // A scale is at most 38, whose power an i128 has.
        let divisor = 10_i128.checked_pow(self.scale).unwrap_or(i128::MAX);
        Self { digits: self.digits / divisor, scale: 0 }
    }

    /// `self - other`.
    pub(crate) fn minus(self, other: Self) -> Option<Self> {
        let scale = self.scale.max(other.scale);
        let widen = |d: Self| d.digits.checked_mul(10_i128.checked_pow(scale - d.scale)?);
        Some(Self { digits: widen(self)?.checked_sub(widen(other)?)?, scale })
    }

    /// `self + other`.
    pub(crate) fn plus(self, other: Self) -> Option<Self> {
        self.minus(Self { digits: other.digits.checked_neg()?, scale: other.scale })
    }

    /// Whether it is above zero.
    pub(crate) fn is_positive(self) -> bool {
        self.digits > 0
    }

    /// Whether it is below zero.
    pub(crate) fn is_negative(self) -> bool {
        self.digits < 0
    }

    fn trimmed(mut self) -> Self {
        while self.scale > 0 && self.digits % 10 == 0 {
            self.digits /= 10;
            self.scale -= 1;
        }
        self
    }

    fn parts(self) -> (String, String) {
        let text = format!("{:0>1$}", self.digits.unsigned_abs(), self.scale as usize + 1);
        let (whole, fraction) = text.split_at(text.len() - self.scale as usize);
        (whole.to_owned(), fraction.to_owned())
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, fraction) = self.parts();
        let sign = if self.digits < 0 { "-" } else { "" };
        let point = if fraction.is_empty() { "" } else { "." };
        write!(f, "{sign}{whole}{point}{fraction}")
    }
}

impl From<i64> for Decimal {
    fn from(number: i64) -> Self {
        Self { digits: number.into(), scale: 0 }
    }
}

impl From<Decimal> for Value {
    fn from(decimal: Decimal) -> Self {
        decimal.to_string().parse::<Number>().map_or(Self::Null, Self::Number)
    }
}

/// An amount as buyers read it: `10 000 F CFA`, `100,00 €`, `$100.00`.
///
/// The amount is in the currency's smallest unit: francs for XOF, cents for the others.
pub(crate) fn format_amount(amount: &Value, currency: &str, french: bool) -> String {
    let Some(decimal) = Decimal::from_json(amount) else {
        return format!("{amount}{NBSP}{currency}");
    };
    let minor = if currency == "XOF" { 0 } else { 2 };
    let shifted = Decimal { digits: decimal.digits, scale: decimal.scale + minor }.trimmed();
    let (whole, mut fraction) = shifted.parts();
    if !fraction.is_empty() || minor > 0 {
        while fraction.len() < minor as usize {
            fraction.push('0');
        }
    }
    // Amounts in XOF have the French form in both languages.
    let (group, point) = if french || currency == "XOF" { (NBSP, ',') } else { (',', '.') };
    let mut number = grouped(&whole, group);
    if !fraction.is_empty() {
        number.push(point);
        number.push_str(&fraction);
    }
    match (currency, french) {
        ("XOF", _) => format!("{number}{NBSP}F{NBSP}CFA"),
        ("EUR", true) => format!("{number}{NBSP}€"),
        ("EUR", false) => format!("€{number}"),
        ("USD", true) => format!("{number}{NBSP}$"),
        ("USD", false) => format!("${number}"),
        _ => format!("{number}{NBSP}{currency}"),
    }
}

fn grouped(digits: &str, separator: char) -> String {
    let mut out = String::with_capacity(digits.len() * 2);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(separator);
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Value {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn amounts_are_formatted_per_language() {
        for (amount, currency, french, shown) in [
            ("10000", "XOF", true, "10 000 F CFA"),
            ("10000.0", "XOF", false, "10 000 F CFA"),
            ("999", "XOF", true, "999 F CFA"),
            ("1234567", "XOF", true, "1 234 567 F CFA"),
            ("0.5", "XOF", true, "0,5 F CFA"),
            ("1999", "EUR", true, "19,99 €"),
            ("1999", "EUR", false, "€19.99"),
            ("123456700", "USD", false, "$1,234,567.00"),
            ("19.99", "USD", false, "$0.1999"),
            ("5", "USD", true, "0,05 $"),
        ] {
            assert_eq!(format_amount(&value(amount), currency, french).replace(NBSP, " "), shown);
        }
    }

    #[test]
    fn arithmetic_is_exact() {
        let read = |text: &str| Decimal::from_json(&value(text)).unwrap();
        assert_eq!(read("10000.10").times(3, 1).unwrap().to_string(), "30000.30");
        assert_eq!(read("10000").times(3, 2).unwrap().to_string(), "15000");
        assert_eq!(read("100").times(1, 3).unwrap().to_string(), "33.33");
        assert_eq!(read("100").minus(read("0.05")).unwrap().to_string(), "99.95");
        assert_eq!(read("1E3").to_string(), "1000");
        assert_eq!(read("999").percent(read("10")).unwrap().to_string(), "99");
        assert_eq!(read("1000").percent(read("12.5")).unwrap().to_string(), "125");
        assert_eq!(read("10000.0").percent(read("50")).unwrap().to_string(), "5000");
        assert_eq!(read("9.99").whole().to_string(), "9");
        assert_eq!(Decimal::from_json(&value("1e999")), None);
    }
}
