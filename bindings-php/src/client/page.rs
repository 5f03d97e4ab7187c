//! `LomiSDK\Page`: one page of a list, and the way to every item behind it.

use crate::zend::{
    Array, Call, Class, ClassRef, Done, Object, Thrown, array_iterator, empty_array, get_property,
    guarded, handler, long, new_object, payload, payload_mut, payload_type, set_property,
    string_zval,
};
use ext_php_rs::ffi::{zend_ce_aggregate, zend_ce_countable, zend_ce_iterator};
use ext_php_rs::types::Zval;
use lomi::schema::Operation;
use lomi::{CallOptions, Decoded, Input, Pager, Reply, Target};

use crate::client::lomi_client::Shared;
use crate::convert::decode::PhpSink;
use crate::response::{self, Facts};

static PAGE: ClassRef = ClassRef::new();
static ITERATOR: ClassRef = ClassRef::new();

/// Where a walk stands: whom to ask, and for what.
#[derive(Clone)]
struct Walk {
    shared: Shared,
    operation: &'static Operation,
    options: CallOptions,
    pager: Pager,
}

#[derive(Clone, Default)]
struct PageState {
    walk: Option<Walk>,
    facts: Facts,
}

#[derive(Default)]
struct Items {
    /// Where the walk starts again: the first page, and what follows it.
    start: Option<(Zval, Walk)>,
    walk: Option<Walk>,
    rows: std::vec::IntoIter<Zval>,
    current: Option<Zval>,
    key: i64,
}

impl Clone for Items {
    fn clone(&self) -> Self {
        Self {
            start: self.start.as_ref().map(|(rows, walk)| (rows.shallow_clone(), walk.clone())),
            walk: self.walk.clone(),
            rows: copies(self.rows.as_slice()).into_iter(),
            current: self.current.as_ref().map(Zval::shallow_clone),
            key: self.key,
        }
    }
}

fn copies(values: &[Zval]) -> Vec<Zval> {
    values.iter().map(Zval::shallow_clone).collect()
}

payload_type!(PageState, |state, visit| {
    if let Some(walk) = &state.walk {
        walk.shared.road.references(visit);
    }
});
payload_type!(Items, |items, visit| {
    if let Some((rows, walk)) = &items.start {
        visit(rows);
        walk.shared.road.references(visit);
    }
    if let Some(walk) = &items.walk {
        walk.shared.road.references(visit);
    }
    items.rows.as_slice().iter().chain(&items.current).for_each(visit);
});

pub(crate) fn register() -> Result<(), String> {
    // SAFETY: the engine's own interfaces, set before any module starts.
    let (aggregate, countable, iterator) =
        unsafe { (zend_ce_aggregate, zend_ce_countable, zend_ce_iterator) };
    Class::new("LomiSDK\\Page")
        .sealed()
        .holds::<PageState>()
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
        .register(&PAGE)?;
    Class::new("LomiSDK\\PageIterator")
        .sealed()
        .holds::<Items>()
        .implements(iterator)
        .method("current(): mixed", handler(current))
        .method("key(): mixed", handler(key))
        .method("next(): void", handler(next))
        .method("rewind(): void", handler(rewind))
        .method("valid(): bool", handler(valid))
        .register(&ITERATOR)
}

/// The page of an answer.
pub(crate) fn build(
    shared: Shared,
    operation: &'static Operation,
    input: Input,
    options: CallOptions,
    reply: Reply,
) -> Result<Zval, Thrown> {
    let pager = Pager::new(input);
    page(Walk { shared, operation, options, pager }, reply)
}

/// Takes an answer in and makes its page.
fn page(mut walk: Walk, reply: Reply) -> Result<Zval, Thrown> {
    let (rows, facts) = walk.take(&reply)?;
    let class = PAGE.get().ok_or_else(|| Thrown::defect("there is no Page"))?;
    let mut value = new_object(class)?;
    let Some(object) = value.object_mut() else { return Ok(value) };
    let mut has_more = Zval::new();
    has_more.set_bool(walk.pager.next().is_some());
    let total = facts.total.and_then(|total| i64::try_from(total).ok());
    set_property(object, class, "data", rows.into_iter().collect::<Array>().finish());
    set_property(object, class, "total", total.map_or_else(Zval::null, long));
    set_property(object, class, "hasMore", has_more);
    let cursor = facts.next_cursor.as_deref().map_or_else(Zval::null, string_zval);
    set_property(object, class, "nextCursor", cursor);
    let facts = walk.shared.heard(reply);
    if let Some(state) = payload_mut::<PageState>(object) {
        *state = PageState { walk: Some(walk), facts };
    }
    Ok(value)
}

impl Walk {
    /// The next page's answer; nothing at the end.
    fn ask(&self) -> Result<Option<Reply>, Thrown> {
        let Some(input) = self.pager.next() else { return Ok(None) };
        let target = Target::Operation(self.operation);
        self.shared.road.call(target, input.clone(), self.options.clone()).map(Some)
    }

    /// The rows of an answer that were not seen before.
    fn take(&mut self, reply: &Reply) -> Result<(Vec<Zval>, lomi::PageFacts), Thrown> {
        let fresh = self.pager.accept(reply)?;
        // A list that shifts under a walk shows rows again; those are left out.
        let keep = |at: usize| fresh.has(at);
        let decode = || reply.decode_rows(&mut PhpSink::arrays().rows(), keep);
        let decoded = guarded(|| reply.caught(|_| decode())).and_then(|decoded| decoded);
        let Decoded::Rows(rows, facts) = decoded.map_err(|thrown| thrown.after(reply))? else {
            return Err(lomi::Error::not_a_list().into());
        };
        Ok((rows, facts))
    }
}

fn state<'c>(call: &'c mut Call<'_>) -> Result<&'c PageState, Thrown> {
    payload(call.handle()?).ok_or_else(|| Thrown::defect("this is no Page"))
}

fn walk(call: &mut Call<'_>) -> Result<Walk, Thrown> {
    state(call)?
        .walk
        .clone()
        .ok_or_else(|| Thrown::validation("a LomiSDK\\Page is made by a list call, not by new"))
}

fn data(object: Object<'_>) -> Zval {
    PAGE.get().map_or_else(Zval::null, |class| get_property(object, class, "data"))
}

fn auto_paging_iterator(call: &mut Call<'_>) -> Done {
    let walk = walk(call)?;
    let rows = data(call.handle()?);
    let class = ITERATOR.get().ok_or_else(|| Thrown::defect("there is no PageIterator"))?;
    let mut value = new_object(class)?;
    if let Some(items) = value.object_mut().and_then(payload_mut::<Items>) {
        items.start = Some((rows, walk));
        items.restart();
    }
    call.give(value)
}

fn next_page(call: &mut Call<'_>) -> Done {
    let walk = walk(call)?;
    match walk.ask()? {
        None => Ok(()),
        Some(reply) => {
            let next = page(walk, reply)?;
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
    let facts = state(call)?.facts.clone();
    let object = response::object(&facts)?;
    call.give(object)
}

impl Items {
    fn restart(&mut self) {
        let Some((rows, walk)) = &self.start else { return };
        let rows: Vec<Zval> = rows
            .array()
            .map(|table| crate::zend::values(table).map(Zval::shallow_clone).collect())
            .unwrap_or_default();
        self.walk = Some(walk.clone());
        self.rows = rows.into_iter();
        self.current = None;
        self.key = 0;
    }

    /// Sees to it that there is a current item, if there is any more. After an error the
    /// next look asks for the same page again.
    fn look(&mut self) -> Result<bool, Thrown> {
        while self.current.is_none() {
            if let Some(row) = self.rows.next() {
                self.current = Some(row);
                break;
            }
            let Some(walk) = &mut self.walk else { return Ok(false) };
            let Some(reply) = walk.ask()? else { return Ok(false) };
            let (rows, _) = walk.take(&reply)?;
            drop(walk.shared.heard(reply));
            self.rows = rows.into_iter();
        }
        Ok(true)
    }
}

fn items<'c>(call: &'c mut Call<'_>) -> Result<&'c mut Items, Thrown> {
    payload_mut(call.this()?).ok_or_else(|| Thrown::defect("this is no PageIterator"))
}

fn current(call: &mut Call<'_>) -> Done {
    let items = items(call)?;
    items.look()?;
    let item = items.current.as_ref().map_or_else(Zval::null, Zval::shallow_clone);
    call.give(item)
}

fn key(call: &mut Call<'_>) -> Done {
    let key = items(call)?.key;
    call.give_long(key)
}

fn next(call: &mut Call<'_>) -> Done {
    let items = items(call)?;
    items.look()?;
    items.current = None;
    items.key += 1;
    Ok(())
}

fn rewind(call: &mut Call<'_>) -> Done {
    items(call)?.restart();
    Ok(())
}

fn valid(call: &mut Call<'_>) -> Done {
    let valid = items(call)?.look()?;
    call.give_bool(valid)
}
