//! One call of a method: its object, arguments and result.

use std::any::Any;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};

use ext_php_rs::ffi::{zend_execute_data, zend_internal_arg_info, zval};
use ext_php_rs::types::{ZendObject, ZendStr, Zval};
use ext_php_rs::zend::{ClassEntry, ExecuteData};

use super::handle::Object;
use super::thrown::Thrown;

/// What the engine calls.
pub(crate) type Handler =
    unsafe extern "C" fn(execute_data: *mut zend_execute_data, return_value: *mut zval);

/// The result of a handler; [`Call::give`] sets the value that PHP gets.
pub(crate) type Done = Result<(), Thrown>;

/// One call of a method.
pub(crate) struct Call<'a> {
    data: &'a mut ExecuteData,
    result: &'a mut Zval,
}

/// Makes a Rust function callable by the engine. It must capture nothing, because only its type is
/// passed on.
pub(crate) fn handler<F>(_: F) -> Handler
where
    F: Fn(&mut Call<'_>) -> Done + Copy + 'static,
{
    const { assert!(size_of::<F>() == 0, "a handler captures nothing") };
    entry::<F>
}

unsafe extern "C" fn entry<F>(data: *mut zend_execute_data, result: *mut zval)
where
    F: Fn(&mut Call<'_>) -> Done + Copy + 'static,
{
    // SAFETY: `handler` saw to it that F has no size, so there is nothing to read.
    let function: F = unsafe { PhantomData::<F>.conjure() };
    // SAFETY: the engine hands over a live frame and a result that is null.
    let mut call = unsafe { Call { data: &mut *data, result: &mut *result } };
    let thrown = match catch_unwind(AssertUnwindSafe(|| function(&mut call))) {
        Ok(Ok(())) => None,
        Ok(Err(thrown)) => Some(thrown),
        Err(_) => Some(lomi::Error::internal("a defect of the extension (a panic)").into()),
    };
    if let Some(thrown) = thrown {
        thrown.raise();
    }
    super::guard::resume();
}

trait Conjure<F> {
    /// # Safety
    /// F must be a zero-sized type with a value.
    unsafe fn conjure(&self) -> F;
}

impl<F: Copy> Conjure<F> for PhantomData<F> {
    unsafe fn conjure(&self) -> F {
        // SAFETY: no bytes are read.
        unsafe { std::ptr::NonNull::<F>::dangling().as_ptr().read() }
    }
}

impl Call<'_> {
    /// The object that the method is called on.
    pub(crate) fn this(&mut self) -> Result<&mut ZendObject, Thrown> {
        self.data.This.object_mut().ok_or_else(|| Thrown::defect("there is no object"))
    }

    /// The same as a handle, for reading.
    pub(crate) fn handle(&mut self) -> Result<Object<'_>, Thrown> {
        self.this().map(Object::from)
    }

    /// The class that a static method is called on.
    pub(crate) fn called_class(&self) -> Option<&'static ClassEntry> {
        // SAFETY: in a static call the slot of `$this` holds the class.
        unsafe {
            let value = self.data.This.value;
            match self.data.This.object() {
                Some(object) => object.ce.as_ref(),
                None => value.ce.as_ref(),
            }
        }
    }

    /// The name of the method as declared.
    pub(crate) fn method(&self) -> Result<&'static ZendStr, Thrown> {
        // SAFETY: a running frame has a function, whose name lives as long as it does.
        unsafe { self.data.func.as_ref().and_then(|f| f.common.function_name.as_ref()) }
            .ok_or_else(|| Thrown::defect("the method has no name"))
    }

    /// The value that [`Class::method_with`](super::Class::method_with) attached to this method.
    pub(crate) fn attached<T: Any>(&self) -> Result<&'static T, Thrown> {
        // SAFETY: the argument table of our own methods is ours: its head, one before the
        // first argument, holds null or the pointer that was put there.
        unsafe {
            let head = self.data.func.as_ref().and_then(|function| {
                let first: *mut zend_internal_arg_info = function.internal_function.arg_info;
                first.sub(1).as_ref()
            });
            head.and_then(|head| head.default_value.cast::<&'static dyn Any>().as_ref())
        }
        .and_then(|what| what.downcast_ref())
        .ok_or_else(|| Thrown::defect("a method does not know what it is about"))
    }

    /// An argument, behind references; nothing where it was left out.
    pub(crate) fn argument(&self, position: usize) -> Option<&Zval> {
        // SAFETY: the engine laid the arguments out behind the frame.
        let given = unsafe { self.data.This.u2.num_args } as usize;
        if position >= given {
            return None;
        }
        // SAFETY: as above.
        let value = unsafe { self.data.zend_call_arg(position) }?;
        let value: &Zval = value.dereference();
        (value.get_type() != ext_php_rs::flags::DataType::Undef).then_some(value)
    }

    /// An argument that must be there.
    pub(crate) fn required(&self, position: usize) -> Result<&Zval, Thrown> {
        self.argument(position).ok_or_else(|| {
            let name = self.method().ok().and_then(|name| name.as_str().ok()).unwrap_or_default();
            let given = position;
            let expected = position + 1;
            Thrown::argument_count(format!(
                "{name}() expects at least {expected} argument{}, {given} given",
                if expected == 1 { "" } else { "s" }
            ))
        })
    }

    /// An argument as a string, as PHP would convert it.
    pub(crate) fn string(&self, position: usize) -> Result<String, Thrown> {
        let value = self.required(position)?;
        super::coerce::php_string(self.argument_name(position), value)?
            .ok_or_else(|| self.wrong_type(position, "string", value))
    }

    /// The name of a parameter, such as `$apiKey`.
    fn argument_name(&self, position: usize) -> String {
        // SAFETY: the argument table of our own methods has an entry for each parameter,
        // whose name lives as long as the process.
        let name = unsafe {
            self.data.func.as_ref().and_then(|function| {
                let internal = &function.internal_function;
                let declared = position < internal.num_args as usize;
                let argument = internal.arg_info.add(if declared { position } else { 0 });
                argument.as_ref().filter(|argument| declared && !argument.name.is_null())
            })
        }
        // SAFETY: as above.
        .map(|argument| unsafe { std::ffi::CStr::from_ptr(argument.name) });
        name.map_or_else(|| "an argument".to_owned(), |name| format!("${}", name.to_string_lossy()))
    }

    /// The same where null or nothing may be given.
    pub(crate) fn optional_string(&self, position: usize) -> Result<Option<String>, Thrown> {
        match self.argument(position) {
            None => Ok(None),
            Some(value) if value.is_null() => Ok(None),
            Some(_) => self.string(position).map(Some),
        }
    }

    /// A whole number, as PHP would convert it.
    pub(crate) fn integer(&self, position: usize) -> Result<i64, Thrown> {
        let value = self.required(position)?;
        match value.coerce_to_long() {
            Some(number) if !value.is_null() => Ok(number),
            _ => Err(self.wrong_type(position, "int", value)),
        }
    }

    /// The error for an argument of the wrong type.
    pub(crate) fn wrong_type(&self, position: usize, wanted: &str, given: &Zval) -> Thrown {
        let name = self.method().ok().and_then(|name| name.as_str().ok()).unwrap_or_default();
        Thrown::type_error(format!(
            "{name}(): Argument #{} must be of type {wanted}, {} given",
            position + 1,
            super::coerce::type_name(given)
        ))
    }

    /// Sets the method's result.
    pub(crate) fn give(&mut self, value: Zval) -> Done {
        *self.result = value;
        Ok(())
    }

    /// Returns `$this`, as fluent methods do.
    pub(crate) fn give_this(&mut self) -> Done {
        let this = self.data.This.shallow_clone();
        self.give(this)
    }

    pub(crate) fn give_string(&mut self, text: &str) -> Done {
        self.give(super::value::string_zval(text))
    }

    pub(crate) fn give_bool(&mut self, value: bool) -> Done {
        self.result.set_bool(value);
        Ok(())
    }

    pub(crate) fn give_long(&mut self, value: i64) -> Done {
        self.result.set_long(value);
        Ok(())
    }
}
