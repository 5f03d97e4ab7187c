//! Webhooks: the core's check over the raw bytes, and the event as a Python object.

use std::time::{Duration, SystemTime};

use lomi::webhook::{VerifyOptions, sign, verify};
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyString};

use crate::fault::{Fault, guarded, wrong};
use crate::shapes::Family;
use crate::sink::Objects;

/// Checks a delivery and reads its event. Times are in seconds.
#[pyfunction]
#[pyo3(signature = (payload, signature, secrets, max_age, received_at))]
pub(crate) fn verify_webhook<'py>(
    py: Python<'py>,
    payload: &Bound<'py, PyAny>,
    signature: Option<&Bound<'py, PyAny>>,
    secrets: Vec<String>,
    max_age: Option<f64>,
    received_at: Option<f64>,
) -> PyResult<Bound<'py, PyAny>> {
    guarded(|| {
        let payload = bytes(payload)?;
        let signature = match signature {
            None => String::new(),
            Some(text) => header(text)?,
        };
        let secrets: Vec<&str> = secrets.iter().map(String::as_str).collect();
        let options = VerifyOptions {
            max_age: max_age.map(|age| lomi::seconds("max_age", age)).transpose()?,
            received_at: received_at.map(moment).transpose()?,
        };
        let verified = verify(&payload, &signature, &secrets, options)?;
        verified.decode(&mut Objects::new(py, Family::Modern))
    })
}

/// The signature that lomi. would send for a body.
#[pyfunction]
pub(crate) fn sign_webhook(payload: &Bound<'_, PyAny>, secret: &str) -> PyResult<String> {
    guarded(|| Ok(sign(&bytes(payload)?, secret)?))
}

fn bytes(payload: &Bound<'_, PyAny>) -> Result<Vec<u8>, Fault> {
    if let Ok(bytes) = payload.cast::<PyBytes>() {
        return Ok(bytes.as_bytes().to_vec());
    }
    if let Ok(text) = payload.cast::<PyString>() {
        return Ok(text.to_cow()?.as_bytes().to_vec());
    }
    if let Ok(bytes) = payload.cast::<PyByteArray>() {
        return Ok(bytes.to_vec());
    }
    // A memoryview, say.
    match payload.py().get_type::<PyBytes>().call1((payload,)) {
        Ok(copy) if payload.hasattr("tobytes")? => {
            Ok(copy.cast_into::<PyBytes>().map_err(PyErr::from)?.as_bytes().to_vec())
        }
        _ => Err(wrong(
            "the payload has to be the raw body as bytes, as it came over the network; \
             what was parsed already cannot be checked",
        )),
    }
}

fn header(signature: &Bound<'_, PyAny>) -> Result<String, Fault> {
    if let Ok(text) = signature.cast::<PyString>() {
        return Ok(text.to_string_lossy().into_owned());
    }
    match signature.cast::<PyBytes>() {
        Ok(bytes) => Ok(String::from_utf8_lossy(bytes.as_bytes()).into_owned()),
        // Nothing else can be a signature; the core says so.
        Err(_) => Ok(String::new()),
    }
}

fn moment(seconds: f64) -> Result<SystemTime, Fault> {
    Duration::try_from_secs_f64(seconds)
        .ok()
        .and_then(|since| SystemTime::UNIX_EPOCH.checked_add(since))
        .ok_or_else(|| wrong("received_at has to be a time after 1970"))
}
