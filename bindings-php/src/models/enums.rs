//! The open enums of the API, as classes of constants: `CheckoutSessionStatus::OPEN`.

use lomi::binding::table::Enum;

use crate::zend::{Array, Call, Class, ClassRef, Done, handler, interned_zval, string_zval};

/// The enum of a class.
struct EnumRef(&'static Enum);

pub(crate) fn register() -> Result<(), String> {
    for (set, name) in crate::table::ENUMS {
        let mut class = Class::new(format!("LomiSDK\\Model\\{name}")).method_with(
            "static getAllowableEnumValues()",
            handler(values),
            EnumRef(set),
        );
        for value in set.values {
            let name = value.to_uppercase().replace(['-', '.'], "_");
            // The documents write one L; what comes with one L is read with two.
            if let Some(stem) = name.strip_suffix("_CANCELLED").filter(|_| set.folds) {
                class = class.constant(format!("{stem}_CANCELED"), interned_zval(value));
            }
            class = class.constant(name, interned_zval(value));
        }
        class.register(&ClassRef::new())?;
    }
    Ok(())
}

fn values(call: &mut Call<'_>) -> Done {
    let set = call.attached::<EnumRef>()?;
    let values: Array = set.0.values.iter().map(|value| string_zval(value)).collect();
    call.give(values.finish())
}
