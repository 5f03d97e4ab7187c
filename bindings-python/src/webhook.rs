//! Webhooks: the core's check over the raw bytes, and the event as a Python object.

use lomi::binding::{messages, moment};
use lomi::{webhook, webhook::ReplayGuard, webhook::VerifyOptions, webhook::sign, webhook::verify};
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyString};
use std::borrow::Cow;

use crate::convert::timeouts::time_from_zero;
use crate::convert::to_core::{kind, unicode};
use crate::error::{BindingError, wrong};
use crate::exception::guarded;
use crate::model_set::ModelSet;
use crate::rows::builder::Objects;

/// How frameworks pass on the raw body, for the error about a changed one.
const RAW_BODY: &str =
    "Django: request.body, Flask: request.get_data(), FastAPI: await request.body()";

/// Checks a delivery and reads its event. Times are in seconds.
#[pyfunction]
#[pyo3(signature = (payload, signature, secrets, max_age, received_at))]
pub(crate) fn verify_webhook<'py>(
    py: Python<'py>,
    payload: &Bound<'py, PyAny>,
    signature: Option<&Bound<'py, PyAny>>,
    secrets: Vec<Bound<'py, PyAny>>,
    max_age: Option<&Bound<'py, PyAny>>,
    received_at: Option<f64>,
) -> PyResult<Bound<'py, PyAny>> {
    guarded(|| {
        let payload = bytes(payload)?;
        let signature = match signature {
            None => String::new(),
            Some(text) => header(text)?,
        };
        let secrets = secrets.iter().map(secret_text).collect::<Result<Vec<_>, _>>()?;
        let secrets: Vec<&str> = secrets.iter().map(String::as_str).collect();
        let mut options = VerifyOptions::default();
        options.max_age = max_age.map(|age| time_from_zero("max_age", age)).transpose()?;
        options.received_at = received_at.map(|at| moment("received_at", at)).transpose()?;
        options.raw_body = Some(RAW_BODY);
        let verified = verify(&payload, &signature, &secrets, options)?;
        verified.decode(&mut Objects::new(py, ModelSet::Modern))
    })
}

/// The signature that lomi. would send for a body.
#[pyfunction]
pub(crate) fn sign_webhook(
    payload: &Bound<'_, PyAny>,
    secret: &Bound<'_, PyAny>,
) -> PyResult<String> {
    guarded(|| Ok(sign(&bytes(payload)?, &secret_text(secret)?)?))
}

/// The key that is the same for every delivery of one event. The event is JSON.
#[pyfunction]
pub(crate) fn replay_key(event: &str) -> PyResult<String> {
    guarded(|| Ok(webhook::replay_key_of_json(event)?))
}

/// Status and body of the response that refuses a delivery, by the name of the error's
/// class and its code. None for an error that the sender did not cause.
#[pyfunction]
#[pyo3(signature = (error, code))]
pub(crate) fn webhook_refusal(error: &str, code: Option<&str>) -> Option<(u16, &'static str)> {
    webhook::refusal_of(error, code).map(|refusal| (refusal.status, refusal.body))
}

/// Raises the error for a body beyond `WEBHOOK_MAX_BODY`.
#[pyfunction]
pub(crate) fn webhook_body_too_large() -> PyResult<()> {
    guarded(|| Err(webhook::body_too_large().into()))
}

/// Raises the error for a request whose body other code has read already.
#[pyfunction]
pub(crate) fn webhook_body_already_read() -> PyResult<()> {
    guarded(|| Err(webhook::body_already_read().into()))
}

/// The keys of deliveries, in the memory of this process.
#[pyclass(frozen, module = "lomi._lomi")]
pub(crate) struct ReplayMemory(ReplayGuard);

#[pymethods]
impl ReplayMemory {
    #[new]
    fn new(size: usize) -> Self {
        Self(ReplayGuard::new(size))
    }

    /// Stores a key for `ttl` seconds; false where it is stored already.
    fn remember(&self, key: &str, ttl: f64) -> PyResult<bool> {
        guarded(|| Ok(self.0.remember(key, lomi::binding::seconds("ttl", ttl)?)))
    }

    /// Removes a key.
    fn forget(&self, key: &str) {
        self.0.forget_key(key);
    }
}

fn bytes<'p>(payload: &'p Bound<'_, PyAny>) -> Result<Cow<'p, [u8]>, BindingError> {
    if let Ok(bytes) = payload.cast::<PyBytes>() {
        return Ok(Cow::Borrowed(bytes.as_bytes()));
    }
    if let Ok(text) = payload.cast::<PyString>() {
        // Python's error would contain the payload.
        return Ok(
            match text
                .to_cow()
                .map_err(|_| wrong(messages::not_unicode(messages::the_payload())))?
            {
                Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
                Cow::Owned(text) => Cow::Owned(text.into_bytes()),
            },
        );
    }
    if let Ok(bytes) = payload.cast::<PyByteArray>() {
        return Ok(Cow::Owned(bytes.to_vec()));
    }
    // A memoryview, for example.
    match payload.py().get_type::<PyBytes>().call1((payload,)) {
        Ok(copy) if payload.hasattr("tobytes")? => {
            Ok(Cow::Owned(copy.cast_into::<PyBytes>().map_err(PyErr::from)?.as_bytes().to_vec()))
        }
        _ => {
            let given = messages::of_type(kind(payload));
            Err(wrong(messages::payload_parsed(given, RAW_BODY)))
        }
    }
}

/// A webhook secret. No error contains it, as an error of Python's would.
fn secret_text(given: &Bound<'_, PyAny>) -> Result<String, BindingError> {
    let error = match given.cast::<PyString>() {
        Ok(secret) => match unicode(secret) {
            Some(secret) => return Ok(secret),
            None => wrong(messages::not_unicode(messages::the_secret())),
        },
        Err(_) => wrong(messages::secret_not_strings()),
    };
    Err(error.of_a_setting())
}

fn header(signature: &Bound<'_, PyAny>) -> Result<String, BindingError> {
    if let Ok(text) = signature.cast::<PyString>() {
        return Ok(text.to_string_lossy().into_owned());
    }
    match signature.cast::<PyBytes>() {
        Ok(bytes) => Ok(String::from_utf8_lossy(bytes.as_bytes()).into_owned()),
        // Nothing else can be a signature: the core refuses an empty one.
        Err(_) => Ok(String::new()),
    }
}
