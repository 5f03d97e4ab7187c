//! `LomiSDK\Page`: one page of a list, from which the following items can be read.

use ext_php_rs::ffi::{zend_ce_aggregate, zend_ce_countable};
use ext_php_rs::types::Zval;
use lomi::binding::Pager;
use lomi::binding::messages;
use lomi::binding::table::Operation;
use lomi::{CallOptions, Input, Response};

use crate::client::page_walk::Walk;
use crate::client::state::ClientState;
use crate::response::{self, ResponseInfo};
use crate::zend::{
    Array, Call, Class, ClassRef, Done, Object, Thrown, array_iterator, empty_array, get_property,
    handler, long, new_object, payload, payload_mut, payload_type, set_property, string_zval,
};

static PAGE: ClassRef = ClassRef::new();

#[derive(Clone, Default)]
struct PageState {
    walk: Option<Walk>,
    info: ResponseInfo,
}

payload_type!(PageState, |state, visit| {
    if let Some(walk) = &state.walk {
        walk.client.sender.references(visit);
    }
});

pub(crate) fn register() -> Result<(), String> {
    // SAFETY: the engine's own interfaces, set before any module starts.
    let (aggregate, countable) = unsafe { (zend_ce_aggregate, zend_ce_countable) };
    Class::new("LomiSDK\\Page")
        .sealed()
        .with_payload::<PageState>()
        .implements(aggregate)
        .implements(countable)
        .public("data", empty_array())
        .public("total", Zval::null())
        .public("hasMore", Zval::null())
        .public("nextCursor", Zval::null())
        .method("autoPagingIterator(): LomiSDK\\PageIterator", handler(auto_paging_iterator))
        .method("nextPage(): ?LomiSDK\\Page", handler(next_page))
        .method("getIterator(): Traversable", handler(get_iterator))
        .method("count(): int", handler(count))
        .method("getLastResponse(): ?LomiSDK\\Response", handler(last_response))
        .register(&PAGE)
}

/// The page of a response.
pub(crate) fn build(
    client: ClientState,
    operation: &'static Operation,
    input: Input,
    options: CallOptions,
    response: Box<Response>,
) -> Result<Zval, Thrown> {
    let pager = Pager::new(input);
    page(Walk { client, operation, options, pager }, response)
}

/// Reads a response and makes its page.
fn page(mut walk: Walk, response: Box<Response>) -> Result<Zval, Thrown> {
    let (rows, page_info) = walk.read_rows(&response)?;
    let class = PAGE.get().ok_or_else(|| Thrown::defect("there is no Page"))?;
    let mut value = new_object(class)?;
    let Some(object) = value.object_mut() else { return Ok(value) };
    let mut has_more = Zval::new();
    has_more.set_bool(walk.pager.next().is_some());
    let total = page_info.total.and_then(|total| i64::try_from(total).ok());
    set_property(object, class, "data", rows.into_iter().collect::<Array>().finish());
    set_property(object, class, "total", total.map_or_else(Zval::null, long));
    set_property(object, class, "hasMore", has_more);
    let cursor = page_info.next_cursor.as_deref().map_or_else(Zval::null, string_zval);
    set_property(object, class, "nextCursor", cursor);
    let info = walk.client.keep_response(response);
    if let Some(state) = payload_mut::<PageState>(object) {
        *state = PageState { walk: Some(walk), info };
    }
    Ok(value)
}

fn state<'c>(call: &'c mut Call<'_>) -> Result<&'c PageState, Thrown> {
    payload(call.handle()?).ok_or_else(|| Thrown::defect("this is no Page"))
}

fn walk(call: &mut Call<'_>) -> Result<Walk, Thrown> {
    state(call)?
        .walk
        .clone()
        .ok_or_else(|| Thrown::validation(messages::made_by_call("LomiSDK\\Page")))
}

fn data(object: Object<'_>) -> Zval {
    PAGE.get().map_or_else(Zval::null, |class| get_property(object, class, "data"))
}

fn auto_paging_iterator(call: &mut Call<'_>) -> Done {
    let walk = walk(call)?;
    let rows = data(call.handle()?);
    let value = crate::client::page_iterator::build(rows, walk)?;
    call.give(value)
}

fn next_page(call: &mut Call<'_>) -> Done {
    let walk = walk(call)?;
    match walk.fetch_next()? {
        None => Ok(()),
        Some(response) => {
            let next = page(walk, response)?;
            call.give(next)
        }
    }
}

fn get_iterator(call: &mut Call<'_>) -> Done {
    let iterator = array_iterator(data(call.handle()?))?;
    call.give(iterator)
}

fn count(call: &mut Call<'_>) -> Done {
    let count = data(call.handle()?).array().map_or(0, |table| table.len());
    call.give_long(i64::try_from(count).unwrap_or(i64::MAX))
}

fn last_response(call: &mut Call<'_>) -> Done {
    let info = state(call)?.info.clone();
    let object = response::object(&info)?;
    call.give(object)
}
