//! `LomiSDK\HeaderSelector`, as documented.

use crate::zend::{Array, Call, Class, ClassRef, Done, handler, string_zval};

pub(crate) static HEADER_SELECTOR: ClassRef = ClassRef::new();

pub(crate) fn register() -> Result<(), String> {
    Class::new("LomiSDK\\HeaderSelector")
        .method(
            "selectHeaders(array $accept, string $contentType, bool $isMultipart): array",
            handler(select_headers),
        )
        .method("isJsonMime(string $searchString): bool", handler(is_json_mime))
        .method(
            "getNextWeight(int $currentWeight, bool $hasMoreThan28Headers): int",
            handler(get_next_weight),
        )
        .register(&HEADER_SELECTOR)
}

/// Whether a media type is JSON: `application/json`, `application/x+json`, parameters or not.
pub(crate) fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let subtype = essence.strip_prefix("application/");
    subtype.is_some_and(|subtype| {
        subtype == "json" || subtype.strip_suffix("+json").is_some_and(|name| !name.is_empty())
    })
}

fn select_headers(call: &mut Call<'_>) -> Done {
    let given = call.required(0)?;
    let accept = given.array().ok_or_else(|| call.wrong_type(0, "array", given))?;
    let accept: Vec<String> = crate::zend::values(accept)
        .filter_map(|value| value.string())
        .filter(|v| !v.is_empty())
        .collect();
    let mut headers = Array::new();
    if let Some(accept) = select_accept(&accept) {
        headers.set("Accept", string_zval(&accept));
    }
    let multipart = call.required(2)?.coerce_to_bool();
    if !multipart {
        let content_type = call.string(1)?;
        let content_type =
            if content_type.is_empty() { "application/json" } else { content_type.as_str() };
        headers.set("Content-Type", string_zval(content_type));
    }
    call.give(headers.finish())
}

/// JSON first, the others with falling weights.
fn select_accept(accept: &[String]) -> Option<String> {
    let bare = |header: &String| header.split(';').next().unwrap_or_default().trim().to_owned();
    match accept {
        [] => None,
        [one] => Some(one.clone()),
        many => {
            let (json, other): (Vec<&String>, Vec<&String>) =
                many.iter().partition(|media_type| is_json(media_type));
            if json.is_empty() {
                return Some(many.join(","));
            }
            let mut weight = 1000;
            let crowded = many.len() > 28;
            let mut parts = Vec::new();
            for media_type in json.into_iter().chain(other) {
                let text = bare(media_type);
                parts.push(match weight {
                    1000 => text,
                    weight => {
                        let quality = f64::from(weight) / 1000.0;
                        format!("{text};q={quality}")
                    }
                });
                weight = next_weight(weight, crowded);
            }
            Some(parts.join(","))
        }
    }
}

fn next_weight(current: i32, crowded: bool) -> i32 {
    if current <= 1 {
        return 1;
    }
    if crowded {
        return current - 1;
    }
    // From 1000 in steps of 100, from 100 in steps of 10, from 10 in steps of 1.
    let step = 10_i32.pow(u32::from(current > 10) + u32::from(current > 100));
    current - step
}

fn is_json_mime(call: &mut Call<'_>) -> Done {
    let media_type = call.string(0)?;
    call.give_bool(is_json(&media_type))
}

fn get_next_weight(call: &mut Call<'_>) -> Done {
    let current = i32::try_from(call.integer(0)?).unwrap_or(1000);
    let crowded = call.required(1)?.coerce_to_bool();
    call.give_long(next_weight(current, crowded).into())
}
