//! A call from bytes: a kind, what it calls, its values and its options.

use lomi::binding::{Target, call_options, download, messages, second_call};
use lomi::{CallOptions, Error, ErrorKind, Input, Map, Message, Response, Value};

use crate::binding::{Binding, operation_at};
use crate::packed::Reader;
use crate::response::result_of;

const OPERATION: u8 = 0;
const REQUEST: u8 = 1;
const DOWNLOAD: u8 = 2;
const PREWARM: u8 = 3;
const CONFIRM: u8 = 4;

/// A call that is not checked yet.
pub(super) struct Request {
    pub(super) target: Target,
    pub(super) input: Input,
    pub(super) options: CallOptions,
    pub(super) confirms: Confirms,
}

impl Request {
    pub(super) fn read(bytes: &[u8], binding: &'static Binding) -> Result<Self, Error> {
        let mut reader = Reader::new(bytes);
        let kind = reader.u8()?;
        let (target, url) = match kind {
            OPERATION | CONFIRM => (Target::Operation(operation_at(reader.u16()?)?), None),
            REQUEST => {
                let (method, path) = (reader.text()?.to_uppercase(), reader.text()?.to_owned());
                let method = http::Method::from_bytes(method.as_bytes())
                    .map_err(|_| Error::new(ErrorKind::Validation, messages::no_method(&method)))?;
                (Target::Raw { method, path }, None)
            }
            DOWNLOAD => (Target::Connection, Some(reader.text()?.to_owned())),
            PREWARM => (Target::Connection, None),
            _ => return Err(Error::internal(format!("there is no kind of call {kind}"))),
        };
        let mut input = match kind {
            OPERATION | CONFIRM | REQUEST => input(reader.value()?, binding)?,
            _ => Input::default(),
        };
        let mut options = CallOptions::default();
        let mut target = target;
        if kind != PREWARM {
            let given = binding.options(reader.value()?);
            options = call_options(&given)?;
            if let Some(url) = url {
                target = Target::Download(download(url, &given)?);
            }
        }
        if kind == CONFIRM {
            let (key, token) = (reader.value()?, reader.value()?);
            let key = key.as_str().map(str::to_owned);
            (input, options) = second_call(input, options, key, token.as_str().unwrap_or(""))?;
        }
        Ok(Self { target, input, options, confirms: Confirms(kind == CONFIRM) })
    }
}

/// The values of a call: `{path, query, body}`.
pub(crate) fn input(value: Value, binding: &'static Binding) -> Result<Input, Error> {
    let Value::Object(mut parts) = value else { return Ok(Input::default()) };
    let mut part = |name: &str, shown: Message| match parts.remove(name) {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(fields)) => Ok(fields),
        Some(other) => {
            let (object, kind) = ((binding.style.object)(), (binding.style.kind)(&other));
            let message = messages::not_names_and_values(shown, object, kind);
            Err(Error::new(ErrorKind::Validation, message))
        }
    };
    let (path, query) =
        (part("path", messages::the_path())?, part("query", messages::the_query())?);
    Ok(Input { path, query, body: parts.remove("body") })
}

/// Whether a call confirms an earlier one.
#[derive(Clone, Copy)]
pub(super) struct Confirms(bool);

impl Confirms {
    pub(super) fn result_of(self, result: Result<Box<Response>, Error>) -> Vec<u8> {
        result_of(result.and_then(|response| {
            if self.0 {
                response.check_confirmed()?;
            }
            Ok(response)
        }))
    }
}
