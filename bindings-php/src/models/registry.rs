//! The registered model classes, and where their objects keep their values.

use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{OnceLock, RwLock};

use ext_php_rs::ffi::zend_string;
use ext_php_rs::types::{ZendObject, Zval};
use ext_php_rs::zend::ClassEntry;
use lomi::binding::{table::Field, table::Model};

use crate::table::LISTS;
use crate::zend::{Array, ClassRef, Object, Wanted, declare, interned, new_object};

/// One model and its class.
pub(crate) struct ModelClass {
    pub(crate) model: &'static Model,
    /// Filled when the class is declared.
    pub(crate) class: ClassRef,
    keys: OnceLock<Vec<*mut zend_string>>,
}

// SAFETY: the strings are interned, and only PHP's thread uses them.
unsafe impl Sync for ModelClass {}
// SAFETY: as above.
unsafe impl Send for ModelClass {}

impl ModelClass {
    /// The field names as PHP strings, in the order of the table.
    pub(crate) fn keys(&self) -> &[*mut zend_string] {
        self.keys.get_or_init(|| self.model.fields.iter().map(|f| interned(f.name)).collect())
    }
}

/// The models, and where each is among them by the address of its row.
struct Models {
    all: Vec<ModelClass>,
    by_row: Vec<(usize, usize)>,
}

/// Those since the last module start.
static MODELS: AtomicPtr<Models> = AtomicPtr::new(ptr::null_mut());

/// Where each declared model is among them by the address of its class. Only PHP's thread uses it,
/// so no other thread can hold the lock at a fork.
static BY_CLASS: RwLock<Vec<(usize, usize)>> = RwLock::new(Vec::new());

/// The field that a getter or setter is for.
pub(crate) struct Accessor {
    pub(crate) field: &'static Field,
    pub(crate) key: *mut zend_string,
}

// SAFETY: the string is interned, and only PHP's thread uses it.
unsafe impl Sync for Accessor {}

/// Makes the models without their classes. To be called at module start. Apache starts PHP again in
/// one process when it reloads: the classes and strings of before are freed then, so none is kept.
pub(crate) fn start() {
    let models = lomi::binding::MODELS.iter().chain(LISTS.iter());
    let all: Vec<_> = models
        .map(|model| ModelClass { model, class: ClassRef::new(), keys: OnceLock::new() })
        .collect();
    let address = |class: &ModelClass| ptr::from_ref(class.model).addr();
    let mut by_row: Vec<_> = all.iter().map(address).zip(0..).collect();
    by_row.sort_unstable();
    // Never freed, because references to a model are `'static`.
    MODELS.store(Box::leak(Box::new(Models { all, by_row })), Ordering::Release);
    if let Ok(mut places) = BY_CLASS.write() {
        places.clear();
    }
}

fn models() -> Option<&'static Models> {
    // SAFETY: null, or what `start` made and nothing frees.
    unsafe { MODELS.load(Ordering::Acquire).as_ref() }
}

fn at(places: &[(usize, usize)], address: usize) -> Option<&'static ModelClass> {
    let found = places.binary_search_by_key(&address, |place| place.0).ok()?;
    models()?.all.get(places.get(found)?.1)
}

/// Every model, those of lists included.
pub(crate) fn all() -> &'static [ModelClass] {
    models().map_or(&[], |models| &models.all)
}

/// Lets a model be found by its class, which has just been declared.
pub(crate) fn keep(position: usize, class: &ModelClass) {
    if let Ok(mut places) = BY_CLASS.write() {
        let place = (class.class.raw().addr(), position);
        let before = places.partition_point(|other| *other < place);
        places.insert(before, place);
    }
}

/// The class of a model.
pub(crate) fn of_model(model: &'static Model) -> Option<&'static ModelClass> {
    let class = at(&models()?.by_row, ptr::from_ref(model).addr())?;
    if class.class.get().is_none() {
        declare_late(class);
    }
    Some(class)
}

#[cold]
fn declare_late(class: &ModelClass) {
    declare(Wanted::Named(&format!("LomiSDK\\Model\\{}", class.model.names.php)));
}

/// The model of an object, whose class may be a subclass in PHP.
pub(crate) fn of_object(object: Object<'_>) -> Option<&'static ModelClass> {
    // SAFETY: an object has a class, and a class lives as long as its objects.
    of_class(unsafe { object.ce.as_ref() }?)
}

/// The same by class.
pub(crate) fn of_class(class: &ClassEntry) -> Option<&'static ModelClass> {
    let places = BY_CLASS.read().ok()?;
    let mut class = Some(class);
    while let Some(now) = class {
        if let Some(found) = at(&places, ptr::from_ref(now).addr()) {
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
