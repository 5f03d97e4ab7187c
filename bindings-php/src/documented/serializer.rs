//! `LomiSDK\ObjectSerializer`, as documented, with the core's reading behind `deserialize`.

use ext_php_rs::types::Zval;
use lomi::binding::messages;

use crate::convert::to_json::ATOM;
use crate::documented::configuration;
use crate::documented::deserializer::deserialize;
use crate::models::registry;
use crate::zend::{
    Array, AsObject, Call, Class, ClassRef, Done, Thrown, call_function, call_method, handler,
    is_a, long, php_string, static_property, string_zval, update_static_property,
};

static SERIALIZER: ClassRef = ClassRef::new();
const FORMAT: &str = "dateTimeFormat";

pub(crate) fn register() -> Result<(), String> {
    Class::new("LomiSDK\\ObjectSerializer")
        .private_static(FORMAT)
        .method("static setDateTimeFormat($format)", handler(set_date_time_format))
        .method(
            "static sanitizeForSerialization($data, $type = null, $format = null)",
            handler(sanitize_for_serialization),
        )
        .method("static sanitizeFilename($filename)", handler(sanitize_filename))
        .method("static sanitizeTimestamp($timestamp)", handler(sanitize_timestamp))
        .method("static toPathValue($value)", handler(to_path_value))
        .method(
            "static toQueryValue($value, string $paramName, string $openApiType = 'string', \
             string $style = 'form', bool $explode = true, bool $required = true): array",
            handler(to_query_value),
        )
        .method("static convertBoolToQueryStringFormat(bool $value)", handler(convert_bool))
        .method("static toHeaderValue($value)", handler(to_header_value))
        .method("static toString($value)", handler(to_string))
        .method(
            "static serializeCollection(array $collection, $style, \
             $allowCollectionFormatMulti = false)",
            handler(serialize_collection),
        )
        .method("static deserialize($data, $class, $httpHeaders = null)", handler(deserialize))
        .method("static buildQuery(array $params, $encoding = 2): string", handler(build_query))
        .register(&SERIALIZER)
}

/// The format of dates, as set in this request.
fn format() -> Zval {
    let set = SERIALIZER.get().map(|class| static_property(class, FORMAT));
    set.filter(Zval::is_string).unwrap_or_else(|| string_zval(ATOM))
}

fn set_date_time_format(call: &mut Call<'_>) -> Done {
    let format = call.string(0)?;
    if let Some(class) = SERIALIZER.get() {
        update_static_property(class, FORMAT, string_zval(&format));
    }
    Ok(())
}

fn sanitize_for_serialization(call: &mut Call<'_>) -> Done {
    let date_only = call.optional_string(2)?.as_deref() == Some("date");
    let value = sanitized(call.required(0)?, date_only)?;
    call.give(value)
}

fn sanitized(data: &Zval, date_only: bool) -> Result<Zval, Thrown> {
    let data = data.dereference();
    if let Some(table) = data.array() {
        let mut array = Array::with_capacity(table.len());
        for (key, value) in crate::zend::pairs(table) {
            array.set(&key.to_string(), sanitized(value, date_only)?);
        }
        return Ok(array.finish());
    }
    let Some(object) = data.handle() else { return Ok(data.shallow_clone()) };
    if is_a(object, "DateTimeInterface") {
        let format = if date_only { string_zval("Y-m-d") } else { format() };
        return call_method(object, "format", &mut [format]);
    }
    crate::convert::from_json::object(&crate::convert::to_json::value(messages::the_value(), data)?)
}

fn sanitize_filename(call: &mut Call<'_>) -> Done {
    let name = call.string(0)?;
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    call.give_string(if last.is_empty() { &name } else { last })
}

/// At most six digits of a second's fraction, which is what PHP reads.
fn sanitize_timestamp(call: &mut Call<'_>) -> Done {
    if !call.required(0)?.is_string() {
        let as_it_is = call.required(0)?.shallow_clone();
        return call.give(as_it_is);
    }
    let text = call.string(0)?;
    let kept = match text.split_once('.') {
        Some((whole, rest)) => {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let (fraction, zone) = rest.split_at(digits);
            format!("{whole}.{}{zone}", fraction.get(..digits.min(6)).unwrap_or_default())
        }
        None => text,
    };
    call.give_string(&kept)
}

fn to_path_value(call: &mut Call<'_>) -> Done {
    let text = string_zval(&string_of(call.required(0)?)?);
    let encoded = call_function("rawurlencode", &mut [text])?;
    call.give(encoded)
}

fn string_of(value: &Zval) -> Result<String, Thrown> {
    if let Some(object) = value.handle()
        && is_a(object, "DateTimeInterface")
    {
        return Ok(call_method(object, "format", &mut [format()])?.string().unwrap_or_default());
    }
    if value.is_bool() {
        return Ok(if value.is_true() { "true" } else { "false" }.to_owned());
    }
    match php_string(messages::the_value(), value)? {
        Some(text) => Ok(text),
        None if value.is_null() => Ok(String::new()),
        None => Ok(crate::convert::to_json::value(messages::the_value(), value)?.to_string()),
    }
}

fn to_query_value(call: &mut Call<'_>) -> Done {
    let name = call.string(1)?;
    let flag = |call: &Call<'_>, at: usize| call.argument(at).is_none_or(Zval::coerce_to_bool);
    let (explode, required) = (flag(call, 4), flag(call, 5));
    let style = call.optional_string(3)?.unwrap_or_else(|| "form".to_owned());
    let value = call.required(0)?.shallow_clone();
    let empty = value.is_null() || value.str() == Some("") || is_empty_array(&value);
    let mut query = Array::new();
    if empty && !required {
        return call.give(query.finish());
    }
    match (value.array(), value.handle()) {
        (Some(table), _) if explode && !crate::zend::is_list(table) => {
            for (key, value) in crate::zend::pairs(table) {
                let key = key.to_string();
                let name = if style == "deepObject" { format!("{name}[{key}]") } else { key };
                query.set(&name, string_zval(&string_of(value)?));
            }
        }
        (Some(_), _) if explode => query.set(&name, value.shallow_clone()),
        (Some(table), _) => {
            let parts: Result<Vec<String>, Thrown> =
                crate::zend::values(table).map(string_of).collect();
            query.set(&name, string_zval(&parts?.join(separator(&style))));
        }
        _ if value.is_bool() => query.set(&name, bool_format(value.is_true())?),
        _ => query.set(&name, string_zval(&string_of(&value)?)),
    }
    call.give(query.finish())
}

fn is_empty_array(value: &Zval) -> bool {
    value.array().is_some_and(|table| table.is_empty())
}

fn separator(style: &str) -> &'static str {
    match style {
        "pipeDelimited" | "pipes" => "|",
        "spaceDelimited" | "ssv" => " ",
        "tsv" => "\t",
        _ => ",",
    }
}

/// Booleans as the default configuration wants them in a query.
fn bool_format(value: bool) -> Result<Zval, Thrown> {
    let default = configuration::default()?;
    let format = match default.handle() {
        Some(object) => call_method(object, "getBooleanFormatForQueryString", &mut [])?,
        None => Zval::null(),
    };
    if format.str() == Some("string") {
        return Ok(string_zval(if value { "true" } else { "false" }));
    }
    Ok(long(value.into()))
}

fn convert_bool(call: &mut Call<'_>) -> Done {
    let value = bool_format(call.required(0)?.coerce_to_bool())?;
    call.give(value)
}

fn to_header_value(call: &mut Call<'_>) -> Done {
    let value = call.required(0)?;
    let text = match value.handle() {
        Some(object) if registry::of_object(object).is_some() => {
            call_method(object, "toHeaderValue", &mut [])?.string().unwrap_or_default()
        }
        _ => string_of(value)?,
    };
    call.give_string(&text)
}

fn to_string(call: &mut Call<'_>) -> Done {
    let text = string_of(call.required(0)?)?;
    call.give_string(&text)
}

fn serialize_collection(call: &mut Call<'_>) -> Done {
    let given = call.required(0)?;
    let table = given.array().ok_or_else(|| call.wrong_type(0, "array", given))?;
    let parts: Result<Vec<String>, Thrown> = crate::zend::values(table).map(string_of).collect();
    let style = call.string(1)?;
    call.give_string(&parts?.join(separator(&style)))
}

fn build_query(call: &mut Call<'_>) -> Done {
    let given = call.required(0)?;
    if !given.is_array() {
        return Err(call.wrong_type(0, "array", given));
    }
    let encoder = match call.argument(1) {
        Some(value) if value.is_false() => "",
        Some(value) if value.long() == Some(1) => "urlencode",
        _ => "rawurlencode",
    };
    let encode = |text: &str| -> Result<String, Thrown> {
        if encoder.is_empty() {
            return Ok(text.to_owned());
        }
        let encoded = call_function(encoder, &mut [string_zval(text)])?;
        Ok(encoded.string().unwrap_or_default())
    };
    let mut parts = Vec::new();
    for (name, value) in crate::zend::pairs_of(given) {
        let name = encode(&name.to_string())?;
        let values: Vec<Zval> = match value.array() {
            Some(table) => crate::zend::values(table).map(Zval::shallow_clone).collect(),
            None => vec![value.dereference().shallow_clone()],
        };
        for value in values {
            if value.is_null() {
                parts.push(name.clone());
                continue;
            }
            let text = match value.is_bool() {
                true => string_of(&bool_format(value.is_true())?)?,
                false => string_of(&value)?,
            };
            parts.push(format!("{name}={}", encode(&text)?));
        }
    }
    call.give_string(&parts.join("&"))
}
