//! The native methods of the class `Native`, and the methods of Java that are called from here. The JVM
//! compares their signatures with the class when the library is loaded.

use std::cell::Cell;
use std::ffi::CString;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use jni::objects::{JByteArray, JClass, JString};
use jni::refs::{LoaderContext, Weak};
use jni::sys::{JavaVMAttachArgs, jint, jlong};
use jni::vm::JavaVM;
use jni::{Env, bind_java_type};
use lomi::{Error, Observer, RequestEvent, ResponseEvent};

use super::calls;
use super::functions;
use super::objects::{self, Object};
use super::work::Work;
use crate::attempts;
use crate::client::BridgeClient;
use crate::response::{any, error};

type Result<T> = std::result::Result<T, jni::errors::Error>;

bind_java_type! {
    Native => africa.lomi.internal.Native,
    type_map = {
        Observing => africa.lomi.internal.Observing,
    },
    methods {
        static fn is_interrupted() -> jboolean,
        static fn completed(call: jlong, result: jbyte[]) -> void,
    },
    native_methods_export = false,
    native_methods {
        static extern fn load() -> JString,
        static fn function(name: JString, arguments: jbyte[]) -> jbyte[],
        static fn client(settings: jbyte[], observing: Observing, offline: jlong) -> jbyte[],
        static fn blocking(client: jlong, kind: jint, of: jlong, work: jbyte[]) -> jbyte[],
        static fn start(call: jlong, client: jlong, kind: jint, of: jlong, work: jbyte[]) -> void,
        static fn cancel(call: jlong) -> jbyte[],
        static fn free(object: jlong) -> void,
    },
}

bind_java_type! {
    Observing => africa.lomi.internal.Observing,
    methods {
        fn attempt(event: jbyte[]) -> void,
    },
}

impl NativeNativeInterface for NativeAPI {
    type Error = jni::errors::Error;

    /// Binds the other methods; gives the version and the digest of the table.
    fn load<'l>(env: &mut Env<'l>, class: JClass<'l>) -> Result<JString<'l>> {
        // Of this class, not of the thread: an application server has several. The reference that is
        // kept to the class also keeps the library in memory, which its worker thread needs.
        let loader = class.get_class_loader(env)?;
        let loader = LoaderContext::Loader(&loader);
        NativeAPI::get(env, &loader)?;
        ObservingAPI::get(env, &loader)?;
        JString::from_str(env, format!("{} ({})", lomi::VERSION, lomi::binding::DIGEST))
    }

    fn function<'l>(
        env: &mut Env<'l>,
        _: JClass<'l>,
        name: JString<'l>,
        arguments: JByteArray<'l>,
    ) -> Result<JByteArray<'l>> {
        let (name, arguments) = (name.try_to_string(env)?, env.convert_byte_array(&arguments)?);
        let result = guarded(|| functions::call(&name, &arguments));
        env.byte_array_from_slice(&result)
    }

    fn client<'l>(
        env: &mut Env<'l>,
        _: JClass<'l>,
        settings: JByteArray<'l>,
        observing: Observing<'l>,
        offline: jlong,
    ) -> Result<JByteArray<'l>> {
        let settings = env.convert_byte_array(&settings)?;
        let observer = match observing.is_null() {
            true => None,
            false => {
                Some(Arc::new(JavaObserver(env.new_weak_ref(&observing)?)) as Arc<dyn Observer>)
            }
        };
        let result = guarded(|| match new_client(&settings, observer, offline) {
            Ok(number) => any(|writer| writer.integer(number)),
            Err(refused) => error(&refused),
        });
        env.byte_array_from_slice(&result)
    }

    fn blocking<'l>(
        env: &mut Env<'l>,
        _: JClass<'l>,
        client: jlong,
        kind: jint,
        of: jlong,
        work: JByteArray<'l>,
    ) -> Result<JByteArray<'l>> {
        let work = env.convert_byte_array(&work)?;
        let result = guarded(|| {
            let is_interrupted = || Native::is_interrupted(env).unwrap_or(false);
            calls::blocking(client, Work::new(kind, of, work), is_interrupted)
        });
        env.byte_array_from_slice(&result)
    }

    fn start<'l>(
        env: &mut Env<'l>,
        _: JClass<'l>,
        call: jlong,
        client: jlong,
        kind: jint,
        of: jlong,
        work: JByteArray<'l>,
    ) -> Result<()> {
        let work = env.convert_byte_array(&work)?;
        calls::start(call, client, Work::new(kind, of, work), completed);
        Ok(())
    }

    fn cancel<'l>(env: &mut Env<'l>, _: JClass<'l>, call: jlong) -> Result<JByteArray<'l>> {
        match calls::cancel(call) {
            Some(error) => env.byte_array_from_slice(&error),
            None => Ok(JByteArray::null()),
        }
    }

    fn free<'l>(_: &mut Env<'l>, _: JClass<'l>, object: jlong) -> Result<()> {
        objects::free(object);
        Ok(())
    }
}

fn new_client(
    settings: &[u8],
    observer: Option<Arc<dyn Observer>>,
    offline: i64,
) -> std::result::Result<i64, Error> {
    let offline = if offline == 0 { None } else { Some(objects::offline(offline)?) };
    let client = BridgeClient::with(settings, observer, offline)?;
    Ok(objects::keep(Object::Client(Arc::new(client))))
}

/// A result, also of what panics.
fn guarded(work: impl FnOnce() -> Vec<u8>) -> Vec<u8> {
    let panicked = |_| error(&Error::internal("a native method ended in a panic"));
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(panicked)
}

/// Hands over the result of a call that was started.
fn completed(call: i64, result: &[u8]) {
    in_java(|env| {
        let array = env.byte_array_from_slice(result);
        // Without memory for the result: its caller must not wait for ever.
        let array = array.unwrap_or_else(|_| JByteArray::null());
        Native::completed(env, call, &array)
    });
}

/// Passes the events of attempts to an object of the class `Observing`, which the client of Java keeps.
struct JavaObserver(Weak<Observing<'static>>);

impl JavaObserver {
    fn send(&self, event: &[u8]) {
        in_java(|env| {
            let Some(observing) = self.0.upgrade_local(env)? else { return Ok(()) };
            let event = env.byte_array_from_slice(event)?;
            observing.attempt(env, &event)
        });
    }
}

impl Observer for JavaObserver {
    fn on_request(&self, event: &RequestEvent<'_>) {
        self.send(&attempts::request(event));
    }

    fn on_response(&self, event: &ResponseEvent<'_>) {
        self.send(&attempts::response(event));
    }
}

thread_local! {
    static IS_ATTACHED: Cell<bool> = const { Cell::new(false) };
}

/// Calls Java from any thread. Java's half throws nothing; a JVM that is ending takes no call.
fn in_java(work: impl FnOnce(&mut Env<'_>) -> Result<()>) {
    let Ok(jvm) = JavaVM::singleton() else { return };
    if !IS_ATTACHED.replace(true) {
        attach(&jvm);
    }
    let _ = jvm.attach_current_thread(work);
}

/// Attaches the worker thread for good. As a daemon, which `jni` does not do: a JVM waits for all other
/// threads before it ends. Nothing changes for a thread of Java.
fn attach(jvm: &JavaVM) {
    let name = CString::from(c"lomi");
    let group = std::ptr::null_mut();
    let mut arguments =
        JavaVMAttachArgs { version: jni::sys::JNI_VERSION_1_4, name: name.into_raw(), group };
    let mut env = std::ptr::null_mut();
    let raw = jvm.get_raw();
    // SAFETY: the JVM is a valid pointer until the process ends; it copies the name and writes the
    // pointer. The name is freed as it was made.
    unsafe {
        ((**raw).v1_4.AttachCurrentThreadAsDaemon)(raw, &mut env, (&raw mut arguments).cast());
        drop(CString::from_raw(arguments.name));
    }
}
