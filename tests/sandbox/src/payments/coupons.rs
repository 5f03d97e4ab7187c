//! Coupons: whether one may be used, and what it takes off.

use serde_json::{Map, Value};

use super::catalogue::{sold, units};
use super::ledger::{TRANSACTIONS, word};
use super::money::Decimal;
use crate::schema::error::ApiError;
use crate::schema::input::currency;
use crate::state::environment::Environment;
use crate::state::objects::{Object, ObjectStore};
use crate::state::time::{Millis, parse_day};

/// Name of the resource.
const COUPONS: &str = "discount_coupons";
const DAY: Millis = 24 * 60 * 60_000;

/// Why a coupon cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CouponProblem {
    /// There is no such code, or it takes nothing off.
    Unknown,
    /// It is not active, or not at this time.
    NotNow,
    /// It has been used as often as it may be.
    UsedUp,
    /// It is for other products, customers, quantities or currencies.
    NotForThis,
    /// It has a limit for each customer, and nothing says who pays.
    NoCustomer,
}

impl CouponProblem {
    /// Its key in `templates/texts.json`.
    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::Unknown => "err_coupon",
            Self::NotNow => "err_coupon_not_now",
            Self::UsedUp => "err_coupon_used_up",
            Self::NotForThis => "err_coupon_not_for_this",
            Self::NoCustomer => "err_coupon_no_customer",
        }
    }

    /// It as an error of the API.
    pub(crate) fn error(self) -> ApiError {
        ApiError::bad_request(match self {
            Self::Unknown => "The coupon is not known",
            Self::NotNow => "The coupon is not valid now",
            Self::UsedUp => "The coupon has been used as often as it may be",
            Self::NotForThis => "The coupon is not for this purchase",
            Self::NoCustomer => "The coupon needs an e-mail address or a phone number",
        })
    }
}

/// What a coupon takes off.
#[derive(Clone, Debug)]
pub(crate) struct Discount {
    /// Its code.
    pub(crate) code: String,
    kind: Kind,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Percent(Decimal),
    Fixed(Decimal),
}

impl Discount {
    /// What it takes off a total: whole units, rounded down, and never more than the total.
    pub(super) fn of(&self, gross: Decimal) -> Option<Decimal> {
        let off = match self.kind {
            Kind::Percent(percent) => gross.percent(percent)?,
            Kind::Fixed(amount) => amount.whole(),
        };
        let is_more = gross.minus(off)?.is_negative();
        Some(if is_more { gross } else { off })
    }
}

/// A purchase that a coupon may be used for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Purchase<'a> {
    /// Environment of the session.
    pub(crate) environment: Environment,
    /// Its fields, with those of the customer.
    pub(crate) input: &'a Map<String, Value>,
    /// The quantity that the buyer has chosen.
    pub(crate) quantity: u64,
    /// Now.
    pub(crate) now: Millis,
}

/// The discount of a code. Without a code there is none.
///
/// # Errors
/// When the coupon cannot be used for this purchase.
pub(crate) fn discount_of(
    objects: &ObjectStore,
    purchase: &Purchase<'_>,
    code: &str,
) -> Result<Option<Discount>, CouponProblem> {
    let code = code.trim().to_uppercase();
    if code.is_empty() {
        return Ok(None);
    }
    let allowed = purchase.input.get("allow_coupon_code").and_then(Value::as_bool);
    if allowed != Some(true) {
        return Err(CouponProblem::NotForThis);
    }
    let Some(coupon) = find(objects, purchase.environment, &code) else {
        let percent = match code.as_str() {
            "LOMI10" => 10,
            "LOMI50" => 50,
            _ => return Err(CouponProblem::Unknown),
        };
        return Ok(Some(Discount { code, kind: Kind::Percent(Decimal::from(percent)) }));
    };
    let fields = coupon.fields();
    let kind = kind_of(&fields, currency(purchase.input))?;
    is_valid_at(&fields, purchase.now)?;
    is_for(objects, &fields, purchase)?;
    is_left(objects, &fields, purchase, &code)?;
    Ok(Some(Discount { code, kind }))
}

fn find(objects: &ObjectStore, environment: Environment, code: &str) -> Option<Object> {
    let mut own = objects.newest_first(COUPONS).filter(|o| o.environment == environment);
    own.find(|o| word(&o.fields(), "code").eq_ignore_ascii_case(code)).cloned()
}

fn kind_of(fields: &Map<String, Value>, currency: &str) -> Result<Kind, CouponProblem> {
    let positive = |name: &str| {
        let amount = fields.get(name).and_then(Decimal::from_json);
        amount.filter(|a| a.is_positive()).ok_or(CouponProblem::Unknown)
    };
    match word(fields, "discount_type") {
        "" | "percentage" => positive("discount_percentage").map(Kind::Percent),
        // A coupon has no currency of its own: its amount is in francs.
        "fixed" if currency == "XOF" => positive("discount_fixed_amount").map(Kind::Fixed),
        _ => Err(CouponProblem::NotForThis),
    }
}

fn is_valid_at(fields: &Map<String, Value>, now: Millis) -> Result<(), CouponProblem> {
    let is_active = fields.get("is_active").and_then(Value::as_bool).unwrap_or(true);
    let has_begun = parse_day(word(fields, "valid_from")).is_none_or(|from| from <= now);
    let has_ended = parse_day(word(fields, "expires_at")).is_some_and(|at| at <= now);
    if is_active && has_begun && !has_ended { Ok(()) } else { Err(CouponProblem::NotNow) }
}

fn is_for(
    objects: &ObjectStore,
    fields: &Map<String, Value>,
    purchase: &Purchase<'_>,
) -> Result<(), CouponProblem> {
    let most = fields.get("max_quantity_per_use").and_then(Value::as_u64);
    if most.is_some_and(|most| units(purchase.input, purchase.quantity) > most) {
        return Err(CouponProblem::NotForThis);
    }
    if word(fields, "scope_type").starts_with("specific") {
        let ids = fields.get("product_ids").and_then(Value::as_array);
        let ids: Vec<_> = ids.into_iter().flatten().filter_map(Value::as_str).collect();
        let sold = sold(objects, purchase.input);
        if !sold.iter().all(|item| item.iter().any(|id| ids.contains(&id.as_str()))) {
            return Err(CouponProblem::NotForThis);
        }
    }
    let wanted = word(fields, "customer_type");
    if !matches!(wanted, "new" | "existing" | "returning") {
        return Ok(());
    }
    let customer = Customer::of(purchase.input)?;
    let has_paid = rows(objects, purchase.environment).any(|row| customer.made(&row));
    if has_paid == (wanted == "new") { Err(CouponProblem::NotForThis) } else { Ok(()) }
}

/// Whether a use is left. Uses that are pending count: they may still be paid.
fn is_left(
    objects: &ObjectStore,
    fields: &Map<String, Value>,
    purchase: &Purchase<'_>,
    code: &str,
) -> Result<(), CouponProblem> {
    let number = |name: &str| fields.get(name).and_then(Value::as_u64);
    let uses = number("current_uses").unwrap_or(0);
    let frequency = word(fields, "usage_frequency_limit");
    let of_all = number("usage_limit_value").filter(|_| matches!(frequency, "" | "total"));
    if [number("max_uses"), of_all].into_iter().flatten().any(|most| uses >= most) {
        return Err(CouponProblem::UsedUp);
    }
    let most = number("usage_limit_value").unwrap_or(1);
    let own = || rows(objects, purchase.environment).filter(|row| word(row, "coupon_code") == code);
    let since = |days: Millis| {
        let from = purchase.now - days * DAY;
        own().filter(|row| parse_day(word(row, "created_at")).is_some_and(|at| at > from)).count()
    };
    let used = match frequency {
        "" | "total" => return Ok(()),
        "per_day" => since(1),
        "per_week" => since(7),
        "per_month" => since(30),
        "per_customer" | "per_customer_per_product" => {
            let customer = Customer::of(purchase.input)?;
            let product = word(purchase.input, "product_id");
            let is_same = |row: &Map<String, Value>| {
                frequency == "per_customer" || word(row, "product_id") == product
            };
            own().filter(|row| customer.made(row) && is_same(row)).count()
        }
        _ => return Err(CouponProblem::NotForThis),
    };
    if (used as u64) < most { Ok(()) } else { Err(CouponProblem::UsedUp) }
}

/// Who pays, as far as it is known.
struct Customer<'a>([&'a str; 3]);

const CUSTOMER: [&str; 3] = ["customer_id", "customer_email", "customer_phone"];

impl<'a> Customer<'a> {
    fn of(input: &'a Map<String, Value>) -> Result<Self, CouponProblem> {
        let known = CUSTOMER.map(|name| word(input, name));
        let is_known = known.iter().any(|text| !text.is_empty());
        if is_known { Ok(Self(known)) } else { Err(CouponProblem::NoCustomer) }
    }

    /// Whether a transaction is one of theirs.
    fn made(&self, row: &Map<String, Value>) -> bool {
        let mut pairs = CUSTOMER.iter().zip(self.0);
        pairs.any(|(name, own)| !own.is_empty() && word(row, name) == own)
    }
}

/// The transactions that were paid or may still be.
fn rows(
    objects: &ObjectStore,
    environment: Environment,
) -> impl Iterator<Item = Map<String, Value>> {
    let own = objects.newest_first(TRANSACTIONS).filter(move |o| o.environment == environment);
    own.map(Object::fields)
        .filter(|row| matches!(word(row, "status"), "pending" | "completed" | "refunded"))
}

/// Counts a use, or takes it back after a payment that failed.
pub(super) fn count_use(
    objects: &mut ObjectStore,
    environment: Environment,
    code: &str,
    is_used: bool,
) {
    let Some(mut coupon) = find(objects, environment, code) else {
        return;
    };
    let mut fields = coupon.fields();
    let uses = fields.get("current_uses").and_then(Value::as_u64).unwrap_or(0);
    let uses = if is_used { uses.saturating_add(1) } else { uses.saturating_sub(1) };
    fields.insert("current_uses".to_owned(), uses.into());
    coupon.set_fields(&fields);
    objects.replace(coupon);
}
