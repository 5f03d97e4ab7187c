//! The documented fields of a checkout session: type, and generations that read or show it.

use crate::generation::Generation;

/// Type of a field, and so how a request is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FieldType {
    /// Text.
    Text,
    /// Text that must be an absolute http or https URL.
    Url,
    /// Text that must look like an e-mail address.
    Email,
    /// A number above zero, with all its digits.
    Positive,
    /// `true` or `false`.
    Bool,
    /// A JSON object (PHP's empty array counts as an empty one).
    Object,
    /// Provider codes: an array in A, one string in C.
    Providers,
    /// An array of `{price_id, quantity, metadata}`.
    Items,
    /// An ISO 8601 time.
    Time,
    /// A checkout session status.
    Status,
    /// XOF, USD or EUR.
    Currency,
    /// Any JSON.
    Any,
}

/// One field of the checkout session.
#[derive(Debug)]
pub(crate) struct Field {
    /// Name on the wire.
    pub(crate) name: &'static str,
    /// Type.
    pub(crate) field_type: FieldType,
    /// Generations whose create (in C also update) reads it.
    reads: &'static str,
    /// Generations whose responses have it.
    shows: &'static str,
}

impl Field {
    /// Whether it is a documented request field of this generation.
    pub(crate) fn is_read_by(&self, generation: Generation) -> bool {
        self.reads.contains(generation.letter())
    }

    /// Whether it is in this generation's responses.
    pub(crate) fn is_shown_by(&self, generation: Generation) -> bool {
        self.shows.contains(generation.letter())
    }
}

const fn f(
    name: &'static str,
    field_type: FieldType,
    reads: &'static str,
    shows: &'static str,
) -> Field {
    Field { name, field_type, reads, shows }
}

use FieldType::{
    Any, Bool, Currency, Email, Items, Object, Positive, Providers, Status, Text, Time, Url,
};

/// The table, in the order of fields in responses.
///
/// C's responses have `checkout_url`, though its first models do not: later models of the same
/// generation have it, and without it a caller could not find the checkout page.
#[rustfmt::skip]
pub(crate) const FIELDS: &[Field] = &[
    f("checkout_session_id",     Text,      "C",     "ABCDE"),
    f("url",                     Text,      "",      "AB"),
    f("checkout_url",            Text,      "",      "CDE"),
    f("status",                  Status,    "C",     "ABCDE"),
    f("merchant_id",             Text,      "",      "A"),
    f("organization_id",         Text,      "",      "ABCDE"),
    f("amount",                  Positive,  "ABCDE", "ABCDE"),
    f("currency_code",           Currency,  "ABCDE", "ABCDE"),
    f("title",                   Text,      "ABCDE", "ABCDE"),
    f("description",             Text,      "BCDE",  "BDE"),
    f("public_description",      Text,      "AC",    "AC"),
    f("customer_id",             Text,      "BCDE",  "BCDE"),
    f("customer_email",          Email,     "ABCDE", "ABCDE"),
    f("customer_name",           Text,      "ABCDE", "ABCDE"),
    f("customer_phone",          Text,      "ABCDE", "ABCDE"),
    f("customer_city",           Text,      "DE",    "DE"),
    f("customer_country",        Text,      "DE",    "DE"),
    f("customer_address",        Text,      "DE",    "DE"),
    f("customer_postal_code",    Text,      "DE",    "DE"),
    f("product_id",              Text,      "ABCDE", "ABCDE"),
    f("price_id",                Text,      "BCDE",  "BCDE"),
    f("plan_id",                 Text,      "A",     "A"),
    f("subscription_id",         Text,      "ABCDE", "ABCDE"),
    f("payment_link_id",         Text,      "CDE",   "BCDE"),
    f("payment_request_id",      Text,      "C",     "CDE"),
    f("installment_plan_id",     Text,      "C",     "CDE"),
    f("allowed_providers",       Providers, "AC",    "AC"),
    f("allow_quantity",          Bool,      "BCDE",  "BCDE"),
    f("quantity",                Positive,  "BCDE",  "BCDE"),
    f("allow_coupon_code",       Bool,      "ABCDE", "ABCDE"),
    f("require_billing_address", Bool,      "BDE",   "BDE"),
    f("require_email",           Bool,      "E",     "E"),
    f("require_phone",           Bool,      "E",     "E"),
    f("require_name",            Bool,      "E",     "E"),
    f("fields",                  Any,       "E",     ""),
    f("line_items",              Items,     "DE",    ""),
    f("success_url",             Url,       "ABCDE", "ABCDE"),
    f("cancel_url",              Url,       "ABCDE", "ABCDE"),
    f("is_pos",                  Bool,      "C",     "BCDE"),
    f("is_spi",                  Bool,      "C",     "BCDE"),
    f("qr_code_data",            Any,       "C",     "CDE"),
    f("qr_code_type",            Text,      "C",     "CDE"),
    f("spi_account_number",      Text,      "C",     "CDE"),
    f("spi_qr_code_id",          Text,      "C",     "CDE"),
    f("integration_source",      Text,      "D",     "D"),
    f("metadata",                Object,    "ABCDE", "ABCDE"),
    f("environment",             Text,      "",      "ABCDE"),
    f("expiration_minutes",      Positive,  "A",     ""),
    f("expires_at",              Time,      "C",     "ABCDE"),
    f("created_at",              Time,      "",      "ABCDE"),
    f("created_by",              Text,      "",      "BCDE"),
    f("updated_at",              Time,      "",      "ABCDE"),
];
