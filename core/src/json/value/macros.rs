/// Makes a [`Value`](crate::Value) from a JSON literal. Members may be any expression that converts
/// into a value; they are borrowed.
///
/// ```
/// let total = 10000;
/// let body = lomi::json!({"amount": total, "metadata": {"tags": ["a", null]}});
/// assert_eq!(body.to_string(), r#"{"amount":10000,"metadata":{"tags":["a",null]}}"#);
/// ```
#[macro_export]
macro_rules! json {
    (@item $items:ident) => {};
    (@item $items:ident null $(, $($rest:tt)*)?) => {
        $items.push($crate::Value::Null);
        $($crate::json!(@item $items $($rest)*);)?
    };
    (@item $items:ident [$($inner:tt)*] $(, $($rest:tt)*)?) => {
        $items.push($crate::json!([$($inner)*]));
        $($crate::json!(@item $items $($rest)*);)?
    };
    (@item $items:ident {$($inner:tt)*} $(, $($rest:tt)*)?) => {
        $items.push($crate::json!({$($inner)*}));
        $($crate::json!(@item $items $($rest)*);)?
    };
    (@item $items:ident $value:expr $(, $($rest:tt)*)?) => {
        $items.push($crate::Value::from(&$value));
        $($crate::json!(@item $items $($rest)*);)?
    };
    (@member $members:ident) => {};
    (@member $members:ident $name:tt : null $(, $($rest:tt)*)?) => {
        $members.insert(::std::string::String::from($name), $crate::Value::Null);
        $($crate::json!(@member $members $($rest)*);)?
    };
    (@member $members:ident $name:tt : [$($inner:tt)*] $(, $($rest:tt)*)?) => {
        $members.insert(::std::string::String::from($name), $crate::json!([$($inner)*]));
        $($crate::json!(@member $members $($rest)*);)?
    };
    (@member $members:ident $name:tt : {$($inner:tt)*} $(, $($rest:tt)*)?) => {
        $members.insert(::std::string::String::from($name), $crate::json!({$($inner)*}));
        $($crate::json!(@member $members $($rest)*);)?
    };
    (@member $members:ident $name:tt : $value:expr $(, $($rest:tt)*)?) => {
        $members.insert(::std::string::String::from($name), $crate::Value::from(&$value));
        $($crate::json!(@member $members $($rest)*);)?
    };
    (null) => { $crate::Value::Null };
    ([]) => { $crate::Value::Array(::std::vec::Vec::new()) };
    ([$($items:tt)+]) => {{
        #[allow(clippy::vec_init_then_push)]
        let all = {
            let mut all = ::std::vec::Vec::new();
            $crate::json!(@item all $($items)+);
            all
        };
        $crate::Value::Array(all)
    }};
    ({}) => { $crate::Value::Object($crate::Map::new()) };
    ({$($members:tt)+}) => {{
        let mut all = $crate::Map::new();
        $crate::json!(@member all $($members)+);
        $crate::Value::Object(all)
    }};
    ($value:expr) => { $crate::Value::from(&$value) };
}
