//! The prices of a new product, which become objects of their own.

use serde_json::{Map, Value};

use crate::middleware::caller::Caller;
use crate::schema::error::ApiError;
use crate::schema::object::new_object;
use crate::schema::table::RESOURCES;
use crate::state::app::App;
use crate::state::objects::Object;

/// Gives each price of a product's body an id. Returns the prices as objects.
pub(super) fn take_prices(
    app: &App,
    caller: &Caller,
    input: &mut Map<String, Value>,
) -> Result<Vec<Object>, ApiError> {
    let resource = RESOURCES.iter().find(|r| r.name == "prices");
    let (Some(resource), Some(Value::Array(rows))) = (resource, input.get_mut("prices")) else {
        return Ok(Vec::new());
    };
    let mut objects = Vec::new();
    for row in rows.iter_mut().filter_map(Value::as_object_mut) {
        let object = new_object(app, resource, caller.environment, row.clone())?;
        row.insert(resource.id.to_owned(), object.id.as_str().into());
        objects.push(object);
    }
    Ok(objects)
}

/// Stores the prices of a product.
pub(super) fn store_prices(app: &App, product: &Object, prices: Vec<Object>) {
    let mut objects = app.objects();
    for mut price in prices {
        let mut fields = price.fields();
        fields.insert("product_id".to_owned(), product.id.as_str().into());
        price.set_fields(&fields);
        objects.insert(price);
    }
}

/// Makes one price of a product its default.
pub(super) fn set_default(app: &App, caller: &Caller, ids: &[String]) -> Result<(), ApiError> {
    let [product_id, price_id] = ids else {
        return Ok(());
    };
    let mut objects = app.objects();
    let own = objects.newest_first("prices").filter(|price| {
        let fields = price.fields();
        let product = fields.get("product_id").and_then(Value::as_str);
        price.environment == caller.environment && product == Some(product_id)
    });
    let own: Vec<Object> = own.cloned().collect();
    if !own.iter().any(|price| price.id == *price_id) {
        return Err(ApiError::not_found(format!("Price with ID {price_id} not found")));
    }
    for mut price in own {
        let mut fields = price.fields();
        fields.insert("is_default".to_owned(), (price.id == *price_id).into());
        price.set_fields(&fields);
        objects.replace(price);
    }
    Ok(())
}
