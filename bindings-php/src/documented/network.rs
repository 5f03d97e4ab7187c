//! The settings of a `LomiSDK\Configuration` about connections, proxies, TLS and responses.

use ext_php_rs::types::Zval;
use lomi::Secret;

use crate::convert::option::{connections, headers, limits, paths};
use crate::documented::settings::{change, settings};
use crate::zend::{Array, Call, Done, long, string_zval};

pub(super) fn set_max_connections(call: &mut Call<'_>) -> Done {
    let count = connections("max_connections", call.required(0)?)?;
    change(call, |settings| settings.max_connections = Some(count))
}

pub(super) fn get_max_connections(call: &mut Call<'_>) -> Done {
    let count = settings(call.handle()?)?.max_connections;
    call.give(count.map_or_else(Zval::null, |count| long(count.into())))
}

pub(super) fn set_headers(call: &mut Call<'_>) -> Done {
    let given = headers("headers", call.required(0)?)?;
    change(call, |settings| settings.headers = given)
}

pub(super) fn get_headers(call: &mut Call<'_>) -> Done {
    let given = header_array(&settings(call.handle()?)?.headers);
    call.give(given)
}

pub(super) fn set_ca_file(call: &mut Call<'_>) -> Done {
    let file = call.optional_string(0)?;
    change(call, |settings| settings.ca_file = file)
}

pub(super) fn set_ca_files(call: &mut Call<'_>) -> Done {
    let files = paths("ca_files", call.required(0)?)?;
    change(call, |settings| settings.ca_files = files)
}

pub(super) fn get_ca_files(call: &mut Call<'_>) -> Done {
    let files = &settings(call.handle()?)?.ca_files;
    let files = files.iter().map(|file| string_zval(file)).collect::<Array>();
    call.give(files.finish())
}

pub(super) fn set_tls_server_name(call: &mut Call<'_>) -> Done {
    let name = call.optional_string(0)?;
    change(call, |settings| settings.tls_server_name = name)
}

pub(super) fn set_proxy(call: &mut Call<'_>) -> Done {
    let proxy = call.optional_string(0)?.map(Secret::new);
    change(call, |settings| settings.proxy = proxy)
}

pub(super) fn set_proxy_headers(call: &mut Call<'_>) -> Done {
    let given = headers("proxy_headers", call.required(0)?)?;
    change(call, |settings| settings.proxy_headers = given)
}

pub(super) fn get_proxy_headers(call: &mut Call<'_>) -> Done {
    let given = header_array(&settings(call.handle()?)?.proxy_headers);
    call.give(given)
}

pub(super) fn set_limits(call: &mut Call<'_>) -> Done {
    let given = limits(call.required(0)?)?;
    change(call, |settings| settings.limits = given)
}

pub(super) fn get_limits(call: &mut Call<'_>) -> Done {
    let limits = settings(call.handle()?)?.limits;
    let mut array = Array::new();
    for (name, limit) in [
        ("body", limits.body),
        ("headers", limits.headers),
        ("depth", limits.depth),
        ("values", limits.values),
        ("ratio", limits.ratio),
    ] {
        array.set(name, long(i64::try_from(limit).unwrap_or(i64::MAX)));
    }
    call.give(array.finish())
}

/// Headers as they were given. The values of a repeated name are a list.
fn header_array(headers: &[(String, String)]) -> Zval {
    let mut array = Array::new();
    for (name, _) in headers {
        let values = headers.iter().filter(|(other, _)| other == name);
        let values: Vec<Zval> = values.map(|(_, value)| string_zval(value)).collect();
        let value = match <[Zval; 1]>::try_from(values) {
            Ok([only]) => only,
            Err(values) => values.into_iter().collect::<Array>().finish(),
        };
        array.set(name, value);
    }
    array.finish()
}
