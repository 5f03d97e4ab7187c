//! A request as PSR-7 has it, by whichever library for it is installed.

use ext_php_rs::types::Zval;
use lomi::binding::{Request, messages};

use crate::zend::{Array, AsObject, Thrown, call_method, class_named, new_object, string_zval};

/// One request as PSR-7 has it.
pub(crate) fn psr_request(request: &Request) -> Result<Zval, Thrown> {
    let class =
        ["GuzzleHttp\\Psr7\\Request", "Nyholm\\Psr7\\Request", "Laminas\\Diactoros\\Request"]
            .into_iter()
            .find_map(|name| Some((name, class_named(name)?)));
    let Some((name, class)) = class else {
        return Err(Thrown::configuration(messages::no_psr_request()));
    };
    let mut headers = Array::new();
    for (header, value) in &request.headers {
        headers.set(header.as_str(), string_zval(value.to_str().unwrap_or_default()));
    }
    let body = request.body.as_ref().map(|body| string_zval(&String::from_utf8_lossy(body)));
    let body = body.unwrap_or_else(Zval::null);
    let (method, url) = (string_zval(request.method.as_str()), string_zval(&request.url));
    let made = new_object(class)?;
    if let Some(object) = made.handle() {
        if name.starts_with("Laminas") {
            // Its body is a stream, here one in memory.
            let stream = string_zval("php://memory");
            call_method(object, "__construct", &mut [url, method, stream, headers.finish()])?;
            let content = call_method(object, "getBody", &mut [])?;
            if let Some(content) = content.handle().filter(|_| !body.is_null()) {
                call_method(content, "write", &mut [body])?;
                call_method(content, "rewind", &mut [])?;
            }
        } else {
            call_method(object, "__construct", &mut [method, url, headers.finish(), body])?;
        }
    }
    Ok(made)
}
