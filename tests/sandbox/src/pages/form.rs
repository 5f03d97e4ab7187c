//! The form of the checkout page.

use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::schema::formats::is_email;
use crate::schema::input::base_quantity;

const MAX_QUANTITY: u64 = 999;
const CUSTOMER: &[&str] = &[
    "customer_name",
    "customer_email",
    "customer_phone",
    "customer_address",
    "customer_city",
    "customer_postal_code",
    "customer_country",
];

/// Customer details that the session requires.
#[derive(Debug)]
pub(super) struct RequiredDetails {
    pub(super) name: bool,
    pub(super) email: bool,
    pub(super) phone: bool,
    pub(super) address: bool,
}

impl RequiredDetails {
    pub(super) fn of(input: &Map<String, Value>) -> Self {
        let flag = |name: &str| input.get(name).and_then(Value::as_bool).unwrap_or(false);
        Self {
            name: flag("require_name"),
            email: flag("require_email"),
            phone: flag("require_phone"),
            address: flag("require_billing_address"),
        }
    }
}

/// The form's fields as strings.
#[derive(Debug)]
pub(super) struct Form {
    pub(super) fields: HashMap<String, String>,
}

impl Form {
    /// The form with the session's values.
    pub(super) fn prefilled(input: &Map<String, Value>, provider: &str) -> Self {
        let text = |name: &&str| {
            let value = input.get(*name).and_then(Value::as_str).unwrap_or_default();
            ((*name).to_owned(), value.to_owned())
        };
        let mut fields: HashMap<String, String> = CUSTOMER.iter().map(text).collect();
        fields.insert("provider".to_owned(), provider.to_owned());
        fields.insert("quantity".to_owned(), base_quantity(input).to_string());
        Self { fields }
    }

    /// A field, trimmed; empty when it is absent.
    pub(super) fn get(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", |text| text.trim())
    }

    /// The quantity, that of the session unless the buyer may choose. None when it is invalid.
    pub(super) fn quantity(&self, input: &Map<String, Value>) -> Option<u64> {
        let is_free = input.get("allow_quantity").and_then(Value::as_bool).unwrap_or(false);
        match self.get("quantity") {
            text if is_free && !text.is_empty() => {
                text.parse().ok().filter(|q| (1..=MAX_QUANTITY).contains(q))
            }
            _ => Some(base_quantity(input)),
        }
    }

    /// The code of the coupon; empty where the session takes none.
    pub(super) fn coupon(&self, input: &Map<String, Value>) -> &str {
        let allowed = input.get("allow_coupon_code").and_then(Value::as_bool).unwrap_or(false);
        if allowed { self.get("coupon") } else { "" }
    }

    /// The fields of a session with the customer's details of the form.
    pub(super) fn with_customer(&self, input: &Map<String, Value>) -> Map<String, Value> {
        let mut all = input.clone();
        for (name, text) in self.customer().into_iter().filter(|(_, text)| !text.is_empty()) {
            all.insert(name.to_owned(), text.into());
        }
        all
    }

    /// The digits of the card number.
    pub(super) fn card(&self) -> String {
        self.get("card_number").chars().filter(char::is_ascii_digit).collect()
    }

    /// The customer's details by field name of the API.
    pub(super) fn customer(&self) -> Vec<(&'static str, String)> {
        CUSTOMER.iter().map(|name| (*name, self.get(name).to_owned())).collect()
    }

    /// Errors, as keys of `templates/texts.json`.
    pub(super) fn errors(
        &self,
        input: &Map<String, Value>,
        providers: &[&str],
        paying: bool,
    ) -> Vec<&'static str> {
        let mut errors = Vec::new();
        if self.quantity(input).is_none() {
            errors.push("err_quantity");
        }
        if !paying {
            return errors;
        }
        let required = RequiredDetails::of(input);
        let provider = self.get("provider");
        if !providers.contains(&provider) {
            errors.push("err_provider");
        } else if provider == "CARD" {
            if !(12..=19).contains(&self.card().len()) {
                errors.push("err_card");
            }
        } else if !is_phone(self.get("customer_phone")) {
            errors.push("err_phone");
        }
        if required.phone && provider == "CARD" && !is_phone(self.get("customer_phone")) {
            errors.push("err_phone");
        }
        if required.name && self.get("customer_name").is_empty() {
            errors.push("err_name");
        }
        let email = self.get("customer_email");
        if (required.email || !email.is_empty()) && !is_email(email) {
            errors.push("err_email");
        }
        let address = ["customer_address", "customer_city", "customer_country"];
        if required.address && address.iter().any(|name| self.get(name).is_empty()) {
            errors.push("err_address");
        }
        errors
    }
}

fn is_phone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    (8..=15).contains(&digits) && text.chars().all(|c| c.is_ascii_digit() || " +-().".contains(c))
}
