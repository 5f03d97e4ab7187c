//! What a call has beside its value: status, ids, headers and the history of its attempts.

use lomi::{Attempt, PageInfo, Response};

use crate::packed::{MapWriter, Writer};

/// The metadata of a successful call: for a page with its envelope, and whether more pages follow.
pub(super) fn write(writer: &mut Writer, response: &Response, page: Option<(&PageInfo, bool)>) {
    writer.map(|map| {
        map.integer("status", Some(response.status));
        map.string("request_id", Some(&response.request_id));
        map.string("idempotency_key", response.idempotency_key.as_deref());
        map.integer("attempts", Some(response.attempts));
        map.boolean("replayed", response.replayed());
        map.string("warning", response.warning().as_deref());
        write_history(map, &response.history);
        map.name("headers").map(|headers| {
            for name in response.headers.keys() {
                let values = response.headers.get_all(name).iter();
                let strings = values.map(|value| String::from_utf8_lossy(value.as_bytes()));
                let joined = strings.collect::<Vec<_>>().join(", ");
                headers.string(name.as_str(), Some(&joined));
            }
        });
        if let Some((envelope, more)) = page {
            map.name("page").map(|page| write_envelope(page, envelope, more));
        }
    });
}

fn write_envelope(page: &mut MapWriter<'_>, envelope: &PageInfo, more: bool) {
    for (name, number) in [
        ("total", envelope.total),
        ("limit", envelope.limit),
        ("offset", envelope.offset),
        ("page", envelope.page),
        ("total_pages", envelope.total_pages),
    ] {
        page.integer(name, number);
    }
    page.name("has_more").boolean(more);
    page.string("next_cursor", envelope.next_cursor.as_deref());
}

/// The attempts of a call, a map for each request.
pub(super) fn write_history(map: &mut MapWriter<'_>, attempts: &[Attempt]) {
    map.name("history").list(attempts, |writer, attempt| {
        writer.map(|map| {
            map.string("method", Some(attempt.method.as_str()));
            map.string("route", Some(&attempt.route));
            map.integer("status", attempt.status);
            map.string("failure", attempt.failure.map(lomi::ErrorKind::class_name));
            map.integer("milliseconds", Some(attempt.elapsed.as_millis()));
            map.string("request_id", Some(&attempt.request_id));
        });
    });
}
