//! What every fallible step of the server gives.

use std::error::Error;

pub(crate) type Done<T> = Result<T, Box<dyn Error + Send + Sync>>;
