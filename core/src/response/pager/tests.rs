//! Lists with every way of paging, and lists that never end.

use super::*;
use crate::json;
use crate::json::{Map, Value};
use crate::table::{CHECKOUT_SESSION, LIST_CHECKOUT_SESSIONS, LIST_TRANSACTIONS};

/// Walks a list. `serve` returns the page for a query.
fn walk(
    query: Value,
    mut serve: impl FnMut(&Map<String, Value>) -> Value,
) -> Result<(Vec<String>, usize), Error> {
    let Value::Object(query) = query else { panic!("a query is an object") };
    let mut pager = Pager::new(Input::query(query));
    let (mut taken, mut pages) = (Vec::new(), 0);
    while let Some(input) = pager.next() {
        pages += 1;
        assert!(pages < 200, "the walk does not end");
        let text = serve(&input.query).to_string();
        let response = Response::of_page(&text, &CHECKOUT_SESSION)?;
        let ids = response.ids()?;
        taken.extend(pager.accept(&response)?.0.into_iter().map(|at| ids[at].clone().unwrap()));
    }
    Ok((taken, pages))
}

fn rows(from: u64, to: u64) -> Value {
    (from..to).map(|n| json!({"checkout_session_id": n.to_string()})).collect()
}

fn number(query: &Map<String, Value>, name: &str, default: u64) -> u64 {
    query.get(name).and_then(Value::as_u64).unwrap_or(default)
}

fn all(count: u64) -> Vec<String> {
    (0..count).map(|n| n.to_string()).collect()
}

/// Limit, first row and end of a page by offset and limit, with the server's cap on the page size.
fn window(query: &Map<String, Value>, count: u64, cap: u64) -> (u64, u64, u64) {
    let limit = number(query, "limit", 20).min(cap);
    let offset = number(query, "offset", 0);
    (limit, offset, (offset + limit).min(count).max(offset))
}

#[test]
fn bare_lists_end_on_a_short_page() {
    for (count, pages) in [(0, 1), (5, 2), (20, 2), (45, 3)] {
        let served = walk(json!({}), |query| {
            let (_, from, to) = window(query, count, 100);
            rows(from, to)
        });
        assert_eq!(served.unwrap(), (all(count), pages), "{count}");
    }
}

#[test]
fn a_counted_list_needs_no_page_too_many() {
    let served = walk(json!({"limit": 20}), |query| {
        let (limit, from, to) = window(query, 40, 100);
        let pagination = json!({"limit": limit, "offset": from, "total": 40});
        json!({"data": rows(from, to), "pagination": pagination})
    });
    assert_eq!(served.unwrap(), (all(40), 2));
}

#[test]
fn a_total_that_counts_only_the_page_is_not_believed() {
    let served = walk(json!({"limit": 20}), |query| {
        let (limit, from, to) = window(query, 45, 100);
        json!({"data": rows(from, to), "total": to - from, "limit": limit, "offset": from})
    });
    assert_eq!(served.unwrap(), (all(45), 3));
}

#[test]
fn a_server_that_caps_the_page_size_is_followed() {
    let served = walk(json!({"limit": 100}), |query| {
        let (_, from, to) = window(query, 45, 10);
        rows(from, to)
    });
    assert_eq!(served.unwrap(), (all(45), 5));
}

#[test]
fn page_numbers_are_counted_up() {
    for total in [true, false] {
        let served = walk(json!({"limit": 20}), |query| {
            let page = number(query, "page", 1);
            let (from, to) = ((page - 1) * 20, (page * 20).min(45));
            let mut meta = json!({"current_page": page, "per_page": 20});
            if total {
                meta["total_pages"] = json!(3);
            }
            json!({"data": rows(from, to), "meta": meta})
        });
        assert_eq!(served.unwrap(), (all(45), 3));
    }
}

#[test]
fn cursors_are_followed_over_an_empty_page() {
    let served = walk(json!({}), |query| {
        let at: u64 = query.get("cursor").and_then(Value::as_str).unwrap_or("0").parse().unwrap();
        let data = if at == 2 { json!([]) } else { rows(at * 10, at * 10 + 10) };
        let next = (at < 3).then(|| (at + 1).to_string());
        json!({"object": "list", "data": data, "has_more": at < 3, "next_cursor": next})
    });
    let (taken, pages) = served.unwrap();
    assert_eq!((taken.len(), pages), (30, 4));
}

#[test]
fn rows_that_shift_into_the_next_page_are_given_once() {
    let mut inserted = 0;
    let served = walk(json!({"limit": 10}), |query| {
        let (_, from, to) = window(query, 30, 100);
        // Before each page after the first, a new row is inserted at the front.
        let shift = inserted;
        inserted += 1;
        rows(from.saturating_sub(shift), to.saturating_sub(shift).max(from.saturating_sub(shift)))
    });
    let (taken, _) = served.unwrap();
    let mut unique = taken.clone();
    unique.dedup();
    assert_eq!(taken, unique);
}

#[test]
fn lists_that_go_round_are_errors() {
    let same = walk(json!({}), |_| rows(0, 20));
    assert_eq!(same.unwrap_err().kind(), ErrorKind::PaginationLoop);
    let stuck = walk(json!({}), |query| {
        let from = if query.contains_key("cursor") { 20 } else { 0 };
        json!({"data": rows(from, from + 20), "has_more": true, "next_cursor": "a"})
    });
    assert_eq!(stuck.unwrap_err().kind(), ErrorKind::PaginationLoop);
    let mut cursor = 0;
    let empty = walk(json!({}), |_| {
        cursor += 1;
        json!({"data": [], "has_more": true, "next_cursor": cursor.to_string()})
    });
    assert_eq!(empty.unwrap_err().kind(), ErrorKind::PaginationLoop);
}

#[test]
fn a_row_inserted_during_the_walk_is_no_loop() {
    // One row per page, and new rows at the front after the first request.
    for inserted in 1..=3 {
        let mut asked = 0;
        let served = walk(json!({"limit": 1}), |query| {
            let (_, from, _) = window(query, 9, 1);
            let shift = if asked == 0 { 0 } else { inserted };
            asked += 1;
            match from.checked_sub(shift) {
                Some(row) if row < 5 => rows(row, row + 1),
                Some(_) => json!([]),
                None => rows(100 + from, 101 + from),
            }
        });
        let (taken, _) = served.unwrap();
        let old: Vec<String> = taken.into_iter().filter(|id| id.len() < 3).collect();
        assert_eq!(old, all(5), "{inserted}");
    }
}

#[test]
fn as_many_inserted_rows_as_a_page_has_are_no_loop() {
    // By number and by offset, in a list that tells nothing about its position.
    for (operation, size) in [(&LIST_TRANSACTIONS, 50_u64), (&LIST_CHECKOUT_SESSIONS, 100)] {
        let mut pager = Pager::new(Input::query(Map::new()));
        let (mut requests, mut taken) = (0, 0);
        while let Some(query) = pager.next().map(|input| input.query.clone()) {
            let page = number(&query, "page", 1) - 1;
            let from = number(&query, "offset", page * size);
            // `size` rows are inserted at the front after the first request.
            let shift = if requests == 0 { 0 } else { size };
            requests += 1;
            let end = 3 * size;
            let (from, to) = (from.saturating_sub(shift).min(end), (from + size - shift).min(end));
            let page = rows(from, to).to_string();
            let mut response = Response::of_page(&page, &CHECKOUT_SESSION).unwrap();
            response.operation = Some(operation);
            taken += pager.accept(&response).unwrap().len() as u64;
        }
        assert_eq!((taken, requests), (3 * size, 5), "{}", operation.id);
    }
}

#[test]
fn more_rows_are_promised_and_followed() {
    // A server that filters after paging: short pages and an empty one before the end.
    let served = walk(json!({"limit": 10}), |query| {
        let offset = number(query, "offset", 0);
        let from = offset.min(40);
        let wanted = (from..(from + 10).min(40)).filter(|n| n % 7 == 0 || *n > 30);
        let data: Vec<Value> =
            wanted.map(|n| json!({"checkout_session_id": n.to_string()})).collect();
        json!({"data": data, "has_more": from + 10 < 40, "limit": 10, "offset": offset})
    });
    let expected: Vec<u64> = (0..40).filter(|n| n % 7 == 0 || *n > 30).collect();
    let (taken, _) = served.unwrap();
    assert_eq!(taken, expected.iter().map(ToString::to_string).collect::<Vec<_>>());
    let paged = walk(json!({"limit": 20}), |query| {
        let page = number(query, "page", 1);
        let (from, to) = ((page - 1) * 3, page * 3);
        json!({"data": rows(from, to), "has_more": page < 4, "meta": {"current_page": page}})
    });
    assert_eq!(paged.unwrap(), (all(12), 4));
}

#[test]
fn a_server_that_ignores_the_offset_is_a_loop_soon() {
    for limit in [1, 2, 50] {
        let mut pages = 0;
        let same = walk(json!({"limit": limit}), |_| {
            pages += 1;
            rows(0, limit)
        });
        assert_eq!(same.unwrap_err().kind(), ErrorKind::PaginationLoop);
        assert!(pages <= 22, "{pages}");
        let promised =
            walk(json!({"limit": limit}), |_| json!({"data": rows(0, limit), "has_more": true}));
        assert_eq!(promised.unwrap_err().kind(), ErrorKind::PaginationLoop);
    }
    let nothing = walk(json!({"limit": 5}), |_| json!({"data": [], "has_more": true}));
    assert_eq!(nothing.unwrap_err().kind(), ErrorKind::PaginationLoop);
}

#[test]
fn a_long_round_is_noticed_with_little_memory() {
    for round in [3, 50, 150] {
        let mut served = 0;
        let mut pager = Pager::new(Input::query(Map::new()));
        let error = loop {
            let page = served % round;
            served += 1;
            assert!(served < 2000, "{round} pages go round for ever");
            let page = json!({"data": rows(page * 20, page * 20 + 20), "has_more": true,
                "next_cursor": served.to_string()});
            let response = Response::of_page(&page.to_string(), &CHECKOUT_SESSION).unwrap();
            if let Err(error) = pager.accept(&response) {
                break error;
            }
        };
        assert_eq!(error.inner.kind, ErrorKind::PaginationLoop);
        assert!(pager.seen.newer.len() + pager.seen.older.len() <= 600);
        assert!(pager.seen.pages.len() <= PAGES_REMEMBERED);
    }
}
