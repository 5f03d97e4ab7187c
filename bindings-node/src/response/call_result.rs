//! How a call ended, as the JavaScript half gets it.

use lomi::Error;
use napi::bindgen_prelude::{Buffer, ToNapiValue};
use napi::{Env, sys};

use super::error::error_json;

/// How a call ended. `runtime/call/dispatch.js` has the same tags.
pub(crate) struct CallResult {
    /// `NOTHING`, `ONE`, `PAGE`, `ANY` or `ERROR`, perhaps with `WARNED`. For one object, the bits
    /// above the lowest eight are the number of its model.
    pub(crate) tag: u32,
    /// The value or the error.
    pub(crate) json: Vec<u8>,
    /// The bytes of a download, in place of `json`.
    pub(crate) bytes: Option<Vec<u8>>,
    /// The earlier rows of a long page: JSON lists.
    pub(crate) earlier: Vec<Vec<u8>>,
    /// Status, headers and the like of the response.
    pub(crate) metadata: Option<Vec<u8>>,
    /// What `json` cannot say; see `JsonWriter`.
    pub(crate) notes: Option<Vec<u8>>,
}

impl CallResult {
    pub(crate) const NOTHING: u32 = 0;
    pub(crate) const ONE: u32 = 1;
    pub(crate) const PAGE: u32 = 2;
    pub(crate) const ANY: u32 = 3;
    pub(crate) const ERROR: u32 = 4;
    /// A bit beside these: the response has a warning.
    pub(crate) const WARNED: u32 = 0x40;

    /// No value.
    pub(crate) fn nothing(metadata: Option<Vec<u8>>) -> Self {
        Self { metadata, ..Self::any(Vec::new()) }.tagged(Self::NOTHING)
    }

    /// Any value, without metadata.
    pub(crate) fn any(json: Vec<u8>) -> Self {
        Self { tag: Self::ANY, json, bytes: None, earlier: Vec::new(), metadata: None, notes: None }
    }

    pub(crate) fn error(error: &Error) -> Self {
        Self::any(error_json(error)).tagged(Self::ERROR)
    }

    fn tagged(self, tag: u32) -> Self {
        Self { tag, ..self }
    }

    /// `id, tag, json, metadata, notes`. The JSON of a long page is a list of strings; a download
    /// has its bytes in its place.
    pub(crate) fn values(self, env: &Env, id: u32) -> napi::Result<[sys::napi_value; 5]> {
        // SAFETY: `env` is the environment of this thread.
        let string = |latin1: Vec<u8>| unsafe {
            ToNapiValue::to_napi_value(env.raw(), env.create_string_latin1(latin1)?)
        };
        let optional = |latin1: Option<Vec<u8>>| match latin1 {
            Some(latin1) => string(latin1),
            // SAFETY: as above; the unit is undefined.
            None => unsafe { ToNapiValue::to_napi_value(env.raw(), ()) },
        };
        // SAFETY: as above.
        let number = |number: u32| unsafe { ToNapiValue::to_napi_value(env.raw(), number) };
        let json = if let Some(bytes) = self.bytes {
            // SAFETY: as above.
            unsafe { ToNapiValue::to_napi_value(env.raw(), Buffer::from(bytes))? }
        } else if self.earlier.is_empty() {
            string(self.json)?
        } else {
            let parts = self.earlier.into_iter().chain([self.json]);
            let parts = parts.map(|part| env.create_string_latin1(part));
            let parts = parts.collect::<napi::Result<Vec<_>>>()?;
            // SAFETY: as above.
            unsafe { ToNapiValue::to_napi_value(env.raw(), parts)? }
        };
        let (metadata, notes) = (optional(self.metadata)?, optional(self.notes)?);
        Ok([number(id)?, number(self.tag)?, json, metadata, notes])
    }
}

/// The result of a function that returns at once: a list of the same five values.
pub struct AtOnce(pub(crate) CallResult);

impl ToNapiValue for AtOnce {
    unsafe fn to_napi_value(env: sys::napi_env, result: Self) -> napi::Result<sys::napi_value> {
        let env = Env::from_raw(env);
        let values = result.0.values(&env, 0)?;
        let mut list = env.create_array(5)?;
        for (at, value) in (0..).zip(values) {
            // SAFETY: just made in this environment.
            list.set(at, unsafe { napi::Unknown::from_raw_unchecked(env.raw(), value) })?;
        }
        // SAFETY: `env` is the environment this was called with.
        unsafe { ToNapiValue::to_napi_value(env.raw(), list) }
    }
}
