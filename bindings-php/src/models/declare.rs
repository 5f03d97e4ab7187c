//! The classes of the API's objects, `LomiSDK\Model\*`, made from the table. Values lie in one protected array, `container`, under the API's own names, as
//! in the documented classes: so `clone`, `serialize`, `var_export`, `==` and
//! subclassing are PHP's own business.

use std::cell::RefCell;
use std::collections::HashMap;

use ext_php_rs::ffi::{
    zend_ce_aggregate, zend_ce_arrayaccess, zend_ce_countable, zend_class_entry, zend_string,
};
use ext_php_rs::types::Zval;
use lomi::binding::table::{Field, Kind};

use crate::client::confirmation;
use crate::models::registry::{self, Accessor, ModelClass};
use crate::models::{describe, fields, output};
use crate::response::ResponseInfo;
use crate::table::EARLIER_MODELS;
use crate::zend::{
    Class, ClassRef, Method, Wanted, empty_array, handler, is_declared, register_alias,
};

unsafe extern "C" {
    static mut php_json_serializable_ce: *mut zend_class_entry;
}

static INTERFACE: ClassRef = ClassRef::new();

/// Getters and setters by the name of their field, and whether it is a time.
type Accessors = HashMap<(&'static str, bool), [Method; 2]>;

/// The methods that models share.
struct Shared {
    common: Vec<Method>,
    getter: Method,
    accessors: Accessors,
}

thread_local! {
    static SHARED: RefCell<Option<Shared>> = const { RefCell::new(None) };
}

/// Registers what all models implement.
pub(crate) fn register() -> Result<(), String> {
    registry::start();
    interface().register(&INTERFACE)
}

const NAMESPACE: &str = "LomiSDK\\Model\\";

/// Declares models.
pub(crate) fn declare(wanted: Wanted<'_>) -> Result<(), String> {
    for (position, class) in registry::all().iter().enumerate() {
        let name = class.model.names.php;
        let aliases = || EARLIER_MODELS.iter().filter(|(_, now)| *now == name).map(|it| it.0);
        let named = wanted.includes(NAMESPACE, name)
            || aliases().any(|alias| wanted.includes(NAMESPACE, alias));
        if !named || is_declared(&format!("{NAMESPACE}{name}")) {
            continue;
        }
        SHARED.with_borrow_mut(|shared| {
            let shared = match shared {
                Some(shared) => shared,
                None => shared.insert(Shared::new()?),
            };
            class_of(class, shared)?.register(&class.class)
        })?;
        registry::keep(position, class);
        for alias in aliases() {
            register_alias(&class.class, &format!("{NAMESPACE}{alias}"))?;
        }
    }
    Ok(())
}

/// Frees what only the declaration of models needs. To be called when all are declared.
pub(crate) fn forget() {
    SHARED.take();
}

impl Shared {
    fn new() -> Result<Self, String> {
        let getter = Method::new("get()", Some(handler(fields::get)))?;
        Ok(Self { common: common()?, getter, accessors: Accessors::new() })
    }
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

fn class_of(class: &ModelClass, shared: &mut Shared) -> Result<Class, String> {
    let (model, keys) = (class.model, class.keys());
    let Shared { common, getter, accessors } = shared;
    // SAFETY: the engine's own interfaces, set before any module starts.
    let (array_access, countable, aggregate, json) = unsafe {
        (zend_ce_arrayaccess, zend_ce_countable, zend_ce_aggregate, php_json_serializable_ce)
    };
    let mut class = Class::new(format!("{NAMESPACE}{}", model.names.php))
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
        .methods(common);
    if std::ptr::eq(model, &lomi::binding::table::CHECKOUT_SESSION) {
        class =
            class.method("session(): LomiSDK\\Model\\CheckoutSessions", handler(output::session));
    } else if std::ptr::eq(model, &lomi::binding::table::PAYMENT_REQUIRED) {
        class = class.method(
            "session(): LomiSDK\\Model\\CheckoutSessions",
            handler(output::payment_required),
        );
    }
    if std::ptr::eq(model, &lomi::binding::table::CONFIRMATION_REQUIRED) {
        class = class
            .private(confirmation::PROPERTY, Zval::null())
            .method("confirm()", handler(confirmation::confirm));
    }
    for (field, key) in model.fields.iter().zip(keys) {
        let shared = (field.name, matches!(field.kind, Kind::Time));
        let made = match accessors.get(&shared) {
            Some(made) => made,
            None => accessors.entry(shared).or_insert(accessors_of(*getter, field, *key)?),
        };
        class = class.methods(made);
    }
    Ok(class)
}

/// The methods that every model has.
fn common() -> Result<Vec<Method>, String> {
    let declared = [
        ("__construct(?array $data = null)", handler(fields::construct)),
        ("getModelName()", handler(describe::model_name)),
        ("static openAPITypes()", handler(describe::open_api_types)),
        ("static openAPIFormats()", handler(describe::open_api_formats)),
        ("static attributeMap()", handler(describe::attribute_map)),
        ("static setters()", handler(describe::setters)),
        ("static getters()", handler(describe::getters)),
        ("static isNullable(string $property): bool", handler(describe::is_nullable)),
        ("isNullableSetToNull(string $property): bool", handler(describe::is_nullable_set_to_null)),
        ("listInvalidProperties()", handler(describe::list_invalid_properties)),
        ("valid()", handler(describe::valid)),
        ("offsetExists(mixed $offset): bool", handler(fields::offset_exists)),
        ("offsetGet(mixed $offset): mixed", handler(fields::offset_get)),
        ("offsetSet(mixed $offset, mixed $value): void", handler(fields::offset_set)),
        ("offsetUnset(mixed $offset): void", handler(fields::offset_unset)),
        ("jsonSerialize(): mixed", handler(output::json_serialize)),
        ("getIterator(): Traversable", handler(fields::get_iterator)),
        ("count(): int", handler(fields::count)),
        ("__toString(): string", handler(output::pretty)),
        ("toHeaderValue()", handler(output::compact)),
        ("toArray()", handler(output::to_array)),
        ("original(string $name)", handler(output::original)),
        ("setNull(string $name)", handler(fields::set_null)),
        ("getLastResponse()", handler(output::last_response)),
        ("static __set_state(array $array)", handler(output::set_state)),
    ];
    let method = |(text, handler): (&str, _)| {
        let method = Method::new(text, Some(handler))?;
        let is_plain = text.ends_with("()") && !text.starts_with("__");
        Ok(if is_plain { method.copied() } else { method })
    };
    declared.into_iter().map(method).collect()
}

/// The getter and the setter of a field. All fields of one name share them, if they show values
/// alike.
fn accessors_of(
    getter: Method,
    field: &'static Field,
    key: *mut zend_string,
) -> Result<[Method; 2], String> {
    let name = describe::studly(field.name);
    let accessor = || Accessor { field, key };
    let set = format!("set{name}(${})", field.name);
    Ok([
        getter.renamed(&format!("get{name}"), accessor())?.copied(),
        Method::with(&set, handler(fields::set), accessor())?.copied(),
    ])
}
