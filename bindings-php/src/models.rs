//! `LomiSDK\Model\*`: the API's objects and its sets of constants.

pub(crate) mod declare;
mod describe;
pub(crate) mod enums;
mod fields;
mod output;
pub(crate) mod registry;
