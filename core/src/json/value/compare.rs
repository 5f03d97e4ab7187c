//! Compares values with Rust strings, booleans and numbers.

use super::{Number, Value};

impl PartialEq<str> for Value {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == Some(other)
    }
}

impl PartialEq<&str> for Value {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == Some(*other)
    }
}

impl PartialEq<String> for Value {
    fn eq(&self, other: &String) -> bool {
        self.as_str() == Some(other)
    }
}

impl PartialEq<bool> for Value {
    fn eq(&self, other: &bool) -> bool {
        self.as_bool() == Some(*other)
    }
}

macro_rules! equals_number {
    ($($number:ty)*) => {
        $(impl PartialEq<$number> for Value {
            fn eq(&self, other: &$number) -> bool {
                self.as_number() == Some(&Number::from(*other))
            }
        })*
    };
}

equals_number!(i32 i64 u32 u64 usize);
