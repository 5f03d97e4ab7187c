//! The classes of the API's objects, `LomiSDK\Model\*`, made from the table at module
//! start. Values lie in one protected array, `container`, under the API's own names, as
//! in the documented classes: so `clone`, `serialize`, `var_export`, `==` and
//! subclassing are PHP's own business.

use std::sync::OnceLock;

use ext_php_rs::ffi::{
    zend_ce_aggregate, zend_ce_arrayaccess, zend_ce_countable, zend_class_entry, zend_string,
};
use ext_php_rs::types::{ZendObject, Zval};
use ext_php_rs::zend::ClassEntry;
use lomi::schema::{Field, Kind, Model};

use crate::models::fields as methods;
use crate::response::Facts;
use crate::table::LISTS;
use crate::zend::{
    Array, Class, ClassRef, Object, empty_array, handler, interned, new_object, payload_type,
};

unsafe extern "C" {
    static mut php_json_serializable_ce: *mut zend_class_entry;
}

static INTERFACE: ClassRef = ClassRef::new();

/// One model as PHP knows it.
pub(crate) struct ModelClass {
    pub(crate) model: &'static Model,
    pub(crate) class: ClassRef,
    /// The names of the fields as PHP texts, in the order of the table.
    pub(crate) keys: Vec<*mut zend_string>,
}

// SAFETY: filled at module start, only read afterwards; the texts are permanent.
unsafe impl Sync for ModelClass {}
// SAFETY: as above.
unsafe impl Send for ModelClass {}

static MODELS: OnceLock<Vec<ModelClass>> = OnceLock::new();

/// What a getter or setter is about.
pub(crate) struct Accessor {
    pub(crate) field: &'static Field,
    pub(crate) key: *mut zend_string,
}

// SAFETY: the text is permanent.
unsafe impl Sync for Accessor {}

payload_type!(Facts);

/// Every model, those of lists included.
pub(crate) fn all() -> &'static [ModelClass] {
    MODELS.get().map_or(&[], Vec::as_slice)
}

/// The class of a model.
pub(crate) fn of_model(model: &'static Model) -> Option<&'static ModelClass> {
    all().iter().find(|known| std::ptr::eq(known.model, model))
}

/// The model of an object, whose class may be a subclass in PHP.
pub(crate) fn of_object(object: Object<'_>) -> Option<&'static ModelClass> {
    // SAFETY: an object has a class, and a class lives as long as its objects.
    of_class(unsafe { object.ce.as_ref() }?)
}

/// The same by class.
pub(crate) fn of_class(class: &ClassEntry) -> Option<&'static ModelClass> {
    let mut class = Some(class);
    while let Some(now) = class {
        if let Some(found) = all().iter().find(|known| std::ptr::eq(known.class.raw(), now)) {
            return Some(found);
        }
        class = now.parent();
    }
    None
}

/// `customer_email` to `CustomerEmail`.
pub(crate) fn studly(name: &str) -> String {
    name.split('_')
        .map(|word| {
            let mut letters = word.chars();
            let first = letters.next().map(|letter| letter.to_ascii_uppercase());
            first.into_iter().chain(letters).collect::<String>()
        })
        .collect()
}

/// Registers every model's class.
pub(crate) fn register() -> Result<(), String> {
    interface().register(&INTERFACE)?;
    let known = lomi::MODELS.iter().chain(LISTS.iter());
    let mut classes = Vec::new();
    for model in known {
        let keys: Vec<_> = model.fields.iter().map(|field| interned(field.name)).collect();
        let class = ClassRef::new();
        declare(model, &keys).register(&class)?;
        classes.push(ModelClass { model, class, keys });
    }
    MODELS.set(classes).map_err(|_| "the models are registered twice".to_owned())
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

fn declare(model: &'static Model, keys: &[*mut zend_string]) -> Class {
    // SAFETY: the engine's own interfaces, set before any module starts.
    let (array_access, countable, aggregate, json) = unsafe {
        (zend_ce_arrayaccess, zend_ce_countable, zend_ce_aggregate, php_json_serializable_ce)
    };
    let mut class = Class::new(format!("LomiSDK\\Model\\{}", model.names.php))
        .holds_lightly::<Facts>()
        .implements(INTERFACE.raw())
        .implements(array_access)
        .implements(json)
        .implements(aggregate)
        .implements(countable)
        .constant("DISCRIMINATOR", Zval::null())
        .protected("container", empty_array())
        .protected("originals", empty_array())
        .protected("openAPINullablesSetToNull", empty_array())
        .method("__construct(?array $data = null)", handler(methods::construct))
        .method("getModelName()", handler(methods::model_name))
        .method("static openAPITypes()", handler(methods::open_api_types))
        .method("static openAPIFormats()", handler(methods::open_api_formats))
        .method("static attributeMap()", handler(methods::attribute_map))
        .method("static setters()", handler(methods::setters))
        .method("static getters()", handler(methods::getters))
        .method("static isNullable(string $property): bool", handler(methods::is_nullable))
        .method(
            "isNullableSetToNull(string $property): bool",
            handler(methods::is_nullable_set_to_null),
        )
        .method("listInvalidProperties()", handler(methods::list_invalid_properties))
        .method("valid()", handler(methods::valid))
        .method("offsetExists(mixed $offset): bool", handler(methods::offset_exists))
        .method("offsetGet(mixed $offset): mixed", handler(methods::offset_get))
        .method("offsetSet(mixed $offset, mixed $value): void", handler(methods::offset_set))
        .method("offsetUnset(mixed $offset): void", handler(methods::offset_unset))
        .method("jsonSerialize(): mixed", handler(methods::json_serialize))
        .method("getIterator(): Traversable", handler(methods::get_iterator))
        .method("count(): int", handler(methods::count))
        .method("__toString(): string", handler(methods::pretty))
        .method("toHeaderValue()", handler(methods::compact))
        .method("toArray()", handler(methods::to_array))
        .method("original(string $name)", handler(methods::original))
        .method("setNull(string $name)", handler(methods::set_null))
        .method("getLastResponse()", handler(methods::last_response))
        .method("static __set_state(array $array)", handler(methods::set_state));
    if std::ptr::eq(model, &lomi::generated::CHECKOUT_SESSION) {
        class =
            class.method("session(): LomiSDK\\Model\\CheckoutSessions", handler(methods::session));
    } else if model.marker.is_some() {
        class = class.method(
            "session(): LomiSDK\\Model\\CheckoutSessions",
            handler(methods::payment_required),
        );
    }
    for (field, key) in model.fields.iter().zip(keys) {
        let name = studly(field.name);
        let accessor = || Accessor { field, key: *key };
        class = class
            .method_about(format!("get{name}()"), handler(methods::get), accessor())
            .method_about(format!("set{name}(${})", field.name), handler(methods::set), accessor());
    }
    class
}

/// The documented type of a field.
pub(crate) fn documented_type(kind: Kind) -> String {
    match kind {
        Kind::Text | Kind::Uuid | Kind::Enum(_) => "string".into(),
        Kind::Time => "\\DateTime".into(),
        Kind::Boolean => "bool".into(),
        Kind::Integer => "int".into(),
        Kind::Number => "float".into(),
        Kind::Map => "object".into(),
        Kind::Maps => "object[]".into(),
        Kind::Words => "string[]".into(),
        Kind::Model(model) => format!("\\LomiSDK\\Model\\{}", model.names.php),
        Kind::Models(model) => format!("\\LomiSDK\\Model\\{}[]", model.names.php),
    }
}

/// The documented format of a field.
pub(crate) fn documented_format(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Uuid => Some("uuid"),
        Kind::Time => Some("date-time"),
        _ => None,
    }
}

/// A new object of a model, with its values.
pub(crate) fn build(known: &ModelClass, container: Array, originals: Option<Zval>) -> Option<Zval> {
    let class = known.class.get()?;
    let mut value = new_object(class).ok()?;
    let object = value.object_mut()?;
    *slot(object, CONTAINER) = container.finish();
    if let Some(originals) = originals {
        *slot(object, ORIGINALS) = originals;
    }
    Some(value)
}

/// The places of the declared properties.
pub(crate) const CONTAINER: usize = 0;
pub(crate) const ORIGINALS: usize = 1;
pub(crate) const NULLS: usize = 2;

/// A declared property by its place. Only for objects of a model class, which have
/// three, also in subclasses.
pub(crate) fn slot(object: &mut ZendObject, place: usize) -> &mut Zval {
    // SAFETY: the slots of a class and of its subclasses start with the three of the model.
    unsafe { &mut *object.properties_table.as_mut_ptr().add(place) }
}

/// The same, to read.
pub(crate) fn read_slot<'o>(object: Object<'o>, place: usize) -> &'o Zval {
    // SAFETY: as above.
    unsafe { &*(&raw const (*object.as_ptr()).properties_table).cast::<Zval>().add(place) }
        .dereference()
}
