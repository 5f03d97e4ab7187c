//! What a checkout session asks for, by the catalogue of products and prices.
//!
//! A price or product that the sandbox does not have changes nothing: a shop may use the ids of its
//! real catalogue, and sends the amount itself then.

use serde_json::{Map, Value};

use super::ledger::word;
use super::money::Decimal;
use super::periods::Interval;
use crate::schema::error::ApiError;
use crate::schema::input::base_quantity;
use crate::state::environment::Environment;
use crate::state::objects::{Object, ObjectStore};

type Fields = Map<String, Value>;

/// Puts the amount and the currency of the catalogue into the fields of a session.
///
/// # Errors
/// 400 when the price is not active, is in another currency, or is not the amount that was sent.
pub(crate) fn apply_prices(
    objects: &ObjectStore,
    environment: Environment,
    input: &mut Fields,
) -> Result<(), ApiError> {
    let catalogue = Catalogue { objects, environment };
    if let Some(Value::Array(items)) = input.get("line_items").cloned() {
        return catalogue.cart(&items, input);
    }
    let Some((price_id, price)) = catalogue.chosen(input)? else {
        return Ok(());
    };
    let Some(total) = catalogue.total(&price, input.get("quantity"), input)? else {
        return Ok(());
    };
    use_currency(&price, input)?;
    input.insert("price_id".to_owned(), price_id.into());
    set_amount(input, total);
    Ok(())
}

/// As [`apply_prices`], after a change of the fields of a session. `amount_sent` says whether the
/// change names an amount; without one, the amount follows from the price.
///
/// # Errors
/// As [`apply_prices`].
pub(crate) fn reprice(
    objects: &ObjectStore,
    environment: Environment,
    input: &mut Fields,
    amount_sent: bool,
) -> Result<(), ApiError> {
    let before = if amount_sent { None } else { input.remove("amount") };
    apply_prices(objects, environment, input)?;
    if let Some(before) = before {
        input.entry("amount").or_insert(before);
    }
    Ok(())
}

struct Catalogue<'a> {
    objects: &'a ObjectStore,
    environment: Environment,
}

impl Catalogue<'_> {
    fn price(&self, id: &str) -> Option<Fields> {
        self.objects.of(self.environment, "prices", id).map(Object::fields)
    }

    /// The price of a session: the one it names, or that of its product.
    fn chosen(&self, input: &Fields) -> Result<Option<(String, Fields)>, ApiError> {
        let (price_id, product_id) = (word(input, "price_id"), word(input, "product_id"));
        let product = self.objects.of(self.environment, "products", product_id);
        if let Some(product) = product
            && !is_active(&product.fields())
        {
            return Err(ApiError::bad_request(format!("Product {product_id} is not active")));
        }
        if !price_id.is_empty() {
            let Some(price) = self.price(price_id) else {
                return Ok(None);
            };
            let own = word(&price, "product_id");
            if !is_active(&price) {
                return Err(ApiError::bad_request(format!("Price {price_id} is not active")));
            }
            if product.is_some() && !own.is_empty() && own != product_id {
                let message = format!("Price {price_id} is not one of product {product_id}");
                return Err(ApiError::bad_request(message));
            }
            return Ok(Some((price_id.to_owned(), price)));
        }
        if product.is_none() {
            return Ok(None);
        }
        let all = self.objects.newest_first("prices").filter(|o| o.environment == self.environment);
        let mut own: Vec<(String, Fields)> = all
            .map(|price| (price.id.clone(), price.fields()))
            .filter(|(_, price)| word(price, "product_id") == product_id && is_active(price))
            .collect();
        let is_default = |price: &Fields| price.get("is_default") == Some(&Value::Bool(true));
        if own.len() > 1 && own.iter().any(|(_, price)| is_default(price)) {
            own.retain(|(_, price)| is_default(price));
        }
        match own.len() {
            1 => Ok(own.pop()),
            _ if input.contains_key("amount") => Ok(None),
            0 => Err(ApiError::bad_request(format!("Product {product_id} has no active price"))),
            _ => Err(ApiError::bad_request(format!(
                "price_id is required: product {product_id} has several prices"
            ))),
        }
    }

    /// The amount for a quantity; None when the price does not say how much it is.
    fn total(
        &self,
        price: &Fields,
        quantity: Option<&Value>,
        input: &Fields,
    ) -> Result<Option<Decimal>, ApiError> {
        let quantity = whole(quantity)?;
        let times = |name: &str| {
            price.get(name).and_then(Decimal::from_json).and_then(|a| a.times(quantity, 1))
        };
        let sent = input.get("amount").and_then(Decimal::from_json);
        match word(price, "pricing_model") {
            "pay_what_you_want" => {
                let Some(sent) = sent else {
                    return Ok(times("amount"));
                };
                let is_low = times("minimum_amount").is_some_and(|least| is_less(sent, least));
                let is_high = times("maximum_amount").is_some_and(|most| is_less(most, sent));
                if is_low || is_high {
                    let message = "The amount is not within the bounds of the price";
                    return Err(ApiError::bad_request(message));
                }
                Ok(Some(sent))
            }
            // What the tiers are is not documented.
            "tiered" | "volume" if sent.is_some() => Ok(sent),
            "tiered" | "volume" => {
                Err(ApiError::bad_request("amount is required for a price with tiers"))
            }
            _ => match (times("amount"), sent) {
                (Some(total), Some(sent)) if is_less(total, sent) || is_less(sent, total) => {
                    let message = format!("amount must be that of the price, {total}");
                    Err(ApiError::bad_request(message))
                }
                (total, _) => Ok(total),
            },
        }
    }

    /// The sum of a cart, in place of the amount, price, product and quantity of the session. A
    /// cart with a price that the sandbox does not have is left as it is.
    fn cart(&self, items: &[Value], input: &mut Fields) -> Result<(), ApiError> {
        let mut sum = Decimal::ZERO;
        let mut own = input.clone();
        own.remove("amount");
        for item in items {
            let id = item.get("price_id").and_then(Value::as_str).unwrap_or_default();
            let Some(price) = self.price(id) else {
                return Ok(());
            };
            let is_standard = matches!(word(&price, "pricing_model"), "" | "standard");
            if !is_active(&price) {
                return Err(ApiError::bad_request(format!("Price {id} is not active")));
            }
            if !is_standard || Interval::of_word(word(&price, "billing_interval")).is_some() {
                let message = format!("Price {id} is not a standard price that is paid once");
                return Err(ApiError::bad_request(message));
            }
            use_currency(&price, &mut own)?;
            let total = self.total(&price, item.get("quantity"), &own)?;
            let total = total.and_then(|total| sum.plus(total));
            let missing = || ApiError::bad_request(format!("Price {id} has no amount"));
            sum = total.ok_or_else(missing)?;
        }
        for name in ["price_id", "product_id", "quantity"] {
            own.remove(name);
        }
        *input = own;
        set_amount(input, sum);
        Ok(())
    }
}

fn is_less(a: Decimal, b: Decimal) -> bool {
    a.minus(b).is_some_and(Decimal::is_negative)
}

fn is_active(fields: &Fields) -> bool {
    fields.get("is_active").and_then(Value::as_bool).unwrap_or(true)
}

/// A quantity of a catalogue price, which is 1 where none is sent.
fn whole(quantity: Option<&Value>) -> Result<u64, ApiError> {
    match quantity {
        None | Some(Value::Null) => Ok(1),
        Some(quantity) => quantity
            .as_u64()
            .filter(|q| *q > 0)
            .ok_or_else(|| ApiError::bad_request("quantity must be a whole number")),
    }
}

/// An amount that was sent keeps its form: `10000.0` is not rewritten.
fn set_amount(input: &mut Fields, total: Decimal) {
    let sent = input.get("amount").and_then(Decimal::from_json);
    if !sent.is_some_and(|sent| !is_less(sent, total) && !is_less(total, sent)) {
        input.insert("amount".to_owned(), total.into());
    }
}

fn use_currency(price: &Fields, input: &mut Fields) -> Result<(), ApiError> {
    let own = word(price, "currency_code");
    let sent = word(input, "currency_code");
    if !own.is_empty() && !sent.is_empty() && own != sent {
        return Err(ApiError::bad_request(format!("The price is in {own}, not in {sent}")));
    }
    if sent.is_empty() && !own.is_empty() {
        let own = own.to_owned();
        input.insert("currency_code".to_owned(), own.into());
    }
    Ok(())
}

/// The prices and products that a session sells, by their ids.
pub(super) fn sold(objects: &ObjectStore, input: &Fields) -> Vec<Vec<String>> {
    let ids = |price_id: &str, product_id: &str| {
        let price = objects.get("prices", price_id).map(Object::fields).unwrap_or_default();
        let all = [price_id, product_id, word(&price, "product_id")];
        all.iter().filter(|id| !id.is_empty()).map(|id| (*id).to_owned()).collect::<Vec<_>>()
    };
    match input.get("line_items") {
        Some(Value::Array(items)) => items
            .iter()
            .map(|item| ids(item.get("price_id").and_then(Value::as_str).unwrap_or_default(), ""))
            .collect(),
        _ => vec![ids(word(input, "price_id"), word(input, "product_id"))],
    }
}

/// How many units a session sells when the buyer chooses `quantity`.
pub(super) fn units(input: &Fields, quantity: u64) -> u64 {
    let items = input.get("line_items").and_then(Value::as_array);
    let of_item = |item: &Value| item.get("quantity").and_then(Value::as_u64).unwrap_or(1);
    items.map_or(quantity, |items| {
        items.iter().map(of_item).sum::<u64>() * (quantity / base_quantity(input)).max(1)
    })
}
