//! The documented hosts, by index: 0 live, 1 sandbox.

use ext_php_rs::types::Zval;

use crate::zend::{Array, Call, Done, Thrown, string_zval};

/// The host at index 0.
pub(crate) const FIRST: &str = "https://api.lomi.africa/v1";

/// Hosts by index, as documented.
const HOSTS: &[(&str, &str)] =
    &[(FIRST, "Live"), ("https://sandbox.api.lomi.africa/v1", "Sandbox")];

pub(crate) fn settings() -> Zval {
    let mut hosts = Array::new();
    for (url, description) in HOSTS {
        let mut host = Array::new();
        host.set("url", string_zval(url));
        host.set("description", string_zval(description));
        hosts.push(host.finish());
    }
    hosts.finish()
}

pub(crate) fn at(index: i64) -> Result<&'static str, Thrown> {
    usize::try_from(index).ok().and_then(|index| HOSTS.get(index)).map(|host| host.0).ok_or_else(
        || {
            Thrown::invalid_argument(format!(
                "Invalid index {index} when selecting the host. Must be less than {}",
                HOSTS.len()
            ))
        },
    )
}

pub(crate) fn get_host_string(call: &mut Call<'_>) -> Done {
    let index = call.integer(1)?;
    let given = call.required(0)?;
    let hosts = given.array().ok_or_else(|| call.wrong_type(0, "array", given))?;
    let host = hosts.get_index(index).and_then(|host| host.array()?.get("url")?.string());
    match host {
        Some(url) => {
            let url = with_variables(url, call.argument(2));
            call.give_string(&url)
        }
        None => Err(Thrown::invalid_argument(format!(
            "Invalid index {index} when selecting the host. Must be less than {}",
            hosts.len()
        ))),
    }
}

/// Replaces `{name}` in a host given by the caller.
fn with_variables(mut url: String, variables: Option<&Zval>) -> String {
    for (name, value) in variables.into_iter().flat_map(crate::zend::pairs_of) {
        if let Some(value) = value.str() {
            url = url.replace(&format!("{{{name}}}"), value);
        }
    }
    url
}

pub(crate) fn get_host_from_settings(call: &mut Call<'_>) -> Done {
    let host = at(call.integer(0)?)?;
    call.give_string(host)
}
