//! The registered model classes, and where their objects keep their values.

use std::sync::OnceLock;

use ext_php_rs::ffi::zend_string;
use ext_php_rs::types::{ZendObject, Zval};
use ext_php_rs::zend::ClassEntry;
use lomi::binding::{table::Field, table::Model};

use crate::zend::{Array, ClassRef, Object, new_object};

/// One model and its class.
pub(crate) struct ModelClass {
    pub(crate) model: &'static Model,
    pub(crate) class: ClassRef,
    /// The field names as PHP strings, in the order of the table.
    pub(crate) keys: Vec<*mut zend_string>,
}

// SAFETY: filled at module start, only read afterwards; the strings are permanent.
unsafe impl Sync for ModelClass {}
// SAFETY: as above.
unsafe impl Send for ModelClass {}

/// The models, and where each is among them, by the address of its row and of its class.
struct Models {
    all: Vec<ModelClass>,
    by_row: Vec<(usize, usize)>,
    by_class: Vec<(usize, usize)>,
}

static MODELS: OnceLock<Models> = OnceLock::new();

/// The field that a getter or setter is for.
pub(crate) struct Accessor {
    pub(crate) field: &'static Field,
    pub(crate) key: *mut zend_string,
}

// SAFETY: the string is permanent.
unsafe impl Sync for Accessor {}

/// Keeps the classes. To be called at module start, once.
pub(crate) fn set(classes: Vec<ModelClass>) -> Result<(), String> {
    let sorted = |address: fn(&ModelClass) -> usize| {
        let mut places: Vec<_> =
            classes.iter().enumerate().map(|(at, class)| (address(class), at)).collect();
        places.sort_unstable();
        places
    };
    let by_row = sorted(|class| std::ptr::from_ref(class.model).addr());
    let by_class = sorted(|class| class.class.raw().addr());
    MODELS
        .set(Models { all: classes, by_row, by_class })
        .map_err(|_| "the models are registered twice".to_owned())
}

impl Models {
    fn at(&self, places: &[(usize, usize)], address: usize) -> Option<&ModelClass> {
        let found = places.binary_search_by_key(&address, |place| place.0).ok()?;
        places.get(found).and_then(|place| self.all.get(place.1))
    }
}

/// Every model, those of lists included.
pub(crate) fn all() -> &'static [ModelClass] {
    MODELS.get().map_or(&[], |models| models.all.as_slice())
}

/// The class of a model.
pub(crate) fn of_model(model: &'static Model) -> Option<&'static ModelClass> {
    let models = MODELS.get()?;
    models.at(&models.by_row, std::ptr::from_ref(model).addr())
}

/// The model of an object, whose class may be a subclass in PHP.
pub(crate) fn of_object(object: Object<'_>) -> Option<&'static ModelClass> {
    // SAFETY: an object has a class, and a class lives as long as its objects.
    of_class(unsafe { object.ce.as_ref() }?)
}

/// The same by class.
pub(crate) fn of_class(class: &ClassEntry) -> Option<&'static ModelClass> {
    let models = MODELS.get()?;
    let mut class = Some(class);
    while let Some(now) = class {
        if let Some(found) = models.at(&models.by_class, std::ptr::from_ref(now).addr()) {
            return Some(found);
        }
        class = now.parent();
    }
    None
}

/// A new object of a model, with its values.
pub(crate) fn build(class: &ModelClass, container: Array, originals: Option<Zval>) -> Option<Zval> {
    let class = class.class.get()?;
    let mut value = new_object(class).ok()?;
    let object = value.object_mut()?;
    *slot(object, CONTAINER) = container.finish();
    if let Some(originals) = originals {
        *slot(object, ORIGINALS) = originals;
    }
    Some(value)
}

/// The slots of the declared properties.
pub(crate) const CONTAINER: usize = 0;

pub(crate) const ORIGINALS: usize = 1;

pub(crate) const NULLS: usize = 2;

/// A declared property by its slot. Only for objects of a model class or of a subclass, which
/// start with the three slots.
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
