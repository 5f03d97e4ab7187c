//! Classes that are declared when a script first names them. Only for the command line, where a
//! process runs one script and most scripts use few classes.
//!
//! A web server declares all classes before it forks. Its workers share what opcache keeps of user
//! classes, with pointers into their parents, so a parent must lie at one address in every worker.
//!
//! To a script the classes must seem to have been there from the start:
//! - [`autoload`] runs before every autoloader of the script;
//! - [`before_compile`] declares the parents that a file names: PHP makes a class available above
//!   its declaration only if its parent is there when the file is compiled;
//! - functions that do not autoload, such as `get_declared_classes`, see all of them.

use std::cell::{Cell, RefCell};
use std::ffi::{c_char, c_void};
use std::panic::catch_unwind;
use std::ptr;

use ext_php_rs::ffi::{
    _zend_module_entry, HashTable, ZEND_MODULE_API_NO, compiler_globals,
    ext_php_rs_executor_globals, zend_class_entry, zend_execute_data, zend_function,
    zend_hash_str_find, zend_string, zval,
};
use ext_php_rs::types::ZendStr;
use ext_php_rs::zend::{ClassEntry, ExecuteData};

use super::call::Handler;

/// Which classes to declare.
#[derive(Clone, Copy)]
pub(crate) enum Wanted<'a> {
    All,
    /// One, by any of its names, in any case.
    Named(&'a str),
}

impl Wanted<'_> {
    /// Whether classes of a namespace may be among them.
    pub(crate) fn is_in(self, namespace: &str) -> bool {
        match self {
            Self::All => true,
            Self::Named(wanted) => wanted
                .get(..namespace.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(namespace)),
        }
    }

    /// Whether the class is among them.
    pub(crate) fn includes(self, namespace: &str, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Named(wanted) => {
                wanted.split_at_checked(namespace.len()).is_some_and(|(before, after)| {
                    before.eq_ignore_ascii_case(namespace) && after.eq_ignore_ascii_case(name)
                })
            }
        }
    }
}

/// Declares the wanted classes that are not declared yet.
type Declare = fn(Wanted<'_>) -> Result<(), String>;

type Autoload = unsafe extern "C" fn(*mut zend_string, *mut zend_string) -> *mut zend_class_entry;
type BeforeCompile = unsafe extern "C" fn(*mut c_void);

/// The start of the engine's `zend_php_scanner_globals`.
#[repr(C)]
struct Scanner {
    files: [*mut c_void; 2],
    length: u32,
    start: *const u8,
    text: *const u8,
    cursor: *const u8,
    marker: *const u8,
    limit: *const u8,
}

unsafe extern "C" {
    static mut zend_autoload: Option<Autoload>;
    static mut zend_ast_process: Option<BeforeCompile>;
    static language_scanner_globals: Scanner;
    fn zend_hash_str_del(table: *mut HashTable, name: *const c_char, length: usize) -> i32;
}

/// What declaring late needs, filled at module start.
#[derive(Clone, Copy)]
struct Late {
    module: *mut _zend_module_entry,
    declare: Declare,
    autoload: Option<Autoload>,
    before_compile: Option<BeforeCompile>,
}

/// A function of PHP by the address of its name, which is interned, and its own handler.
type Replaced = (*const zend_string, Handler);

thread_local! {
    static LATE: Cell<Option<Late>> = const { Cell::new(None) };
    static REPLACED: RefCell<Vec<Replaced>> = const { RefCell::new(Vec::new()) };
    /// The names of the classes that were declared late.
    static NAMES: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// The functions that read the table of classes, where their arguments say so without autoloading:
/// one class, or all.
const READERS_OF_ONE: [&str; 5] =
    ["class_exists", "interface_exists", "class_implements", "class_parents", "class_uses"];
const READERS_OF_ALL: [&str; 2] = ["get_declared_classes", "get_declared_interfaces"];

/// Has `declare` called when a script names a class. To be called at module start only.
pub(crate) fn declare_late(declare: Declare) {
    // SAFETY: no script runs yet. SPL, which sets the autoloader, is a part of PHP and has started.
    unsafe {
        let module = (*ext_php_rs_executor_globals()).current_module;
        let (autoload, before_compile) = (zend_autoload, zend_ast_process);
        LATE.set(Some(Late { module, declare, autoload, before_compile }));
        zend_autoload = Some(self::autoload);
        zend_ast_process = Some(self::before_compile);
        for name in READERS_OF_ONE.iter().chain(&READERS_OF_ALL) {
            replace(compiler_globals.function_table, name);
        }
        // An extension lists its classes, also for `php --re lomi`.
        if let Some(class) = declared("reflectionextension") {
            replace(&raw mut (*class).function_table, "__construct");
        }
    }
}

/// The class with a name in lower case.
pub(super) fn declared(name: &str) -> Option<*mut ClassEntry> {
    // SAFETY: the engine's table of classes, which is only read; its values are class entries.
    unsafe {
        let table = compiler_globals.class_table;
        let found = zend_hash_str_find(table, name.as_ptr().cast(), name.len()).as_ref()?;
        Some(found.value.ptr.cast())
    }
}

/// Whether a class with this name exists, ours or the script's.
pub(crate) fn is_declared(name: &str) -> bool {
    declared(&name.to_ascii_lowercase()).is_some()
}

/// Whether a class that is declared now is declared late.
pub(super) fn is_late() -> bool {
    LATE.get().is_some()
}

/// Keeps the name of a class that is declared late.
pub(super) fn note(name: &str) {
    if is_late() {
        NAMES.with_borrow_mut(|names| names.push(name.to_ascii_lowercase()));
    }
}

/// Declares the classes that are not declared yet; nothing if all were at module start.
pub(crate) fn declare(wanted: Wanted<'_>) {
    let Some(late) = LATE.get() else { return };
    // SAFETY: the engine reads from it to which module a new class belongs.
    let module = unsafe { &raw mut (*ext_php_rs_executor_globals()).current_module };
    // SAFETY: as above.
    let previous = unsafe { module.replace(late.module) };
    // A class that cannot be declared does not exist, which the script is told by what named it.
    let _ = catch_unwind(|| (late.declare)(wanted));
    // SAFETY: as above.
    unsafe { module.write(previous) };
}

const NAMESPACE: &str = "LomiSDK";
/// What follows it in the namespaces of classes that can be extended.
const NAMESPACES: [&str; 5] =
    ["", "\\Api", "\\Exception", "\\Exception\\OutcomeUnknown", "\\Model"];

pub(super) fn is_ours(name: &str) -> bool {
    Wanted::Named(name).is_in("LomiSDK\\")
}

unsafe extern "C" fn autoload(
    name: *mut zend_string,
    lower: *mut zend_string,
) -> *mut zend_class_entry {
    // SAFETY: the engine passes the name of a class, as written and in lower case.
    if let Some(wanted) = unsafe { lower.cast::<ZendStr>().as_ref() }
        .and_then(|wanted| wanted.as_str().ok())
        .filter(|wanted| is_ours(wanted))
    {
        declare(Wanted::Named(wanted));
        if let Some(class) = declared(wanted) {
            return class;
        }
    }
    match LATE.get().and_then(|late| late.autoload) {
        // SAFETY: the autoloader that the engine would have called.
        Some(next) => unsafe { next(name, lower) },
        None => ptr::null_mut(),
    }
}

/// The engine calls it for each file and each string of code, between parsing and compiling.
unsafe extern "C" fn before_compile(tree: *mut c_void) {
    // SAFETY: the scanner has just read the code, and keeps it until it is compiled.
    let code = unsafe {
        let Scanner { start, limit, .. } = language_scanner_globals;
        match start.is_null() {
            true => &[],
            false => std::slice::from_raw_parts(start, limit.offset_from(start).unsigned_abs()),
        }
    };
    declare_parents(code);
    if let Some(next) = LATE.get().and_then(|late| late.before_compile) {
        // SAFETY: the function that the engine would have called.
        unsafe { next(tree) }
    }
}

/// Declares the classes that code names, if it extends any class. A namespace alone, as in
/// `use LomiSDK\Model;`, stands for all.
fn declare_parents(code: &[u8]) {
    let mut rest = code;
    while let Some(at) = find(rest, NAMESPACE.as_bytes()) {
        let is_first = rest.len() == code.len();
        if is_first && !code.windows(7).any(|word| word.eq_ignore_ascii_case(b"extends")) {
            return;
        }
        let named = rest.get(at..).unwrap_or_default();
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'\\');
        let end = named.iter().position(|byte| !is_name(byte)).unwrap_or(named.len());
        let (name, after) = named.split_at(end);
        let name = std::str::from_utf8(name).unwrap_or_default().trim_end_matches('\\');
        if NAMESPACES.iter().any(|namespace| Wanted::Named(name).includes(NAMESPACE, namespace)) {
            return declare(Wanted::All);
        }
        declare(Wanted::Named(name));
        rest = after;
    }
}

/// The C library's search, because every file that a script loads is searched.
fn find(code: &[u8], word: &[u8]) -> Option<usize> {
    // SAFETY: both are slices; the result points into the first one.
    unsafe {
        let found =
            libc::memmem(code.as_ptr().cast(), code.len(), word.as_ptr().cast(), word.len());
        (!found.is_null()).then(|| found.cast::<u8>().offset_from(code.as_ptr()).unsigned_abs())
    }
}

/// Puts [`reader`] before a function of PHP.
unsafe fn replace(table: *mut HashTable, name: &str) {
    // SAFETY: the caller passes a table of functions of PHP.
    unsafe {
        let Some(found) = zend_hash_str_find(table, name.as_ptr().cast(), name.len()).as_ref()
        else {
            return;
        };
        let function = &mut (*found.value.ptr.cast::<zend_function>()).internal_function;
        if let Some(original) = function.handler.replace(reader) {
            let name = function.function_name.cast_const();
            REPLACED.with_borrow_mut(|replaced| replaced.push((name, original)));
        }
        // Since 8.4, scripts call `class_exists` past its handler, by what follows `module`.
        if ZEND_MODULE_API_NO >= PHP_8_4 {
            let frameless = (&raw mut function.module).add(1).cast::<*const c_void>();
            frameless.write(ptr::null());
        }
    }
}

const PHP_8_4: u32 = 20_240_924;

/// Declares what the function is about to look for, then runs the function.
unsafe extern "C" fn reader(frame: *mut zend_execute_data, result: *mut zval) {
    // SAFETY: the engine passes a live frame of one of the functions that were replaced.
    let (name, given) = unsafe {
        let given = (*frame.cast::<ExecuteData>()).zend_call_arg(0);
        let given = given.filter(|_| (*frame).This.u2.num_args > 0).and_then(|it| it.str());
        ((*(*frame).func).common.function_name.cast_const(), given)
    };
    // SAFETY: a function of PHP has a name.
    let function = unsafe { (*name.cast::<ZendStr>()).as_str() }.unwrap_or_default();
    if READERS_OF_ONE.contains(&function) {
        let class = given.unwrap_or_default().trim_start_matches('\\');
        if is_ours(class) {
            declare(Wanted::Named(class));
        }
    } else if READERS_OF_ALL.contains(&function)
        || given.is_some_and(|extension| extension.eq_ignore_ascii_case("lomi"))
    {
        declare(Wanted::All);
    }
    let original =
        REPLACED.with_borrow(|all| all.iter().find(|replaced| replaced.0 == name).map(|it| it.1));
    if let Some(original) = original {
        // SAFETY: the function's own handler, with the frame that it was called with.
        unsafe { original(frame, result) }
    }
}

/// Removes what was declared late, before the names of the classes are freed with the request. The
/// engine itself does so, except after `dl()`.
pub(crate) unsafe extern "C" fn after_request() -> i32 {
    for name in NAMES.take().iter().rev() {
        // SAFETY: the request is over; the engine frees the class where it is still there.
        unsafe {
            zend_hash_str_del(compiler_globals.class_table, name.as_ptr().cast(), name.len());
        }
    }
    0
}
