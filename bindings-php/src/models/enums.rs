//! The open enums of the API, as classes of constants: `CheckoutSessionStatus::OPEN`.

use lomi::binding::table::Enum;

use crate::zend::{
    Array, Call, Class, ClassRef, Done, Wanted, handler, interned_zval, is_declared, string_zval,
};

/// The enum of a class.
struct EnumRef(&'static Enum);

const NAMESPACE: &str = "LomiSDK\\Model\\";

/// Declares enums.
pub(crate) fn declare(wanted: Wanted<'_>) -> Result<(), String> {
    for (set, name) in crate::table::ENUMS {
        if !wanted.includes(NAMESPACE, name) || is_declared(&format!("{NAMESPACE}{name}")) {
            continue;
        }
        let mut class = Class::new(format!("{NAMESPACE}{name}")).method_with(
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
