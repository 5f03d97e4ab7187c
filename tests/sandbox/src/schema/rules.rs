//! What the generations require of a create, and how they write lists.

use crate::generation::Generation;

/// Fields that a create must have: resource, generations, names. Generation C requires none.
#[rustfmt::skip]
const REQUIRED: &[(&str, &str, &[&str])] = &[
    ("beneficiary_payouts", "BD",  &["amount", "currency_code"]),
    ("customers",           "BDE", &["name"]),
    ("discount_coupons",    "BDE", &["code"]),
    ("exports",             "E",   &["type"]),
    ("meters",              "DE",  &["name"]),
    ("payment_links",       "BDE", &["link_type", "title", "currency_code"]),
    ("payment_requests",    "BDE", &["amount", "currency_code", "expiry_date"]),
    ("payouts",             "B",   &["amount", "currency_code", "payout_method_id"]),
    ("payouts",             "DE",  &["destination", "rail", "amount", "currency_code"]),
    ("products",            "BD",  &["name", "product_type", "prices"]),
    ("products",            "E",   &["name", "prices"]),
    ("refunds",             "BDE", &["transaction_id", "amount"]),
];

/// The fields that a create of this resource must have.
pub(crate) fn required(resource: &str, generation: Generation) -> &'static [&'static str] {
    let rule = REQUIRED
        .iter()
        .find(|(name, letters, _)| *name == resource && letters.contains(generation.letter()));
    rule.map_or(&[], |(_, _, fields)| fields)
}

/// What is around the rows of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Envelope {
    /// Nothing: an array.
    Bare,
    /// `{data, pagination{limit, offset, total}}`.
    Pagination,
    /// `{data, total, limit, offset}`, where the total is the length of the page.
    Flat,
    /// `{data, limit, offset}`.
    FlatWithoutTotal,
    /// `{success, data}`.
    Success,
    /// `{customers, pagination{page, pageSize, totalCount, totalPages}}`.
    Customers,
    /// `{object, data, has_more, next_cursor, limit}`.
    Cursor,
}

/// How a query selects a part of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paging {
    /// Not at all.
    Whole,
    /// `limit` and `offset`.
    Offset,
    /// `page` and `pageSize`.
    Page,
    /// `limit` and `cursor`.
    Cursor,
}

/// The form of a list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ListForm {
    /// What is around the rows.
    pub(crate) envelope: Envelope,
    /// How a query selects a part.
    pub(crate) paging: Paging,
    /// Rows of a page when the query does not say.
    pub(crate) limit: u64,
}

const fn form(envelope: Envelope, paging: Paging, limit: u64) -> ListForm {
    ListForm { envelope, paging, limit }
}

/// The form of the list of a resource.
pub(crate) fn list_form(resource: &str, generation: Generation) -> ListForm {
    use Envelope::{Bare, Customers, Flat, FlatWithoutTotal, Pagination, Success};
    let first = generation == Generation::B;
    match (generation, resource) {
        (Generation::C, _) => form(Pagination, Paging::Offset, 20),
        (Generation::E, _) => form(Envelope::Cursor, Paging::Cursor, 20),
        (_, "customers") => form(Customers, Paging::Page, 20),
        (_, "transactions") => form(Bare, Paging::Page, 50),
        (_, "subscriptions") => form(Bare, Paging::Page, 20),
        (_, "refunds") if first => form(Flat, Paging::Offset, 50),
        (_, "refunds") => form(Success, Paging::Offset, 50),
        (_, "payouts") if first => form(FlatWithoutTotal, Paging::Offset, 50),
        (_, "payouts") => form(Success, Paging::Page, 50),
        (_, "beneficiary_payouts") => form(FlatWithoutTotal, Paging::Offset, 50),
        (_, "payment_links" | "payment_requests") => form(Flat, Paging::Offset, 20),
        (_, "products") => form(Bare, Paging::Offset, 15),
        (_, "invoices") => form(Bare, Paging::Offset, 20),
        _ => form(Bare, Paging::Whole, 20),
    }
}
