//! The classes of the API's objects, `LomiSDK\Model\*`, made from the table at module
//! start. Values lie in one protected array, `container`, under the API's own names, as
//! in the documented classes: so `clone`, `serialize`, `var_export`, `==` and
//! subclassing are PHP's own business.

use std::collections::HashMap;

use ext_php_rs::ffi::{
    zend_ce_aggregate, zend_ce_arrayaccess, zend_ce_countable, zend_class_entry, zend_string,
};
use ext_php_rs::types::Zval;
use lomi::binding::table::{Field, Kind, Model};

use crate::models::registry::{self, Accessor, ModelClass};
use crate::models::{describe, fields, output};
use crate::response::ResponseInfo;
use crate::table::{EARLIER_MODELS, LISTS};
use crate::zend::{Class, ClassRef, Method, empty_array, handler, interned, register_alias};

unsafe extern "C" {
    static mut php_json_serializable_ce: *mut zend_class_entry;
}

static INTERFACE: ClassRef = ClassRef::new();

/// Getters and setters by the name of their field, and whether it is a time.
type Accessors = HashMap<(&'static str, bool), (Method, Method)>;

/// Registers every model's class.
pub(crate) fn register() -> Result<(), String> {
    interface().register(&INTERFACE)?;
    let models = lomi::binding::MODELS.iter().chain(LISTS.iter());
    let mut accessors = Accessors::new();
    let mut classes = Vec::new();
    for model in models {
        let keys: Vec<_> = model.fields.iter().map(|field| interned(field.name)).collect();
        let class = ClassRef::new();
        declare(model, &keys, &mut accessors).register(&class)?;
        classes.push(ModelClass { model, class, keys });
    }
    for (earlier, now) in EARLIER_MODELS {
        let class = classes.iter().find(|class| class.model.names.php == *now);
        let class = class.ok_or_else(|| format!("there is no model {now}"))?;
        register_alias(&class.class, &format!("LomiSDK\\Model\\{earlier}"))?;
    }
    registry::set(classes)
}

fn interface() -> Class {
    Class::interface("LomiSDK\\Model\\ModelInterface")
        .abstract_method("getModelName()")
        .abstract_method("static openAPITypes()")
        .abstract_method("static openAPIFormats()")
        .abstract_method("static attributeMap()")
        .abstract_method("static setters()")
        .abstract_method("static getters()")
        .abstract_method("listInvalidProperties()")
        .abstract_method("valid()")
        .abstract_method("static isNullable(string $property): bool")
        .abstract_method("isNullableSetToNull(string $property): bool")
}

fn declare(model: &'static Model, keys: &[*mut zend_string], accessors: &mut Accessors) -> Class {
    // SAFETY: the engine's own interfaces, set before any module starts.
    let (array_access, countable, aggregate, json) = unsafe {
        (zend_ce_arrayaccess, zend_ce_countable, zend_ce_aggregate, php_json_serializable_ce)
    };
    let mut class = Class::new(format!("LomiSDK\\Model\\{}", model.names.php))
        .with_transient_payload::<ResponseInfo>()
        .implements(INTERFACE.raw())
        .implements(array_access)
        .implements(json)
        .implements(aggregate)
        .implements(countable)
        .constant("DISCRIMINATOR", Zval::null())
        .protected("container", empty_array())
        .protected("originals", empty_array())
        .protected("openAPINullablesSetToNull", empty_array())
        .method("__construct(?array $data = null)", handler(fields::construct))
        .method("getModelName()", handler(describe::model_name))
        .method("static openAPITypes()", handler(describe::open_api_types))
        .method("static openAPIFormats()", handler(describe::open_api_formats))
        .method("static attributeMap()", handler(describe::attribute_map))
        .method("static setters()", handler(describe::setters))
        .method("static getters()", handler(describe::getters))
        .method("static isNullable(string $property): bool", handler(describe::is_nullable))
        .method(
            "isNullableSetToNull(string $property): bool",
            handler(describe::is_nullable_set_to_null),
        )
        .method("listInvalidProperties()", handler(describe::list_invalid_properties))
        .method("valid()", handler(describe::valid))
        .method("offsetExists(mixed $offset): bool", handler(fields::offset_exists))
        .method("offsetGet(mixed $offset): mixed", handler(fields::offset_get))
        .method("offsetSet(mixed $offset, mixed $value): void", handler(fields::offset_set))
        .method("offsetUnset(mixed $offset): void", handler(fields::offset_unset))
        .method("jsonSerialize(): mixed", handler(output::json_serialize))
        .method("getIterator(): Traversable", handler(fields::get_iterator))
        .method("count(): int", handler(fields::count))
        .method("__toString(): string", handler(output::pretty))
        .method("toHeaderValue()", handler(output::compact))
        .method("toArray()", handler(output::to_array))
        .method("original(string $name)", handler(output::original))
        .method("setNull(string $name)", handler(fields::set_null))
        .method("getLastResponse()", handler(output::last_response))
        .method("static __set_state(array $array)", handler(output::set_state));
    if std::ptr::eq(model, &lomi::binding::table::CHECKOUT_SESSION) {
        class =
            class.method("session(): LomiSDK\\Model\\CheckoutSessions", handler(output::session));
    } else if model.marker.is_some() {
        class = class.method(
            "session(): LomiSDK\\Model\\CheckoutSessions",
            handler(output::payment_required),
        );
    }
    for (field, key) in model.fields.iter().zip(keys) {
        let (get, set) = accessors
            .entry((field.name, matches!(field.kind, Kind::Time)))
            .or_insert_with(|| accessors_of(field, *key));
        class = class.method_made(get).method_made(set);
    }
    class
}

/// The getter and the setter of a field. All fields of one name share them, if they show values
/// alike.
fn accessors_of(field: &'static Field, key: *mut zend_string) -> (Method, Method) {
    let name = describe::studly(field.name);
    let accessor = || Accessor { field, key };
    let (get, set) = (format!("get{name}()"), format!("set{name}(${})", field.name));
    (
        Method::with(&get, handler(fields::get), accessor()),
        Method::with(&set, handler(fields::set), accessor()),
    )
}
