//! `LomiSDK\Model\*`: the API's objects and its sets of constants.

pub(crate) mod declare;
pub(crate) mod enums;
pub(crate) mod fields;
