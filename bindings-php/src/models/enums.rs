//! The open sets of words, as classes of constants: `CheckoutSessionStatus::OPEN`.

use lomi::schema::Enum;

use crate::zend::{Array, Call, Class, ClassRef, Done, handler, interned_zval, string_zval};

/// Which set a class stands for.
struct Words(&'static Enum);

pub(crate) fn register() -> Result<(), String> {
    for set in lomi::ENUMS {
        let mut class = Class::new(format!("LomiSDK\\Model\\{}", set.name)).method_about(
            "static getAllowableEnumValues()".to_owned(),
            handler(values),
            Words(set),
        );
        for value in set.values {
            let name = value.to_uppercase().replace(['-', '.'], "_");
            class = class.constant(name, interned_zval(value));
        }
        class.register(&ClassRef::new())?;
    }
    Ok(())
}

fn values(call: &mut Call<'_>) -> Done {
    let words = call.about::<Words>()?;
    let values: Array = words.0.values.iter().map(|value| string_zval(value)).collect();
    call.give(values.finish())
}
