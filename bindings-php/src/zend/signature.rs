//! Reads a method's declaration as PHP writes it, such as
//! `static getHostString(array $hostSettings, $hostIndex, ?array $variables = null): string`,
//! and lays it out for the engine. Return types are tentative: Reflection shows them, and
//! a subclass in PHP may leave them off. `sensitive` before a parameter keeps its value
//! out of stack traces.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::{CString, c_char};
use std::ptr;

use ext_php_rs::ffi::{
    _ZEND_IS_VARIADIC_BIT, _ZEND_TYPE_NULLABLE_BIT, IS_ARRAY, IS_CALLABLE, IS_DOUBLE, IS_LONG,
    IS_NULL, IS_OBJECT, IS_STRING, IS_VOID, MAY_BE_ANY, MAY_BE_BOOL, ZEND_ACC_ABSTRACT,
    ZEND_ACC_PROTECTED, ZEND_ACC_PUBLIC, ZEND_ACC_STATIC, zend_internal_arg_info,
};
use ext_php_rs::flags::DataType;
use ext_php_rs::zend::ZendType;

/// The engine's bit for a return type that overriding methods may leave off.
const TENTATIVE: u32 = _ZEND_IS_VARIADIC_BIT << 2;

/// A declaration, as the engine wants it.
pub(super) struct Signature {
    /// Until [`forget_declarations`]: the engine copies names.
    pub(super) name: *const c_char,
    pub(super) flags: u32,
    pub(super) arguments: Arguments,
}

/// What is declared behind the name. Never freed: the engine uses it for the life of the process.
#[derive(Clone, Copy)]
pub(super) struct Arguments {
    /// The first entry holds the return type and the number of required arguments.
    pub(super) table: &'static [zend_internal_arg_info],
    /// Positions of the arguments whose values stack traces must not show.
    pub(super) sensitive: &'static [u32],
}

/// What hundreds of methods declare alike.
#[derive(Default)]
struct Texts {
    arguments: HashMap<String, Arguments>,
    words: HashMap<String, *const c_char>,
    names: Vec<CString>,
}

thread_local! {
    static TEXTS: RefCell<Texts> = RefCell::default();
}

/// Frees what only the registration of classes needs. To be called when all are registered.
pub(crate) fn forget_declarations() {
    TEXTS.take();
}

/// The name of a method, until [`forget_declarations`].
pub(super) fn method_name(name: &str) -> Option<*const c_char> {
    let name = CString::new(name).ok()?;
    let start = name.as_ptr();
    TEXTS.with_borrow_mut(|texts| texts.names.push(name));
    Some(start)
}

impl Signature {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let bad = |why| format!("the declaration {text:?} {why}");
        let (head, rest) = text.split_once('(').ok_or_else(|| bad("has no ("))?;
        let mut flags = ZEND_ACC_PUBLIC;
        let mut name = "";
        for word in head.split_whitespace() {
            match word {
                "static" => flags |= ZEND_ACC_STATIC,
                "abstract" => flags |= ZEND_ACC_ABSTRACT,
                "protected" => flags = (flags & !ZEND_ACC_PUBLIC) | ZEND_ACC_PROTECTED,
                word => name = word,
            }
        }
        let shared = TEXTS.with_borrow(|texts| texts.arguments.get(rest).copied());
        let arguments = match shared {
            Some(arguments) => arguments,
            None => {
                let arguments = Arguments::parse(rest).map_err(bad)?;
                TEXTS.with_borrow_mut(|texts| texts.arguments.insert(rest.to_owned(), arguments));
                arguments
            }
        };
        let name = method_name(name).ok_or_else(|| bad("has a NUL"))?;
        Ok(Self { name, flags, arguments })
    }
}

impl Arguments {
    /// By the text after the opening bracket.
    fn parse(text: &str) -> Result<Self, &'static str> {
        let (inside, after) = text.rsplit_once(')').ok_or("has no )")?;
        let returns = match after.trim().strip_prefix(':') {
            Some(ty) => {
                let mut ty = zend_type(ty.trim()).ok_or("returns a wrong type")?;
                ty.type_mask |= TENTATIVE;
                ty
            }
            None => ZendType::empty(false, false),
        };
        let mut table = vec![zend_internal_arg_info {
            name: ptr::null(),
            type_: returns,
            default_value: ptr::null(),
        }];
        let mut sensitive = Vec::new();
        let mut required = 0;
        for (position, declared) in split(inside).into_iter().enumerate() {
            let (argument, is_sensitive, optional) =
                argument(declared).ok_or("has a wrong argument")?;
            table.push(argument);
            if is_sensitive {
                sensitive.push(u32::try_from(position).unwrap_or_default());
            }
            if !optional {
                required = position + 1;
            }
        }
        if let Some(first) = table.first_mut() {
            // The engine reads this pointer as a number.
            first.name = ptr::without_provenance::<c_char>(required);
        }
        Ok(Self { table: Box::leak(table.into_boxed_slice()), sensitive: sensitive.leak() })
    }
}

/// Arguments lie between commas that are not inside brackets.
fn split(inside: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut from) = (0, 0);
    for (at, letter) in inside.char_indices() {
        match letter {
            '[' | '(' => depth += 1,
            ']' | ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(inside.get(from..at).unwrap_or_default().trim());
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(inside.get(from..).unwrap_or_default().trim());
    parts.retain(|part| !part.is_empty());
    parts
}

fn argument(declared: &str) -> Option<(zend_internal_arg_info, bool, bool)> {
    let (declared, default) = match declared.split_once('=') {
        Some((declared, default)) => (declared.trim(), Some(default.trim())),
        None => (declared, None),
    };
    let (ty, name) = declared.split_once('$')?;
    let (sensitive, ty) = match ty.trim().strip_prefix("sensitive") {
        Some(ty) => (true, ty.trim()),
        None => (false, ty.trim()),
    };
    let argument = zend_internal_arg_info {
        name: leak(name),
        type_: if ty.is_empty() { ZendType::empty(false, false) } else { zend_type(ty)? },
        default_value: default.map_or(ptr::null(), leak),
    };
    Some((argument, sensitive, default.is_some()))
}

/// The type and the name of a property, such as `?string $requestId`.
pub(super) fn property(declared: &'static str) -> Option<(ZendType, &'static str)> {
    let (ty, name) = declared.split_once('$')?;
    Some((zend_type(ty.trim())?, name))
}

/// A type such as `?array`, `int|string|null` or `LomiSDK\Configuration`.
fn zend_type(text: &str) -> Option<ZendType> {
    let (text, mut nullable) = match text.strip_prefix('?') {
        Some(text) => (text, true),
        None => (text, false),
    };
    let mut mask = 0;
    let mut class = None;
    for word in text.split('|') {
        mask |= match word {
            "int" => 1 << IS_LONG,
            "float" => 1 << IS_DOUBLE,
            "string" => 1 << IS_STRING,
            "bool" => MAY_BE_BOOL,
            "array" => 1 << IS_ARRAY,
            "object" => 1 << IS_OBJECT,
            "callable" => 1 << IS_CALLABLE,
            "void" => 1 << IS_VOID,
            "mixed" => MAY_BE_ANY,
            "static" => 1 << 15,
            "iterable" => {
                class = Some("Traversable");
                1 << IS_ARRAY
            }
            "null" => {
                nullable = true;
                1 << IS_NULL
            }
            name => {
                class = Some(name);
                0
            }
        };
    }
    if nullable {
        mask |= _ZEND_TYPE_NULLABLE_BIT;
    }
    let mut ty = match class {
        // The engine uses the name for the life of the process, so it is leaked.
        Some(name) => {
            let name: &'static str = Box::leak(name.to_owned().into_boxed_str());
            ZendType::empty_from_type(DataType::object(name), false, false, nullable)?
        }
        None => ZendType::empty(false, false),
    };
    ty.type_mask |= mask;
    Some(ty)
}

/// A C string that is never freed, as the engine expects of a declaration.
fn leak(text: &str) -> *const c_char {
    let text = text.trim();
    TEXTS.with_borrow_mut(|texts| {
        if let Some(word) = texts.words.get(text) {
            return *word;
        }
        let word = CString::new(text).map_or(ptr::null(), |text| text.into_raw().cast_const());
        texts.words.insert(text.to_owned(), word);
        word
    })
}
