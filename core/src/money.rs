//! Amounts with their currency. An amount is a whole number of the currency's smallest
//! unit and is never scaled silently: 5000 XOF is 5 000 F CFA, 5000 EUR is 50,00 €.

use std::fmt;

use crate::error::Error;
use crate::message::Message;
use crate::messages::error as words;
use crate::messages::money as messages;

/// Currencies of lomi.: code, decimals of the smallest unit, sign.
const CURRENCIES: &[(&str, u32, &str)] = &[("XOF", 0, "F CFA"), ("EUR", 2, "€"), ("USD", 2, "$US")];

/// An amount of money.
///
/// ```
/// let price = lomi::Money::new(5000, "XOF")?;
/// assert_eq!(price.to_string(), "5 000 F CFA");
/// assert_eq!(lomi::Money::from_major("50.00", "EUR")?.amount(), 5000);
/// assert!(lomi::Money::from_major("50.50", "XOF").is_err());
/// # Ok::<(), lomi::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    amount: i64,
    currency: &'static str,
    decimals: u32,
    sign: &'static str,
}

/// A currency by its code: code, decimals of the smallest unit, sign.
pub(crate) fn currency(code: &str) -> Option<(&'static str, u32, &'static str)> {
    CURRENCIES.iter().copied().find(|(known, _, _)| *known == code)
}

impl Money {
    /// An amount in the currency's smallest unit. Refuses a negative amount and a currency that
    /// lomi. does not accept.
    pub fn new(amount: i64, currency: &str) -> Result<Self, Error> {
        let (currency, decimals, sign) = self::currency(currency)
            .ok_or_else(|| Error::validation(unknown_currency(currency)))?;
        if amount < 0 {
            return Err(Error::validation(messages::negative(amount)));
        }
        Ok(Self { amount, currency, decimals, sign })
    }

    /// An amount in the currency's main unit, such as `"50.00"` for 50 euros. This is the only
    /// function that scales an amount. It refuses more decimals than the currency has.
    pub fn from_major(text: &str, currency: &str) -> Result<Self, Error> {
        let zero = Self::new(0, currency)?;
        let refuse = |why: Message| Err(Error::validation(why));
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(fraction) || text.ends_with('.') {
            return refuse(messages::not_digits(text));
        }
        if fraction.len() > zero.decimals as usize {
            return refuse(messages::too_many_decimals(text, currency, zero.decimals));
        }
        let scaled = format!("{whole}{fraction:0<width$}", width = zero.decimals as usize);
        match scaled.parse() {
            Ok(amount) => Self::new(amount, currency),
            Err(_) => refuse(messages::too_large(text)),
        }
    }

    /// The amount in the currency's smallest unit.
    pub fn amount(&self) -> i64 {
        self.amount
    }

    /// Three-letter code.
    pub fn currency(&self) -> &'static str {
        self.currency
    }

    /// Decimals of the smallest unit: 0 for XOF, 2 for EUR and USD.
    pub fn decimals(&self) -> u32 {
        self.decimals
    }
}

/// Names the code that was probably meant.
fn unknown_currency(given: &str) -> Message {
    let refusal = messages::unknown_currency(given);
    let plain: String = given.chars().filter(|letter| letter.is_alphanumeric()).collect();
    let code = match plain.to_ascii_uppercase() {
        plain if ["CFA", "FCFA", "CFAFRANC"].contains(&plain.as_str()) => "XOF",
        plain => match currency(&plain) {
            Some((code, ..)) => code,
            None => return refusal,
        },
    };
    words::with_advice(refusal, messages::currency_is(code))
}

impl fmt::Display for Money {
    /// As people in West Africa write it: `5 000 F CFA`, `50,00 €`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = 10_i64.pow(self.decimals);
        let whole = (self.amount / unit).to_string();
        let mut grouped = String::new();
        for (at, digit) in whole.chars().enumerate() {
            if at > 0 && (whole.len() - at).is_multiple_of(3) {
                grouped.push(' ');
            }
            grouped.push(digit);
        }
        match self.decimals {
            0 => write!(f, "{grouped} {}", self.sign),
            decimals => {
                let rest = self.amount % unit;
                write!(f, "{grouped},{rest:0width$} {}", self.sign, width = decimals as usize)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_as_people_do() {
        let shown = |amount, currency| Money::new(amount, currency).unwrap().to_string();
        assert_eq!(shown(0, "XOF"), "0 F CFA");
        assert_eq!(shown(500, "XOF"), "500 F CFA");
        assert_eq!(shown(1_234_567, "XOF"), "1 234 567 F CFA");
        assert_eq!(shown(123_456, "EUR"), "1 234,56 €");
        assert_eq!(shown(5, "USD"), "0,05 $US");
    }

    #[test]
    fn nothing_is_scaled_or_rounded_silently() {
        let major = |text, currency| Money::from_major(text, currency).map(|m| m.amount());
        assert_eq!(major("50", "EUR").unwrap(), 5000);
        assert_eq!(major("50.5", "EUR").unwrap(), 5050);
        assert_eq!(major("5000", "XOF").unwrap(), 5000);
        for (text, currency) in [
            ("50.00", "XOF"),
            ("0.001", "EUR"),
            ("-1", "EUR"),
            ("1e3", "EUR"),
            ("1,5", "EUR"),
            (".5", "EUR"),
            ("5.", "EUR"),
            ("", "EUR"),
            ("99999999999999999999", "EUR"),
            ("1", "xof"),
            ("1", "CFA"),
        ] {
            assert!(major(text, currency).is_err(), "{text} {currency}");
        }
        assert!(Money::new(-1, "XOF").is_err());
        for (wrong, code) in [("xof", "XOF"), ("F CFA", "XOF"), ("eur", "EUR")] {
            let error = Money::new(1, wrong).unwrap_err();
            assert!(error.message().ends_with(&format!("; write \"{code}\"")), "{error}");
        }
    }
}
